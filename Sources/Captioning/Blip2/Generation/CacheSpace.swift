import ONNXRuntime

/// Where the key/value caches of one decoder lie, and in which form.
struct CacheSpace {
    let elementType: ElementType
    /// Nil for ordinary memory.
    let device: DeviceMemory?
    /// What copies rows on the device.
    let copies: RowCopies?

    /// Ordinary memory.
    init(_ elementType: ElementType = .float32) {
        self.elementType = elementType
        device = nil
        copies = nil
    }

    /// A device's memory.
    /// - Parameter rows: runs the graph `rows` there.
    init(_ elementType: ElementType, in device: DeviceMemory, rows: Session) {
        self.elementType = elementType
        self.device = device
        copies = RowCopies(session: rows)
    }

    /// Zeros in ordinary memory; on a device whatever is there.
    func tensor(shape: [Int]) throws -> Tensor {
        try device?.tensor(elementType, shape: shape) ?? Tensor(elementType, shape: shape)
    }
}
