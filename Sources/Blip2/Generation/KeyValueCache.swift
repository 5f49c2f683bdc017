import ONNXRuntime

/// The keys and values of all positions so far, for every row and decoder layer, in memory that a step extends in place.
struct KeyValueCache {
    /// A pair for each layer, both [rows, heads, capacity, D].
    private let layers: [(key: Tensor, value: Tensor)]
    private let configuration: OPTConfiguration
    /// For how many rows there is room.
    let rowCapacity: Int
    /// For how many positions of each row there is room.
    let capacity: Int

    /// Zero-filled memory for `rows` rows of at most `capacity` positions.
    init(_ configuration: OPTConfiguration, rows: Int, capacity: Int) throws {
        let shape = [rows, configuration.headCount, capacity, OPTDecoder(configuration: configuration).cacheHeadSize]
        layers = try (0..<configuration.layerCount).map { _ in
            (try Tensor(.float32, shape: shape), try Tensor(.float32, shape: shape))
        }
        self.configuration = configuration
        rowCapacity = rows
        self.capacity = capacity
    }

    /// Bytes of all layers.
    var byteCount: Int { layers.reduce(0) { $0 + $1.key.byteCount + $1.value.byteCount } }

    /// Binds past and present of some rows to the same memory, so that ONNX Runtime writes new positions behind the old.
    func bind(_ rows: Range<Int>, to binding: IOBinding) throws {
        for (index, layer) in layers.enumerated() {
            let (key, value) = (try layer.key.rows(rows), try layer.value.rows(rows))
            try binding.bind(input: "past_key.\(index)", to: key)
            try binding.bind(input: "past_value.\(index)", to: value)
            try binding.bind(output: "present_key.\(index)", to: key)
            try binding.bind(output: "present_value.\(index)", to: value)
        }
    }

    /// Copies the first positions of a row over another row, of this cache or of one with more room.
    func copy(row: Int, positions: Int, to other: KeyValueCache, row otherRow: Int) throws {
        for (layer, otherLayer) in zip(layers, other.layers) {
            try Self.copy(layer.key, row, positions, to: otherLayer.key, otherRow)
            try Self.copy(layer.value, row, positions, to: otherLayer.value, otherRow)
        }
    }

    /// The rows with the given numbers of positions, in memory for `rows` rows of `capacity` positions.
    func grown(rows: Int, capacity: Int, keeping lengths: [Int]) throws -> KeyValueCache {
        let result = try KeyValueCache(configuration, rows: rows, capacity: capacity)
        for (row, length) in lengths.enumerated() { try copy(row: row, positions: length, to: result, row: row) }
        return result
    }

    private static func copy(
        _ tensor: Tensor, _ row: Int, _ positions: Int, to other: Tensor, _ otherRow: Int
    ) throws {
        let (source, target) = (try tensor.rows(row..<row + 1), try other.rows(otherRow..<otherRow + 1))
        let (heads, width) = (tensor.shape[1], tensor.shape[3] * tensor.elementType.byteCount)
        source.withUnsafeBytes { source in
            target.withUnsafeMutableBytes { target in
                for head in 0..<heads {
                    let from = head * tensor.shape[2] * width
                    UnsafeMutableRawBufferPointer(rebasing: target[(head * other.shape[2] * width)...])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[from..<from + positions * width]))
                }
            }
        }
    }
}
