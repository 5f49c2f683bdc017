public import ONNXRuntime

/// The keys and values of all positions so far, for every decoder layer, in memory that a step extends in place.
public struct KeyValueCache {
    public let rowCount: Int
    /// Positions that each row has room for.
    public let capacity: Int
    private let headCount: Int
    /// Bytes of a position's keys, or values, of one head.
    private let stride: Int
    private let copies: RowCopies?
    /// A pair for each layer, both of one ``Shape``.
    private let layers: [(key: Tensor, value: Tensor)]

    /// What a position takes up.
    public struct Shape: Sendable {
        let layerCount: Int
        let headCount: Int
        let headSize: Int
        /// Whether all heads of a position lie side by side.
        let isByPosition: Bool

        /// Positions of a head side by side, [rows, heads, capacity, D]: what a decoder reads a token at a time.
        public init(layerCount: Int, headCount: Int, headSize: Int) {
            (self.layerCount, self.headCount, self.headSize, isByPosition) = (layerCount, headCount, headSize, false)
        }

        /// Heads of a position side by side, [rows, capacity, heads × D]: as an encoder's layers give them.
        public init(layerCount: Int, width: Int) {
            (self.layerCount, headCount, headSize, isByPosition) = (layerCount, 1, width, true)
        }
    }

    /// Zero-filled memory; on a device it is filled before the decoder runs next.
    public init(_ shape: Shape, rows: Int, capacity: Int, in space: CacheSpace) throws {
        rowCount = rows
        self.capacity = capacity
        headCount = shape.headCount
        stride = shape.headSize * space.elementType.byteCount
        copies = space.copies
        let sizes =
            shape.isByPosition ? [rows, capacity, shape.headSize] : [rows, shape.headCount, capacity, shape.headSize]
        layers = try (0..<shape.layerCount).map { _ in (try space.tensor(shape: sizes), try space.tensor(shape: sizes))
        }
        if let copies {
            // One position of zeros, and the graph puts zeros behind it.
            let zeros = try Tensor(space.elementType, shape: [rows, shape.headCount, 1, shape.headSize])
            copies.add(from: Array(repeating: zeros, count: 2 * layers.count), to: tensors)
        }
    }

    /// Some rows, over the same memory.
    public func rows(_ range: Range<Int>) throws -> KeyValueCache {
        KeyValueCache(
            rowCount: range.count, capacity: capacity, headCount: headCount, stride: stride, copies: copies,
            layers: try layers.map { (try $0.key.rows(range), try $0.value.rows(range)) })
    }

    private init(
        rowCount: Int, capacity: Int, headCount: Int, stride: Int, copies: RowCopies?,
        layers: [(key: Tensor, value: Tensor)]
    ) {
        (self.rowCount, self.capacity, self.headCount, self.stride) = (rowCount, capacity, headCount, stride)
        (self.copies, self.layers) = (copies, layers)
    }

    /// Keys and values in turn, [rows, heads, capacity, D], as the graph that copies rows takes them.
    private var tensors: [Tensor] {
        layers.flatMap { [$0.key, $0.value] }.map { tensor in
            guard tensor.shape.count == 3 else { return tensor }
            let shape = [tensor.shape[0], 1, tensor.shape[1], tensor.shape[2]]
            // A view of as many elements always fits.
            return (try? tensor.view(shape: shape)) ?? tensor
        }
    }

    public var byteCount: Int { layers.reduce(0) { $0 + $1.key.byteCount + $1.value.byteCount } }

    /// Binds past and present of some rows to the same memory, so that ONNX Runtime writes new positions behind the
    /// old ones.
    public func bind(rows: Range<Int>, to binding: IOBinding) throws {
        for (index, layer) in layers.enumerated() {
            let (key, value) = (try layer.key.rows(rows), try layer.value.rows(rows))
            try binding.bind(input: "past_key.\(index)", to: key)
            try binding.bind(input: "past_value.\(index)", to: value)
            try binding.bind(output: "present_key.\(index)", to: key)
            try binding.bind(output: "present_value.\(index)", to: value)
        }
    }

    /// Copies positions of a row into the same positions of a row of this cache; on a device the whole row, before the
    /// decoder runs next.
    /// - Parameter source: a cache of the same model, which may be this one, and may have less capacity.
    public func copy(row: Int, of source: KeyValueCache, to target: Int, positions: Range<Int>) {
        if let copies { return copies.add(from: source.row(row), to: self.row(target)) }
        for (own, other) in zip(layers, source.layers) {
            for (own, other) in [(own.key, other.key), (own.value, other.value)] {
                own.withUnsafeMutableBytes { own in
                    other.withUnsafeBytes { other in
                        for head in 0..<headCount {
                            let from = ((row * headCount + head) * source.capacity + positions.lowerBound) * stride
                            let to = ((target * headCount + head) * capacity + positions.lowerBound) * stride
                            let size = positions.count * stride
                            UnsafeMutableRawBufferPointer(rebasing: own[to..<to + size])
                                .copyMemory(from: UnsafeRawBufferPointer(rebasing: other[from..<from + size]))
                        }
                    }
                }
            }
        }
    }
}

extension KeyValueCache {
    /// All layers' keys and values of a row, in turn.
    private func row(_ index: Int) -> [Tensor] {
        // A row that there is no memory for is a mistake of the caller's, as an index beyond an array is.
        tensors.map { tensor in
            guard let row = try? tensor.rows(index..<index + 1) else {
                preconditionFailure("There is no row \(index).")
            }
            return row
        }
    }

    /// Binds some rows as the keys and values that cross-attention reads.
    public func bindCrossInputs(rows: Range<Int>, to binding: IOBinding) throws {
        for (index, layer) in layers.enumerated() {
            try binding.bind(input: "cross_key.\(index)", to: try layer.key.rows(rows))
            try binding.bind(input: "cross_value.\(index)", to: try layer.value.rows(rows))
        }
    }

    /// Binds the whole memory as what an encoder writes for cross-attention.
    public func bindCrossOutputs(to binding: IOBinding) throws {
        for (index, layer) in layers.enumerated() {
            try binding.bind(output: "cross_key.\(index)", to: layer.key)
            try binding.bind(output: "cross_value.\(index)", to: layer.value)
        }
    }
}

/// Where the key/value caches of one decoder lie, and in which form.
public struct CacheSpace {
    let elementType: ElementType
    /// Nil for ordinary memory.
    let device: DeviceMemory?
    /// What copies rows on the device.
    let copies: RowCopies?

    /// Ordinary memory.
    public init(_ elementType: ElementType = .float32) {
        self.elementType = elementType
        device = nil
        copies = nil
    }

    /// A device's memory.
    /// - Parameter rows: runs the graph of ``KeyValueCache/describeRowCopies(in:layerCount:)`` there.
    public init(_ elementType: ElementType, in device: DeviceMemory, rows: Session) {
        self.elementType = elementType
        self.device = device
        copies = RowCopies(session: rows)
    }

    /// Zeros in ordinary memory; on a device whatever is there.
    func tensor(shape: [Int]) throws -> Tensor {
        try device?.tensor(elementType, shape: shape) ?? Tensor(elementType, shape: shape)
    }
}
