/// The table at the start of a safetensors file, validated: every tensor lies inside the file, none overlaps another,
/// and together they cover the data wholly.
///
/// The format: 8 bytes of header length (little-endian), a JSON object from names to `dtype`, `shape` and
/// `data_offsets`, then the data. Offsets count from the data's first byte.
/// Source: https://github.com/huggingface/safetensors#format.
struct SafetensorsHeader: Sendable {
    struct Entry: Sendable {
        let name: String
        let scalarType: ScalarType
        let shape: [Int]
        /// Where the bytes lie in the data area.
        let range: Range<Int>
    }

    /// The reference implementation's limit.
    static let maximumByteCount = 100_000_000
    /// PyTorch's limit on dimensions, so that a hostile shape cannot be long.
    static let maximumRank = 64
    /// No real name comes near it, and errors repeat names.
    static let maximumNameByteCount = 1000

    /// The tensors in the order of their bytes in the file.
    private(set) var entries: [Entry] = []
    /// The place of each name among ``entries``.
    private(set) var places: [String: Int] = [:]
    private(set) var metadata: [String: String] = [:]
    /// Where the data area begins in the file.
    let dataOffset: Int

    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - path: The file's name in errors.
    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(CheckpointError) {
        if let kind = Self.foreignKind(of: bytes) {
            throw CheckpointError(.notSafetensors, "\(path) is not a safetensors file: \(kind)")
        }
        guard bytes.count >= 8 else {
            throw CheckpointError(
                .truncatedFile, "\(path) has \(bytes.count) bytes and is no whole safetensors file. Download it again.")
        }
        let declared = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard let byteCount = Int(exactly: declared), byteCount <= Self.maximumByteCount else {
            throw CheckpointError(
                .invalidHeader,
                "\(path) declares a header of \(declared) bytes; at most \(Self.maximumByteCount) are allowed.")
        }
        guard byteCount <= bytes.count - 8 else {
            throw CheckpointError(
                .truncatedFile,
                "\(path) is cut off: its header should take \(byteCount) bytes and \(bytes.count - 8) follow. "
                    + "Download it again.")
        }
        dataOffset = 8 + byteCount
        try readTable(UnsafeRawBufferPointer(rebasing: bytes[8..<dataOffset]), path: path)
        // Most files list their tensors in the order of their bytes already.
        let isInOrder = zip(entries, entries.dropFirst()).allSatisfy { !Self.comesBefore($1, $0) }
        if !isInOrder { entries.sort(by: Self.comesBefore) }
        places.reserveCapacity(entries.count)
        for (place, entry) in entries.enumerated() {
            guard places.updateValue(place, forKey: entry.name) == nil else {
                throw CheckpointError(.invalidHeader, "The header of \(path) has two entries named \"\(entry.name)\".")
            }
        }
        try checkCover(of: bytes.count - dataOffset, path: path)
    }

    private static func comesBefore(_ one: Entry, _ other: Entry) -> Bool {
        (one.range.lowerBound, one.range.upperBound) < (other.range.lowerBound, other.range.upperBound)
    }

    private mutating func readTable(_ text: UnsafeRawBufferPointer, path: String) throws(CheckpointError) {
        let subject = "The header of \(path)"
        var reader = JSONReader(text, subject: subject, code: .invalidHeader)
        guard text.first == UInt8(ascii: "{") else { throw reader.failure("expected a JSON object, so \"{\",") }
        var hasMetadata = false
        var isFirst = true
        try reader.expect("{")
        while let name = try reader.nextKey(&isFirst) {
            guard name.utf8.count <= Self.maximumNameByteCount else {
                throw reader.failure("a tensor name of more than \(Self.maximumNameByteCount) bytes")
            }
            guard name != "__metadata__" else {
                guard !hasMetadata else {
                    throw CheckpointError(.invalidHeader, "\(subject) has two entries named \"\(name)\".")
                }
                hasMetadata = true
                metadata = try Self.readMetadata(&reader)
                continue
            }
            reader.tensor = name
            entries.append(try Self.readEntry(name, &reader, path: path))
            reader.tensor = nil
        }
        try reader.expectEnd()
    }

    private static func readMetadata(_ reader: inout JSONReader) throws(CheckpointError) -> [String: String] {
        var metadata: [String: String] = [:]
        var isFirst = true
        try reader.expect("{")
        while let key = try reader.nextKey(&isFirst) {
            metadata[key] = try reader.readString()
        }
        return metadata
    }

    /// The data must be covered from end to end without a gap, as the reference implementation asks for: a file with
    /// room for anything else could be two things at once.
    private func checkCover(of dataByteCount: Int, path: String) throws(CheckpointError) {
        var end = 0
        var previous: Entry?
        for entry in entries {
            let place = "bytes \(entry.range.lowerBound) to \(entry.range.upperBound) of the data"
            guard entry.range.upperBound <= dataByteCount else {
                throw CheckpointError(
                    .truncatedFile,
                    "\(path) is cut off: tensor \"\(entry.name)\" takes \(place), which has \(dataByteCount) bytes. "
                        + "Download it again.")
            }
            if let previous, entry.range.lowerBound < end {
                throw CheckpointError(
                    .invalidTensor,
                    "In \(path), tensor \"\(entry.name)\" (\(place)) overlaps tensor \"\(previous.name)\".")
            }
            guard entry.range.lowerBound == end else {
                throw CheckpointError(
                    .invalidTensor,
                    "In \(path), tensor \"\(entry.name)\" takes \(place), and no tensor the \(entry.range.lowerBound - end) "
                        + "bytes before it.")
            }
            end = entry.range.upperBound
            previous = entry
        }
        guard end == dataByteCount else {
            throw CheckpointError(
                .invalidHeader, "\(path) ends with \(dataByteCount - end) bytes that belong to no tensor.")
        }
    }
}
