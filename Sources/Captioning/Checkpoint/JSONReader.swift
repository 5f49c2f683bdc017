/// Reads JSON (RFC 8259) token by token from bytes that somebody else keeps alive.
///
/// A safetensors header may be 100 MB long and comes from a stranger. Reading it with the format's own grammar in hand
/// needs neither recursion nor a tree in memory, and sees what a tree hides, such as a name that is given twice.
struct JSONReader {
    /// Values nested deeper than this are refused: neither a header nor a configuration file comes near it.
    static let maximumDepth = 64

    let bytes: UnsafeRawBufferPointer
    var offset = 0
    /// What is being read, as an error's sentence begins: "The header of /models/model.safetensors".
    let subject: String
    /// The tensor whose entry is being read, where there is one.
    var tensor: String?
    private let code: CheckpointError.Code

    init(_ bytes: UnsafeRawBufferPointer, subject: String, code: CheckpointError.Code) {
        self.bytes = bytes
        self.subject = subject
        self.code = code
    }

    /// An error that tells where the reader stands.
    func failure(_ reason: String) -> CheckpointError {
        let place = tensor.map { "\(subject), in the entry of tensor \"\($0)\"," } ?? subject
        return CheckpointError(code, "\(place) cannot be read: \(reason) at byte \(offset).")
    }

    /// The byte at the reader's place, white space or not; `nil` at the end.
    var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    /// The next byte that is not white space, still unread; `nil` at the end.
    mutating func peek() -> UInt8? {
        while let byte = current {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): offset += 1
            default: return byte
            }
        }
        return nil
    }

    /// Takes the character if it is the next one after white space.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(CheckpointError) {
        guard take(character) else { throw failure("expected \"\(character)\"") }
    }

    mutating func expectEnd() throws(CheckpointError) {
        guard peek() == nil else { throw failure("expected nothing more") }
    }

    /// The next key of an object whose "{" has been taken; the reader then stands before that key's value, which the
    /// caller has to read. `nil` where the object ends.
    ///
    /// - Parameter isFirst: starts as `true`, and belongs to the object.
    mutating func nextKey(_ isFirst: inout Bool) throws(CheckpointError) -> String? {
        if take("}") {
            // A comma must be followed by a key, so this brace may close an empty object or follow a value.
            return nil
        }
        if !isFirst { try expect(",") }
        isFirst = false
        let key = try readString()
        try expect(":")
        return key
    }

    /// An array of whole numbers that are not negative, at most `limit` of them.
    mutating func readCounts(limit: Int) throws(CheckpointError) -> [Int] {
        var counts: [Int] = []
        try expect("[")
        if take("]") { return counts }
        repeat {
            guard counts.count < limit else { throw failure("a list of more than \(limit) numbers") }
            counts.append(try readCount())
        } while take(",")
        try expect("]")
        return counts
    }

    /// A whole number that is not negative.
    private mutating func readCount() throws(CheckpointError) -> Int {
        // Large headers are short numbers for the most part: those are read without a string in between.
        let isThere = peek() != nil
        let start = offset
        var count = 0
        while offset - start < 18, let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            count = count * 10 + Int(byte - UInt8(ascii: "0"))
            offset += 1
        }
        let hasLeadingZero = offset - start > 1 && bytes[start] == UInt8(ascii: "0")
        if offset > start, !hasLeadingZero, current == UInt8(ascii: ",") || current == UInt8(ascii: "]") {
            return count
        }
        offset = start
        guard isThere, case .integer(let count) = try readNumber(), count >= 0 else {
            throw failure("expected a whole number from 0 to \(Int.max)")
        }
        return count
    }

    /// Passes over one value of any kind.
    mutating func skipValue() throws(CheckpointError) {
        _ = try readValue(depth: 0, keeping: false)
    }
}

/// The keys of an object in the order in which a file has them, which dictionaries lose.
package enum JSONKeys {
    /// - Parameter key: the key of the object, in the outermost one; nil for the outermost object itself.
    /// - Returns: none where there is no such object.
    package static func inOrder(of key: String?, in bytes: some Sequence<UInt8>) -> [String] {
        Array(bytes).withUnsafeBytes { buffer in
            var reader = JSONReader(buffer, subject: "The text", code: .invalidConfiguration)
            return (try? keys(&reader, of: key)) ?? []
        }
    }

    private static func keys(_ reader: inout JSONReader, of wanted: String?) throws(CheckpointError) -> [String] {
        var (keys, isFirst) = ([String](), true)
        try reader.expect("{")
        while let key = try reader.nextKey(&isFirst) {
            if key == wanted { return reader.peek() == UInt8(ascii: "{") ? try Self.keys(&reader, of: nil) : [] }
            keys.append(key)
            try reader.skipValue()
        }
        return wanted == nil ? keys : []
    }
}
