/// Numbers of one type in a row-major box: what goes into a session and what comes out.
///
/// The memory is Swift's, aligned to 64 bytes, or, in outputs that ONNX Runtime allocated, ONNX Runtime's. Either way it
/// lives as long as a tensor, or a view of it, looks at it. A tensor may be written while nothing runs on it; nothing
/// guards against more.
public final class Tensor {
    public let elementType: ElementType
    /// The size of each dimension; empty for a single number. A dimension may be 0.
    public let shape: [Int]
    public let elementCount: Int
    public var byteCount: Int { elementCount * elementType.byteCount }

    /// Whether the numbers lie in a device's memory, where only runs of sessions get at them.
    public var isOnDevice: Bool { memory.device != nil }

    let memory: TensorMemory
    /// Where in the memory the first element lies.
    private let byteOffset: Int
    var start: UnsafeMutableRawPointer { memory.start + byteOffset }

    /// A tensor of zeros.
    /// - Throws: `invalidTensor` where a dimension is negative or there is no memory for so many.
    public convenience init(_ elementType: ElementType, shape: [Int]) throws(ONNXRuntimeError) {
        let count = try Self.elementCount(elementType, shape)
        let memory = try TensorMemory(byteCount: count * elementType.byteCount)
        self.init(elementType, shape: shape, elementCount: count, memory: memory)
    }

    /// A tensor of `values` in row-major order.
    /// - Throws: `invalidTensor` where `values` are not as many as `shape` holds.
    public convenience init<Element: TensorElement>(
        _ values: [Element], shape: [Int]
    ) throws(ONNXRuntimeError) {
        let count = try Self.elementCount(Element.elementType, shape)
        guard count == values.count else {
            throw ONNXRuntimeError(
                .invalidTensor, "\(values.count) values do not fill a tensor of shape \(shape), which holds \(count).")
        }
        try self.init(Element.elementType, shape: shape)
        withUnsafeMutableBytes { bytes in values.withUnsafeBytes { bytes.copyMemory(from: $0) } }
    }

    init(
        _ elementType: ElementType, shape: [Int], elementCount: Int, memory: TensorMemory, byteOffset: Int = 0
    ) {
        self.elementType = elementType
        self.shape = shape
        self.elementCount = elementCount
        self.memory = memory
        self.byteOffset = byteOffset
    }

    /// A tensor of another shape over the same memory, from this tensor's first element on; writes to one are seen in
    /// the other.
    /// - Throws: `invalidTensor` where `shape` asks for more bytes than there are.
    public func view(shape: [Int]) throws(ONNXRuntimeError) -> Tensor {
        let count = try Self.elementCount(elementType, shape)
        let room = memory.byteCount - byteOffset
        guard count * elementType.byteCount <= room else {
            throw ONNXRuntimeError(
                .invalidTensor,
                "A view of shape \(shape) does not fit into the \(room) bytes of the tensor's memory.")
        }
        return Tensor(elementType, shape: shape, elementCount: count, memory: memory, byteOffset: byteOffset)
    }

    /// The rows of the first dimension that `range` names, over the same memory: writes to one are seen in the other.
    /// - Throws: `invalidTensor` where there are no such rows.
    public func rows(_ range: Range<Int>) throws(ONNXRuntimeError) -> Tensor {
        guard let count = shape.first, (0...count).contains(range.lowerBound), range.upperBound <= count else {
            throw ONNXRuntimeError(.invalidTensor, "A tensor of shape \(shape) has no rows \(range).")
        }
        let size = shape.dropFirst().reduce(1, *)
        return Tensor(
            elementType, shape: [range.count] + shape.dropFirst(), elementCount: range.count * size, memory: memory,
            byteOffset: byteOffset + range.lowerBound * size * elementType.byteCount)
    }

    /// The rows of the first dimension one by one, [1, …] each, over the same memory.
    public func split() throws(ONNXRuntimeError) -> [Tensor] {
        try (0..<(shape.first ?? 0)).map { (row) throws(ONNXRuntimeError) in try rows(row..<row + 1) }
    }

    /// The product of `shape`, if tensors of that shape can be.
    static func elementCount(_ elementType: ElementType, _ shape: [Int]) throws(ONNXRuntimeError) -> Int {
        if let negative = shape.first(where: { $0 < 0 }) {
            throw ONNXRuntimeError(
                .invalidTensor, "A tensor's shape \(shape) cannot hold a negative size, \(negative).")
        }
        if shape.contains(0) { return 0 }
        var bytes = elementType.byteCount
        for size in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
            guard !overflow else {
                throw ONNXRuntimeError(.invalidTensor, "A tensor of shape \(shape) is larger than any memory.")
            }
            bytes = product
        }
        return bytes / elementType.byteCount
    }
}

extension Tensor {
    /// Runs `body` with the tensor's bytes. Not for one that ``isOnDevice``.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(!isOnDevice, "The numbers of a tensor on a device cannot be read from here.")
        return try body(UnsafeRawBufferPointer(start: start, count: byteCount))
    }

    /// Runs `body` with the tensor's bytes, which it may change.
    public func withUnsafeMutableBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(!isOnDevice, "The numbers of a tensor on a device cannot be written from here.")
        return try body(UnsafeMutableRawBufferPointer(start: start, count: byteCount))
    }

    /// Runs `body` with the elements, which it may change.
    /// - Throws: `invalidTensor` where the elements are of another type; what `body` throws.
    public func withElements<Element: TensorElement, Result>(
        of type: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
    ) throws -> Result {
        try requireElements(of: type)
        return try withUnsafeMutableBytes { try body($0.bindMemory(to: type)) }
    }

    /// Writes values over the tensor's first elements; there must not be more than it has.
    /// - Throws: `invalidTensor` where the elements are of another type.
    public func fill<Element: TensorElement>(_ values: some Sequence<Element>) throws {
        try withElements(of: Element.self) { elements in
            for (index, value) in values.enumerated() { elements[index] = value }
        }
    }

    /// A copy of the elements in row-major order.
    /// - Throws: `invalidTensor` where they are of another type.
    public func array<Element: TensorElement>(of type: Element.Type) throws(ONNXRuntimeError) -> [Element] {
        try requireElements(of: type)
        return withUnsafeBytes { Array($0.bindMemory(to: type)) }
    }

    private func requireElements<Element: TensorElement>(of type: Element.Type) throws(ONNXRuntimeError) {
        guard type.elementType == elementType else {
            throw ONNXRuntimeError(
                .invalidTensor, "The tensor holds \(elementType) elements; they cannot be read as \(type.elementType).")
        }
    }
}
