/// The table of a zip archive as torch.save has written it since PyTorch 1.6, validated: where `data.pkl` and each storage lie in
/// the file.
///
/// Read by hand rather than with a zip library. torch.save stores its members as they are, on 64-byte boundaries, so that
/// tensors can stay in the mapped file; libraries copy what they read, and they accept far more than torch ever writes
/// (compression, encryption, comments, several disks, data in front), all of which would have to be refused again. What is left is
/// one table of fixed fields.
///
/// Checksums are not compared: they would mean reading gigabytes, and whoever forges a file computes them. safetensors has none.
///
/// Sources: https://docs.pytorch.org/docs/stable/notes/serialization.html (what the members are) and PKWARE's APPNOTE.TXT, sections
/// 4.3 to 4.5 (zip and zip64).
struct TorchArchive: Sendable {
    /// `data.pkl`, in bytes of the file.
    let pickle: Range<Int>
    /// The members of `data/`, by their keys, in bytes of the file.
    let storages: [String: Range<Int>]
    /// The zip's own table, in bytes of the file.
    let directory: Range<Int>

    /// Real ones of thousands of tensors take a megabyte.
    static let maximumPickleByteCount = 16 << 20
    static let maximumDirectoryByteCount = 64 << 20
    /// No real name comes near it, and errors repeat names.
    private static let maximumNameByteCount = 1000

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: the file's name in errors.
    /// - Throws: `notTorchFile` for another kind of file, and for forms of PyTorch's that are not read; `truncatedFile`;
    ///   `invalidArchive`.
    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(CheckpointError) {
        if let kind = Self.foreignKind(of: bytes) {
            throw CheckpointError(.notTorchFile, "\(path) is not a file of torch.save: \(kind)")
        }
        let reader = TorchArchiveReader(bytes: bytes, path: path)
        let (directory, count) = try reader.findDirectory()
        self.directory = directory
        guard directory.count <= Self.maximumDirectoryByteCount else {
            throw reader.invalid("its table takes \(directory.count) bytes")
        }
        let members = try reader.readMembers(directory)
        guard members.count == count, let root = members.first?.root else {
            throw reader.invalid("its table has \(members.count) members, and its end record tells of \(count)")
        }

        var (ranges, storages): ([String: Range<Int>], [String: Range<Int>]) = ([:], [:])
        ranges.reserveCapacity(members.count)
        for member in members {
            guard member.root == root else {
                throw reader.invalid(
                    "it holds the folders \(root.debugDescription) and \(member.root.debugDescription), and torch.save "
                        + "writes one")
            }
            let name = member.name
            guard ranges.updateValue(member.data, forKey: name) == nil else {
                throw reader.invalid("it holds \(name.debugDescription) twice")
            }
            if name.hasPrefix("data/") { storages[String(name.dropFirst("data/".count))] = member.data }
        }
        if let order = ranges["byteorder"], !bytes[order].elementsEqual("little".utf8) {
            throw CheckpointError(
                .notTorchFile,
                "\(path) was saved on a machine with another byte order (big endian). Load it with transformers and save it "
                    + "again with save_pretrained, which writes safetensors.")
        }
        guard let pickle = ranges["data.pkl"] else {
            throw CheckpointError(
                .notTorchFile,
                "\(path) is a zip archive without data.pkl, so torch.save did not write it. Download the weights again."
            )
        }
        guard pickle.count <= Self.maximumPickleByteCount else {
            throw reader.invalid(
                "its data.pkl takes \(pickle.count) bytes; at most \(Self.maximumPickleByteCount) are allowed")
        }
        (self.pickle, self.storages) = (pickle, storages)
    }

    /// What a file is that lies in the place of PyTorch's, and what to do about it; `nil` for a zip archive.
    private static func foreignKind(of bytes: UnsafeRawBufferPointer) -> String? {
        if bytes.isEmpty { return "it is empty. Download it again." }
        if bytes.starts(with: "PK\u{3}\u{4}".utf8) { return nil }
        if let kind = ForeignCheckpoint.kind(ofText: bytes) { return "it \(kind)" }
        if bytes.starts(with: [0x80, 0x02, 0x8A, 0x0A]) {
            return
                "it is in the form from before PyTorch 1.6, which is not read. Load it with transformers and save it again "
                + "with save_pretrained, which writes safetensors."
        }
        if bytes.count > 8, bytes[8] == UInt8(ascii: "{") {
            return "it is safetensors. Rename it to model.safetensors."
        }
        if bytes.starts(with: "GGUF".utf8) {
            return "it is GGUF, the format of llama.cpp. Use the checkpoint that it was made from."
        }
        if bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) {
            return
                "it is HDF5, as TensorFlow writes it. Load it with transformers below version 5 (from_tf) and save it again "
                + "with save_pretrained."
        }
        return "it does not begin as a zip archive does. Download it again."
    }

    /// One member of the archive.
    fileprivate struct Member {
        /// The folder that all members are in.
        let root: String
        /// Its name in that folder.
        let name: String
        /// From its local header to the end of its data.
        let extent: Range<Int>
        /// Its data, in bytes of the file.
        let data: Range<Int>
    }

    /// A member's name as its folder and the rest; nil for what could lead elsewhere, or is no name in a folder.
    fileprivate static func splitName(_ bytes: some Collection<UInt8>) -> (root: String, name: String)? {
        guard bytes.count <= maximumNameByteCount, let name = String(validating: bytes, as: UTF8.self),
            name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\" })
        else { return nil }
        // By bytes: to Swift, a "/" with a combining mark behind it is another character.
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count > 1, !parts.contains(where: { [[], Array(".".utf8), Array("..".utf8)].contains(Array($0)) })
        else { return nil }
        return (String(Substring(parts[0])), String(name[parts[1].startIndex...]))
    }
}

