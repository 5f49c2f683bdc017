import ONNXRuntime

/// The keys and values of all positions so far, for every decoder layer, in memory that a step extends in place.
struct KeyValueCache {
    let rowCount: Int
    /// Positions that each row has room for.
    let capacity: Int
    private let headCount: Int
    private let headSize: Int
    /// A pair for each layer, both [rows, heads, capacity, D].
    private let layers: [(key: Tensor, value: Tensor)]

    /// Zero-filled memory.
    init(_ configuration: OPTConfiguration, rows: Int, capacity: Int) throws {
        rowCount = rows
        self.capacity = capacity
        headCount = configuration.headCount
        headSize = OPTDecoder(configuration: configuration).cacheHeadSize
        let shape = [rows, headCount, capacity, headSize]
        layers = try (0..<configuration.layerCount).map { _ in
            (try Tensor(.float32, shape: shape), try Tensor(.float32, shape: shape))
        }
    }

    var byteCount: Int { layers.reduce(0) { $0 + $1.key.byteCount + $1.value.byteCount } }

    /// Binds past and present of some rows to the same memory, so that ONNX Runtime writes new positions behind the
    /// old ones.
    func bind(rows: Range<Int>, to binding: IOBinding) throws {
        for (index, layer) in layers.enumerated() {
            let (key, value) = (try layer.key.rows(rows), try layer.value.rows(rows))
            try binding.bind(input: "past_key.\(index)", to: key)
            try binding.bind(input: "past_value.\(index)", to: value)
            try binding.bind(output: "present_key.\(index)", to: key)
            try binding.bind(output: "present_value.\(index)", to: value)
        }
    }

    /// Copies positions of a row into the same positions of a row of this cache.
    /// - Parameter source: a cache of the same model, which may be this one and may have another capacity.
    func copy(row: Int, of source: KeyValueCache, to target: Int, positions: Range<Int>) {
        let stride = headSize * MemoryLayout<Float>.stride
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
