import Foundation

/// The bytes of a file of torch.save whose parts may lie.
struct TorchArchiveBuilder {
    /// One member; what it says of itself may be wrong.
    struct Member {
        var name: String
        var data: Data
        var method: UInt16 = 0
        var flags: UInt16 = 0
        /// 3 for Unix, whose attributes begin with the file's mode.
        var system: UInt16 = 0
        var attributes: UInt32 = 0
        /// In the table; else the data's size.
        var size: UInt32?
        var storedSize: UInt32?
        /// In the header in front of the data.
        var localName: String?
        var localMethod: UInt16?
        /// In the table; else where the member is.
        var offset: UInt32?
        /// The table's extra field.
        var extra = Data()

        init(_ name: String, _ data: some Sequence<UInt8>) {
            (self.name, self.data) = (name, Data(data))
        }
    }

    var members: [Member]
    /// In the end record; else what is right.
    var count: UInt16?
    var directoryOffset: UInt32?
    /// The 56 bytes of zip64's end record and the 20 of its place; nil for none.
    var wide: Wide?
    var comment = Data()

    struct Wide {
        var count: UInt64?
        var offset: UInt64?
        var recordOffset: UInt64?
    }

    /// An archive with a pickle and storages "0", "1" …
    init(pickle: [UInt8], storages: [Data] = []) {
        members = [Member("archive/data.pkl", pickle), Member("archive/byteorder", "little".utf8)]
        members += storages.enumerated().map { Member("archive/data/\($0.offset)", $0.element) }
        members.append(Member("archive/version", "3\n".utf8))
    }

    var bytes: Data {
        var (bytes, table) = (Data(), Data())
        for member in members {
            let (start, size) = (UInt32(bytes.count), UInt32(member.data.count))
            let name = Data(member.name.utf8)
            let localName = Data((member.localName ?? member.name).utf8)
            bytes += Data("PK\u{3}\u{4}".utf8) + little(UInt16(0)) + little(member.flags)
            bytes += little(member.localMethod ?? member.method) + little(UInt32(0)) + little(UInt32(0))
            bytes += little(member.storedSize ?? size) + little(member.size ?? size)
            bytes += little(UInt16(localName.count)) + little(UInt16(0)) + localName + member.data
            table += Data("PK\u{1}\u{2}".utf8) + little(member.system << 8) + little(UInt16(0)) + little(member.flags)
            table += little(member.method) + little(UInt32(0)) + little(UInt32(0))
            table += little(member.storedSize ?? size) + little(member.size ?? size)
            table += little(UInt16(name.count)) + little(UInt16(member.extra.count)) + little(UInt16(0))
            table += little(UInt16(0)) + little(UInt16(0)) + little(member.attributes) + little(member.offset ?? start)
            table += name + member.extra
        }
        let start = bytes.count
        bytes += table
        if let wide {
            let record = bytes.count
            let count = little(wide.count ?? UInt64(members.count))
            bytes += Data("PK\u{6}\u{6}".utf8) + little(UInt64(44)) + little(UInt16(0)) + little(UInt16(45))
            bytes += little(UInt32(0)) + little(UInt32(0)) + count + count
            bytes += little(UInt64(table.count)) + little(wide.offset ?? UInt64(start))
            bytes += Data("PK\u{6}\u{7}".utf8) + little(UInt32(0)) + little(wide.recordOffset ?? UInt64(record))
            bytes += little(UInt32(1))
        }
        bytes += Data("PK\u{5}\u{6}".utf8) + little(UInt16(0)) + little(UInt16(0))
        bytes += little(count ?? UInt16(members.count)) + little(count ?? UInt16(members.count))
        bytes += little(UInt32(table.count)) + little(directoryOffset ?? UInt32(start)) + little(UInt16(comment.count))
        return bytes + comment
    }

    private func little(_ value: some FixedWidthInteger) -> Data {
        withUnsafeBytes(of: value.littleEndian) { Data($0) }
    }
}

/// Opcodes of a pickle, put together by hand.
enum Pickle {
    static func text(_ text: String) -> [UInt8] {
        [UInt8(ascii: "X")] + bytes(UInt32(text.utf8.count)) + Array(text.utf8)
    }

    static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + bytes(UInt64(bitPattern: Int64(value))) }

    static func object(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

    static func tuple(_ items: [[UInt8]]) -> [UInt8] { Array("(".utf8) + items.joined() + Array("t".utf8) }

    static let emptyHooks = object("collections", "OrderedDict") + Array(")R".utf8)

    /// A persistent id and the opcode that resolves it.
    static func storage(_ key: String = "0", type: String = "FloatStorage", count: Int = 6) -> [UInt8] {
        tuple([text("storage"), object("torch", type), text(key), text("cpu"), integer(count)]) + Array("Q".utf8)
    }

    static func tensor(
        _ storage: [UInt8] = storage(), offset: Int = 0, shape: [Int] = [6], strides: [Int] = [1]
    ) -> [UInt8] {
        let arguments = [
            storage, integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer)), [0x89], emptyHooks,
        ]
        return object("torch._utils", "_rebuild_tensor_v2") + tuple(arguments) + Array("R".utf8)
    }

    /// A whole pickle of a dictionary.
    static func dictionary(_ members: [(String, [UInt8])]) -> [UInt8] {
        program(Array("}(".utf8) + members.flatMap { text($0.0) + $0.1 } + Array("u".utf8))
    }

    /// A whole pickle that leaves what `opcodes` leave.
    static func program(_ opcodes: [UInt8]) -> [UInt8] { [0x80, 2] + opcodes + Array(".".utf8) }

    static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
