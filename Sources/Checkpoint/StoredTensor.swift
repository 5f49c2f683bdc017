/// A tensor as it lies in its file: row-major, little-endian, read only when it is looked at.
public struct StoredTensor: Sendable {
    public let name: String
    public let scalarType: ScalarType
    /// Sizes from the outermost dimension to the innermost; empty for a scalar.
    public let shape: [Int]
    public let elementCount: Int

    /// Keeps the mapping alive.
    private let file: MappedFile
    private let range: Range<Int>

    init(_ entry: SafetensorsHeader.Entry, in file: MappedFile, dataOffset: Int) {
        name = entry.name
        scalarType = entry.scalarType
        shape = entry.shape
        elementCount = entry.range.count / entry.scalarType.byteCount
        range = entry.range.lowerBound + dataOffset..<entry.range.upperBound + dataOffset
        self.file = file
    }

    public var byteCount: Int { range.count }
    /// The file that the tensor lies in.
    public var filePath: String { file.path }

    /// Calls `body` with the tensor's bytes, which need not be aligned to its element type.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withExtendedLifetime(file) {
            try body(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
        }
    }
}
