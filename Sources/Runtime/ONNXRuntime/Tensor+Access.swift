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
