import Checkpoint
import Devices
import Generation
import Networks
import ONNXGraph

/// The graphs that a BLIP-2 or InstructBLIP checkpoint is compiled to, each with its own file and weights.
enum Blip2Graph: String, CaseIterable, Sendable, Codable {
    /// `pixel_values` [B, 3, height, width], and `row_weights` [h, g] and `column_weights` [w, g] that interpolate the
    /// positions → `hidden_state` [B, T, Hv].
    case vision
    /// `hidden_state` [B, T, Hv] and, in InstructBLIP, `qformer_input_ids` [B, L] → `query_output` [B, Q, Hq] and, projected,
    /// `language_inputs` [B, Q, H].
    case qFormer = "qformer"
    /// Embeddings and token ids → the keys and values of the decoder's cross-attention; in T5.
    case encoder
    /// Embeddings and token ids → the next token's logits, over a key/value cache that is updated in place.
    case decoder
    /// Rows of key/value caches → copies of them; for devices whose memory only graphs reach.
    case rows

    /// Those that a checkpoint of this shape has weights for.
    static func graphs(of configuration: Blip2Configuration) -> [Blip2Graph] {
        switch configuration.text {
        case .opt: [.vision, .qFormer, .decoder]
        case .t5: [.vision, .qFormer, .encoder, .decoder]
        }
    }

    /// Those that are written for a precision.
    static func graphs(of configuration: Blip2Configuration, _ precision: Precision) -> [Blip2Graph] {
        graphs(of: configuration) + (precision.isForGPUs ? [.rows] : [])
    }

    /// Describes the graph for a checkpoint.
    /// - Throws: `CheckpointError` for a tensor that is missing or has another shape.
    func describe(_ configuration: Blip2Configuration, weights: Weights, _ precision: Precision) throws -> Graph {
        let network = Network(name: rawValue, weights: weights, format: precision.format(of: self))
        switch self {
        case .vision: try VisionTower(configuration.vision).describe(in: network)
        case .qFormer: try describeQFormer(network, configuration)
        case .encoder:
            if case .t5(let text) = configuration.text { try describeEncoder(network, text) }
        case .decoder:
            switch configuration.text {
            case .opt(let text): try describeDecoder(network, text)
            case .t5(let text): try describeDecoder(network, text)
            }
        case .rows:
            KeyValueCache.describeRowCopies(in: network, layerCount: configuration.text.decoderLayerCount)
        }
        return network.graph
    }

    private func describeQFormer(_ network: Network, _ configuration: Blip2Configuration) throws {
        let states = network.graph.input(
            "hidden_state", .float32, ["batch", "1+patches", .fixed(configuration.vision.hiddenSize)])
        let norm = try network.layerNorm(
            states, "vision_model.post_layernorm", configuration.vision.hiddenSize,
            epsilon: configuration.vision.layerNormEpsilon
        ).norm
        let former = QFormer(configuration: configuration.qFormer, queryTokenCount: configuration.queryTokenCount)
        let instruction =
            configuration.qFormer.instructions == nil
            ? nil : network.graph.input("qformer_input_ids", .int64, ["batch", "instruction"])
        let queries = try former.describe(
            in: network, imageStates: Normalized(value: states, norm: nil, applied: norm), instruction: instruction)
        network.graph.output(queries, as: "query_output")
        let projected = try network.linear(
            queries, "language_projection", from: configuration.qFormer.hiddenSize, to: configuration.text.hiddenSize)
        network.graph.output(projected, as: "language_inputs")
    }

    private func describeDecoder(_ network: Network, _ configuration: OPTConfiguration) throws {
        let decoder = OPTDecoder(configuration: configuration)
        let graph = network.graph
        let inputs = OPTDecoder.Inputs(
            imageEmbeddings: graph.input(
                "image_embeddings", .float32, ["batch", "images", .fixed(configuration.wordEmbeddingSize)]),
            tokens: graph.input("input_ids", .int64, ["batch", "tokens"]),
            positions: graph.input("position_ids", .int64, ["batch", "images+tokens"]))
        let lastPositions = graph.input("last_positions", .int32, ["batch"])
        let totalLength = graph.input("total_length", .int32, [])
        let cacheShape: [Dimension] = [
            "batch", .fixed(configuration.headCount), "capacity", .fixed(decoder.cacheHeadSize),
        ]
        let cache = (0..<configuration.layerCount).map { layer in
            Graph.AttentionCache(
                key: graph.input("past_key.\(layer)", network.cacheType, cacheShape),
                value: graph.input("past_value.\(layer)", network.cacheType, cacheShape),
                lastPositions: lastPositions, totalLength: totalLength)
        }
        let outputs = try decoder.describe(in: network, inputs, cache: cache)
        graph.output(outputs.logits, as: "logits")
        for (layer, pair) in outputs.cache.enumerated() {
            graph.output(pair.key, as: "present_key.\(layer)")
            graph.output(pair.value, as: "present_value.\(layer)")
        }
    }
}