/// Reads the fields of a zip archive, each of which may lie.
private struct TorchArchiveReader {
    let bytes: UnsafeRawBufferPointer
    let path: String

    func invalid(_ reason: String) -> CheckpointError {
        CheckpointError(
            .invalidArchive,
            "\(path) is not an archive as torch.save writes it: \(reason). Download it again, or load it with transformers and "
                + "save it again with save_pretrained, which writes safetensors.")
    }

    /// A little-endian number; nil beyond the file's end or beyond 63 bits.
    private func number<Integer: FixedWidthInteger & UnsignedInteger>(_: Integer.Type, at offset: Int) -> Int? {
        guard offset >= 0, offset <= bytes.count - MemoryLayout<Integer>.size else { return nil }
        return Int(exactly: Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Integer.self)))
    }

    private func short(_ offset: Int) -> Int { number(UInt16.self, at: offset) ?? 0 }
    private func word(_ offset: Int) -> Int { number(UInt32.self, at: offset) ?? 0 }

    private func has(_ signature: String, at offset: Int) -> Bool {
        offset >= 0 && offset <= bytes.count && bytes[offset...].starts(with: signature.utf8)
    }

    /// Where the table of members lies.
    ///
    /// torch.save ends the file with three records and no comment: zip64's end, the place of that, and the end. Older and shorter
    /// forms have only the last.
    func findDirectory() throws(CheckpointError) -> (range: Range<Int>, count: Int) {
        let end = bytes.count - 22
        guard has("PK\u{5}\u{6}", at: end) else {
            throw CheckpointError(
                .truncatedFile,
                "\(path) is cut off, or something follows it: no zip archive ends at its last byte. Download it again.")
        }
        var (count, size, start) = (short(end + 10), word(end + 12), word(end + 16))
        guard short(end + 4) == 0, short(end + 6) == 0, short(end + 8) == count, short(end + 20) == 0 else {
            throw invalid("its end record tells of several disks, or of a comment")
        }
        var next = end
        let locator = end - 20
        if has("PK\u{6}\u{7}", at: locator) {
            guard word(locator + 4) == 0, word(locator + 16) == 1, let wide = number(UInt64.self, at: locator + 8),
                wide == locator - 56, has("PK\u{6}\u{6}", at: wide), number(UInt64.self, at: wide + 4) == 44,
                word(wide + 16) == 0, word(wide + 20) == 0,
                let wideCount = number(UInt64.self, at: wide + 32), number(UInt64.self, at: wide + 24) == wideCount,
                let wideSize = number(UInt64.self, at: wide + 40), let wideStart = number(UInt64.self, at: wide + 48)
            else { throw invalid("its zip64 end record is not where it should be, or says what cannot be") }
            guard count == wideCount || count == 0xFFFF, size == wideSize || size == 0xFFFF_FFFF,
                start == wideStart || start == 0xFFFF_FFFF
            else { throw invalid("its two end records contradict each other") }
            (count, size, start, next) = (wideCount, wideSize, wideStart, wide)
        } else if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
            throw invalid("its zip64 end record is missing")
        }
        guard start <= next, size == next - start, count <= size / 46 else {
            throw invalid("its end record tells of \(count) members in \(size) bytes at byte \(start), which cannot be")
        }
        return (start..<next, count)
    }

    /// The members, in the order of the table. None overlaps another, and each is plain data inside the file.
    func readMembers(_ directory: Range<Int>) throws(CheckpointError) -> [TorchArchive.Member] {
        var members: [TorchArchive.Member] = []
        var offset = directory.lowerBound
        while offset < directory.upperBound {
            guard has("PK\u{1}\u{2}", at: offset), offset + 46 <= directory.upperBound else {
                throw invalid("its table breaks off at byte \(offset)")
            }
            let (nameLength, extraLength) = (short(offset + 28), short(offset + 30))
            let next = offset + 46 + nameLength + extraLength
            guard short(offset + 32) == 0, next <= directory.upperBound else {
                throw invalid("its table breaks off at byte \(offset), or holds a comment")
            }
            members.append(
                try member(
                    at: offset, nameLength: nameLength, extra: offset + 46 + nameLength..<next,
                    directory: directory.lowerBound))
            offset = next
        }
        let inOrder = members.sorted { $0.extent.lowerBound < $1.extent.lowerBound }
        for (one, other) in zip(inOrder, inOrder.dropFirst()) where other.extent.lowerBound < one.extent.upperBound {
            throw invalid("its members \(one.name.debugDescription) and \(other.name.debugDescription) overlap")
        }
        return members
    }

    /// One entry of the table, compared with the header in front of the data.
    private func member(
        at offset: Int, nameLength: Int, extra: Range<Int>, directory: Int
    ) throws(CheckpointError) -> TorchArchive.Member {
        let nameBytes = bytes[offset + 46..<offset + 46 + nameLength]
        guard let (root, name) = TorchArchive.splitName(nameBytes) else {
            let shown = String(decoding: nameBytes.prefix(200), as: UTF8.self).debugDescription
            throw invalid("it holds a member named \(shown), which is no plain name in a folder")
        }
        let shown = name.prefix(200).debugDescription
        let flags = short(offset + 8)
        guard flags & 0x2041 == 0 else { throw invalid("its member \(shown) is encrypted") }
        // What torch sets: sizes behind the data (3), and names in UTF-8 (11).
        guard flags & ~0x0808 == 0 else { throw invalid("its member \(shown) has the unknown flags \(flags)") }
        // Its code is compressed, so that this comes first.
        guard name != "constants.pkl", !name.hasPrefix("code/") else {
            throw CheckpointError(
                .notTorchFile,
                "\(path) is a TorchScript archive, a program with its weights in it. Use the checkpoint that it was made from, "
                    + "or save model.state_dict() as safetensors.")
        }
        guard short(offset + 10) == 0 else {
            throw invalid("its member \(shown) is compressed, which torch.save never does")
        }
        let type = word(offset + 38) >> 16 & 0xF000
        guard short(offset + 4) >> 8 != 3 || type == 0 || type == 0x8000 else {
            throw invalid("its member \(shown) is a symbolic link or another special file")
        }
        var fields = [word(offset + 24), word(offset + 20), word(offset + 42)]
        try readWide(&fields, extra, of: shown)
        let (size, stored, start) = (fields[0], fields[1], fields[2])
        guard size == stored, short(offset + 34) == 0 else {
            throw invalid("its member \(shown) has two sizes, \(size) and \(stored)")
        }
        guard start <= directory - 30, has("PK\u{3}\u{4}", at: start) else {
            throw invalid("its member \(shown) has no header at byte \(start)")
        }
        let data = start + 30 + short(start + 26) + short(start + 28)
        guard short(start + 6) == flags, short(start + 8) == 0, short(start + 26) == nameLength, data <= directory,
            bytes[start + 30..<start + 30 + nameLength].elementsEqual(nameBytes)
        else { throw invalid("its table and the header at byte \(start) contradict each other about \(shown)") }
        for field in [word(start + 18), word(start + 22)] {
            // Sizes may follow the data, or stand in zip64's field.
            guard field == size || field == 0xFFFF_FFFF || field == 0 && flags & 0x0008 != 0 else {
                throw invalid(
                    "its table and the header at byte \(start) contradict each other about the size of \(shown)")
            }
        }
        guard size <= directory - data else {
            throw CheckpointError(
                .truncatedFile,
                "\(path) is cut off: its member \(shown) should take \(size) bytes and \(directory - data) follow. "
                    + "Download it again.")
        }
        return TorchArchive.Member(root: root, name: name, extent: start..<data + size, data: data..<data + size)
    }

    /// Replaces each field that is all ones by zip64's, which the extra field holds in the same order.
    private func readWide(_ fields: inout [Int], _ extra: Range<Int>, of name: String) throws(CheckpointError) {
        guard fields.contains(0xFFFF_FFFF) else { return }
        var offset = extra.lowerBound
        while offset + 4 <= extra.upperBound {
            let (kind, end) = (short(offset), offset + 4 + short(offset + 2))
            guard end <= extra.upperBound else { break }
            defer { offset = end }
            guard kind == 1 else { continue }
            var place = offset + 4
            for index in fields.indices where fields[index] == 0xFFFF_FFFF {
                guard place + 8 <= end, let value = number(UInt64.self, at: place) else {
                    throw invalid("its member \(name) has a zip64 field without its sizes")
                }
                fields[index] = value
                place += 8
            }
            return
        }
        throw invalid("its member \(name) has no zip64 sizes")
    }
}
