/// A tensor as it lies in its file: row-major, little-endian, read only when it is looked at.
public struct StoredTensor: Sendable {
    public let name: String
    public let scalarType: ScalarType
    /// Sizes from the outermost dimension to the innermost; empty for a scalar.
    public let shape: [Int]
    public let elementCount: Int

    /// Keeps the mapping alive; nil for a tensor of a ``WeightOutline``.
    private let file: MappedFile?
    private let range: Range<Int>

    init(_ entry: SafetensorsHeader.Entry, in file: MappedFile, dataOffset: Int) {
        name = entry.name
        scalarType = entry.scalarType
        shape = entry.shape
        elementCount = entry.range.count / entry.scalarType.byteCount
        range = entry.range.lowerBound + dataOffset..<entry.range.upperBound + dataOffset
        self.file = file
    }

    /// A tensor without a file, which reads as zeros.
    init(outlined name: String, shape: [Int]) {
        self.name = name
        self.shape = shape
        scalarType = .f32
        elementCount = shape.reduce(1, *)
        file = nil
        range = 0..<0
    }

    public var byteCount: Int { elementCount * scalarType.byteCount }
    /// The file that the tensor lies in.
    public var filePath: String { file?.path ?? "no file" }

    /// Calls `body` with the tensor's bytes, which need not be aligned to its element type; none for a tensor without a
    /// file.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        guard let file else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return try withExtendedLifetime(file) {
            try body(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
        }
    }

    /// Takes the tensor's pages out of this process's memory, though not out of the system's page cache.
    ///
    /// For those who walk through gigabytes and do not come back: what they have read then does not add up.
    public func forgetPages() {
        file?.forget(range)
    }
}
