private import Synchronization

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
    /// Where the elements do not lie in the file in their order: what puts them into it.
    private let view: StridedView?

    init(_ entry: SafetensorsHeader.Entry, in file: MappedFile, dataOffset: Int) {
        name = entry.name
        scalarType = entry.scalarType
        shape = entry.shape
        elementCount = entry.range.count / entry.scalarType.byteCount
        range = entry.range.lowerBound + dataOffset..<entry.range.upperBound + dataOffset
        self.file = file
        view = nil
    }

    /// A tensor of a file of torch.save.
    init(_ entry: TorchFile.Entry, in file: MappedFile) {
        name = entry.name
        scalarType = entry.scalarType
        shape = entry.shape
        elementCount = entry.elementCount
        range = entry.range
        self.file = file
        view = entry.strides.map {
            StridedView(file: file, start: entry.range.lowerBound, entry.scalarType, shape: entry.shape, strides: $0)
        }
    }

    /// A tensor without a file, which reads as zeros.
    init(outlined name: String, shape: [Int]) {
        self.name = name
        self.shape = shape
        scalarType = .f32
        elementCount = shape.reduce(1, *)
        file = nil
        range = 0..<0
        view = nil
    }

    /// A matrix with its two axes exchanged, as if it had been stored so.
    public func transposed() -> StoredTensor {
        precondition(shape.count == 2, "Only a matrix is transposed.")
        return StoredTensor(transposing: self)
    }

    private init(transposing other: StoredTensor) {
        name = other.name
        scalarType = other.scalarType
        shape = other.shape.reversed()
        elementCount = other.elementCount
        range = other.range
        file = other.file
        view = other.file.map { file in
            let strides = other.view?.strides ?? [other.shape[1], 1]
            return StridedView(
                file: file, start: other.range.lowerBound, other.scalarType, shape: other.shape.reversed(),
                strides: strides.reversed())
        }
    }

    public var byteCount: Int { elementCount * scalarType.byteCount }
    /// The file that the tensor lies in.
    public var filePath: String { file?.path ?? "no file" }

    /// Calls `body` with the tensor's bytes, which need not be aligned to its element type; none for a tensor without a
    /// file.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        if let view { return try view.bytes().withUnsafeBytes(body) }
        guard let file else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return try withExtendedLifetime(file) {
            try body(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
        }
    }

    /// Takes the tensor's pages out of this process's memory, though not out of the system's page cache.
    ///
    /// For those who walk through gigabytes and do not come back: what they have read then does not add up.
    public func forgetPages() {
        view?.forget()
        file?.forget(range)
    }
}

/// A tensor of a file of torch.save whose elements are spread over its storage, such as a transposed one: a copy in row-major
/// order, made when it is asked for and kept until ``StoredTensor/forgetPages()``.
private final class StridedView: Sendable {
    private let file: MappedFile
    private let start: Int
    private let byteCount: Int
    /// In elements.
    let strides: [Int]
    /// Without dimensions of size one, which move nothing.
    private let dimensions: [(size: Int, stride: Int)]
    private let copy = Mutex<[UInt8]?>(nil)

    /// - Parameters:
    ///   - start: where in the file the first element is.
    ///   - strides: in elements. All elements lie within the file.
    init(file: MappedFile, start: Int, _ type: ScalarType, shape: [Int], strides: [Int]) {
        (self.file, self.start, byteCount, self.strides) = (file, start, type.byteCount, strides)
        dimensions = zip(shape, strides).filter { $0.0 != 1 }.map { (size: $0.0, stride: $0.1 * type.byteCount) }
    }

    func bytes() -> [UInt8] {
        copy.withLock { copy in
            if let copy { return copy }
            let bytes = gathered()
            copy = bytes
            return bytes
        }
    }

    func forget() {
        copy.withLock { $0 = nil }
    }

    private func gathered() -> [UInt8] {
        switch byteCount {
        case 1: gathered(UInt8.self)
        case 2: gathered(UInt16.self)
        case 4: gathered(UInt32.self)
        default: gathered(UInt64.self)
        }
    }

    /// Walks over the dimensions as a counter does over its digits; the innermost is a loop of its own.
    private func gathered<Element: FixedWidthInteger & BitwiseCopyable>(_: Element.Type) -> [UInt8] {
        guard let inner = dimensions.last else { return Array(file.bytes[start..<start + byteCount]) }
        let outer = dimensions.dropLast()
        let count = dimensions.reduce(byteCount) { $0 * $1.size }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let target = UnsafeMutableRawBufferPointer(buffer)
            var (digits, source, written) = (Array(repeating: 0, count: outer.count), start, 0)
            while written < count {
                for index in 0..<inner.size {
                    let element = file.bytes.loadUnaligned(
                        fromByteOffset: source + index * inner.stride, as: Element.self)
                    target.storeBytes(of: element, toByteOffset: written, as: Element.self)
                    written += byteCount
                }
                for index in outer.indices.reversed() {
                    digits[index] += 1
                    source += outer[index].stride
                    if digits[index] < outer[index].size { break }
                    source -= digits[index] * outer[index].stride
                    digits[index] = 0
                }
            }
            initialized = count
        }
    }
}
