import Checkpoint
import Devices
import Generation
import Networks
import ONNXGraph

import struct Foundation.URL

/// The graphs that a BLIP checkpoint is compiled to, each with its own file and weights.
enum BlipGraph: String, CaseIterable, Sendable {
    /// As `VisionTower` describes it.
    case vision
    /// `hidden_state` [B, S, Hv] and, of a model that answers questions, `input_ids` and `mask` [B, L] → the keys and values of
    /// the decoder's cross-attention, and `encoder_hidden_state` [B, L, H] in the latter case.
    case encoder
    /// Token ids → the next token's logits, over a key/value cache that is updated in place.
    case decoder
    /// Rows of key/value caches → copies of them; for devices whose memory only graphs reach.
    case rows

    /// Those that have weights.
    static let networks: [BlipGraph] = [.vision, .encoder, .decoder]

    /// Describes the graph for a checkpoint.
    /// - Throws: `CheckpointError` for a tensor that is missing or has another shape.
    func describe(_ configuration: BlipConfiguration, weights: Weights, _ precision: Precision) throws -> Graph {
        let network = Network(name: rawValue, weights: weights, format: precision.format(of: self))
        switch self {
        case .vision: try VisionTower(configuration.vision).describe(in: network)
        case .encoder: try describeEncoder(network, configuration)
        case .decoder: try describeDecoder(network, configuration)
        case .rows: KeyValueCache.describeRowCopies(in: network, layerCount: configuration.text.layerCount)
        }
        return network.graph
    }

    private func describeEncoder(_ network: Network, _ configuration: BlipConfiguration) throws {
        let graph = network.graph
        let bert = BlipText(configuration, network)
        let width = configuration.vision.hiddenSize
        let states = graph.input("hidden_state", .float32, ["batch", "states", .fixed(width)])
        let norm = try network.layerNorm(
            states, "vision_model.post_layernorm", width, epsilon: configuration.vision.layerNormEpsilon
        ).norm
        var source = Normalized(value: states, norm: nil, applied: norm)
        if configuration.task == .questionAnswering {
            let tokens = graph.input("input_ids", .int64, ["batch", "tokens"])
            let mask = graph.input("mask", .int32, ["batch", "tokens"])
            let question = try bert.encodeQuestion(tokens, mask: mask, imageStates: source)  // [B, L, H]
            graph.output(question, as: "encoder_hidden_state")
            source = Normalized(value: question, norm: nil)
        }
        for (layer, pair) in try bert.crossKeysAndValues(of: source).enumerated() {
            graph.output(pair.key, as: "cross_key.\(layer)")
            graph.output(pair.value, as: "cross_value.\(layer)")
        }
    }

    private func describeDecoder(_ network: Network, _ configuration: BlipConfiguration) throws {
        let graph = network.graph
        let text = configuration.text
        let tokens = graph.input("input_ids", .int64, ["batch", "tokens"])
        let positions = graph.input("position_ids", .int64, ["batch", "tokens"])
        let encoded = Network.Encoded(
            sources: graph.input("sources", .int32, ["batch"]),
            lengths: graph.input("source_lengths", .int32, ["batch"]))
        let lastPositions = graph.input("last_positions", .int32, ["batch"])
        let totalLength = graph.input("total_length", .int32, [])
        let heads = Dimension.fixed(text.headCount)
        let cacheShape: [Dimension] = [
            "batch", heads, "capacity", .fixed(text.cacheHeadSize),
        ]
        let crossShape: [Dimension] = ["inputs", "states", .fixed(text.hiddenSize)]
        let memory = (0..<text.layerCount).map { layer in
            BlipText.LayerMemory(
                cache: Graph.AttentionCache(
                    key: graph.input("past_key.\(layer)", network.cacheType, cacheShape),
                    value: graph.input("past_value.\(layer)", network.cacheType, cacheShape),
                    lastPositions: lastPositions, totalLength: totalLength),
                crossKey: graph.input("cross_key.\(layer)", network.cacheType, crossShape),
                crossValue: graph.input("cross_value.\(layer)", network.cacheType, crossShape))
        }
        let outputs = try BlipText(configuration, network).decode(tokens, positions, over: encoded, memory: memory)
        graph.output(outputs.logits, as: "logits")
        for (layer, pair) in outputs.cache.enumerated() {
            graph.output(pair.key, as: "present_key.\(layer)")
            graph.output(pair.value, as: "present_value.\(layer)")
        }
    }
}

extension Precision {
    /// How a graph holds the matrices of its layers.
    ///
    /// Pictures pass many rows through each layer, so that arithmetic is what takes time there, and long blocks cost least
    /// of it. The decoder reads all its weights for each token, so that they should be few bytes; short blocks lose less.
    fileprivate func format(of graph: BlipGraph) -> WeightFormat {
        switch (self, graph) {
        case (.fp32, _): .float32
        case (.fp16, _): .float16
        case (_, .vision), (_, .encoder): .quantized(bits: 8, block: 512)
        case (.int4, .decoder): .quantized(bits: 4, block: 128)
        case (_, .decoder), (_, .rows): .quantized(bits: 8, block: 128)
        }
    }
}

extension CompiledModel {
    /// Raised whenever the graphs change.
    private static let blipFormat = 4

    /// Finds the compiled form of a BLIP checkpoint, or writes it; see ``CompiledModel``.
    /// - Throws: `CheckpointError`, `NetworksError`.
    static func findOrCompile(
        _ checkpoint: CheckpointFolder, _ configuration: BlipConfiguration, _ precision: Precision, cache: URL,
        waiting: () -> Void, progress: (Double) -> Void
    ) throws -> CompiledModel {
        let compilation = Compilation(checkpoint, precision, format: blipFormat) {
            let weights = try checkpoint.blipWeights()
            let graphs = BlipGraph.networks + (precision.isForGPUs ? [.rows] : [])
            return try graphs.map { try $0.describe(configuration, weights: weights, precision) }
        }
        return try findOrCompile(compilation, cache: cache, waiting: waiting, progress: progress)
    }
}

extension CheckpointFolder {
    /// The weights under the names that the networks ask for, with or without the prefix of transformers'
    /// `BlipPreTrainedModel`.
    func blipWeights() throws(CheckpointError) -> Weights {
        try weights(withoutPrefix: "blip.")
    }
}
