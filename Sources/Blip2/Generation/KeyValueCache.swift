import ONNXRuntime

/// The keys and values of all positions so far, for every decoder layer, in memory that a step extends in place.
struct KeyValueCache {
    /// A pair for each layer, both [B, heads, capacity, D].
    private let layers: [(key: Tensor, value: Tensor)]

    /// Zero-filled memory for `batch` rows of at most `capacity` positions.
    init(_ configuration: OPTConfiguration, batch: Int, capacity: Int) throws {
        let shape = [
            batch, configuration.headCount, capacity, OPTDecoder(configuration: configuration).cacheHeadSize,
        ]
        layers = try (0..<configuration.layerCount).map { _ in
            (try Tensor(.float32, shape: shape), try Tensor(.float32, shape: shape))
        }
    }

    /// Binds past and present to the same memory, so that ONNX Runtime writes new positions behind the old ones.
    func bind(to binding: IOBinding) throws {
        for (index, layer) in layers.enumerated() {
            try binding.bind(input: "past_key.\(index)", to: layer.key)
            try binding.bind(input: "past_value.\(index)", to: layer.value)
            try binding.bind(output: "present_key.\(index)", to: layer.key)
            try binding.bind(output: "present_value.\(index)", to: layer.value)
        }
    }
}
