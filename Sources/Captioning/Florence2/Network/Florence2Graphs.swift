public import Checkpoint
import Devices
import Generation
import Networks
import ONNXGraph

/// The graphs that a Florence-2 checkpoint is compiled to, each with its own file and weights.
enum Florence2Graph: String, CaseIterable, Sendable {
    /// `pixel_values` [B, 3, height, width] → `hidden_state` [B, 1 + rows · columns, H], projected for the language model.
    case vision
    /// `image_embeddings` [B, Q, H] and `input_ids` [B, T] → the keys and values of the decoder's cross-attention, and
    /// `encoder_hidden_state` [B, Q+T, H].
    case encoder
    /// The token of each row → the next token's logits, over a key/value cache that is updated in place.
    case decoder
    /// Rows of key/value caches → copies of them; for devices whose memory only graphs reach.
    case rows

    /// Those that compute something.
    static let networks: [Florence2Graph] = [.vision, .encoder, .decoder]

    /// Those that are written for a precision.
    static func graphs(_ precision: Precision) -> [Florence2Graph] {
        networks + (precision.isForGPUs ? [.rows] : [])
    }

    /// Describes the graph for a checkpoint.
    /// - Parameter pictureSize: height and width of the pictures.
    /// - Throws: `CheckpointError` for a tensor that is missing or has another shape.
    func describe(
        _ configuration: Florence2Configuration, pictureSize: (height: Int, width: Int), weights: Weights,
        _ precision: Precision
    ) throws -> Graph {
        let network = Network(name: rawValue, weights: weights, format: precision.format(of: self))
        switch self {
        case .vision: try describeVision(network, configuration, pictureSize)
        case .encoder: try describeEncoder(network, configuration)
        case .decoder: try describeDecoder(network, configuration)
        case .rows:
            KeyValueCache.describeRowCopies(in: network, layerCount: configuration.text.decoderLayerCount)
        }
        return network.graph
    }

    private func describeVision(
        _ network: Network, _ configuration: Florence2Configuration, _ size: (height: Int, width: Int)
    ) throws {
        let pixels = network.graph.input(
            "pixel_values", .float32, ["batch", 3, .fixed(size.height), .fixed(size.width)])
        let features = try DaViT(configuration: configuration.vision).describe(in: network, pixels)
        let projected = try network.graph.scope("vision.projector") {
            try Florence2Projector(configuration: configuration.vision).describe(in: network, features)
        }
        network.graph.output(projected, as: "hidden_state")
    }

    private func describeEncoder(_ network: Network, _ configuration: Florence2Configuration) throws {
        let graph = network.graph
        let inputs = BARTEncoder.Inputs(
            imageEmbeddings: graph.input(
                "image_embeddings", .float32, ["batch", "images", .fixed(configuration.text.hiddenSize)]),
            tokens: graph.input("input_ids", .int64, ["batch", "tokens"]),
            positions: graph.input("position_ids", .int64, ["images+tokens"]))
        let outputs = try BARTEncoder(configuration: configuration).describe(in: network, inputs)
        for (layer, pair) in outputs.cross.enumerated() {
            graph.output(pair.key, as: "cross_key.\(layer)")
            graph.output(pair.value, as: "cross_value.\(layer)")
        }
        graph.output(outputs.hidden, as: "encoder_hidden_state")
    }

    private func describeDecoder(_ network: Network, _ configuration: Florence2Configuration) throws {
        let decoder = BARTDecoder(configuration: configuration)
        let (graph, text) = (network.graph, configuration.text)
        let inputs = BARTDecoder.Inputs(
            tokens: graph.input("input_ids", .int64, ["batch", 1]),
            positions: graph.input("position_ids", .int64, ["batch", 1]),
            encoded: Network.Encoded(
                sources: graph.input("sources", .int32, ["batch"]),
                lengths: graph.input("source_lengths", .int32, ["batch"])))
        let lastPositions = graph.input("last_positions", .int32, ["batch"])
        let totalLength = graph.input("total_length", .int32, [])
        let heads = Dimension.fixed(text.decoderHeadCount)
        let cacheShape: [Dimension] = ["batch", heads, "capacity", .fixed(decoder.cacheHeadSize)]
        let crossShape: [Dimension] = ["inputs", "images+tokens", .fixed(text.hiddenSize)]
        let memory = (0..<text.decoderLayerCount).map { layer in
            BARTDecoder.LayerMemory(
                cache: Graph.AttentionCache(
                    key: graph.input("past_key.\(layer)", network.cacheType, cacheShape),
                    value: graph.input("past_value.\(layer)", network.cacheType, cacheShape),
                    lastPositions: lastPositions, totalLength: totalLength),
                crossKey: graph.input("cross_key.\(layer)", network.cacheType, crossShape),
                crossValue: graph.input("cross_value.\(layer)", network.cacheType, crossShape))
        }
        let outputs = try decoder.describe(in: network, inputs, memory: memory)
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
    /// Pictures pass many rows through each layer, so that arithmetic is what takes time there, and long blocks cost least of it;
    /// the encoder is in between. The decoder reads all its weights for each token, so that they should be few bytes.
    func format(of graph: Florence2Graph) -> WeightFormat {
        switch (self, graph) {
        case (.fp32, _): .float32
        case (.fp16, _): .float16
        case (_, .vision): .quantized(bits: 8, block: 512)
        case (.int4, .decoder): .quantized(bits: 4, block: 128)
        case (_, .encoder), (_, .decoder), (_, .rows): .quantized(bits: 8, block: 128)
        }
    }
}

extension Florence2Configuration {
    /// The names and shapes of all tensors that the networks of this configuration read, in the order in which the networks ask
    /// for them. A head that is tied to the word embeddings is not among them.
    ///
    /// - Throws: what describing the networks throws.
    public func outline() throws -> [WeightOutline.Tensor] {
        let outline = WeightOutline()
        for graph in Florence2Graph.networks {
            _ = try graph.describe(self, pictureSize: smallestPicture, weights: Weights(outline: outline), .fp32)
        }
        return outline.tensors
    }

    /// A picture of one feature.
    private var smallestPicture: (height: Int, width: Int) {
        let side = (1...1 << 16).first { vision.grids(height: $0, width: $0) != nil } ?? 1
        return (side, side)
    }
}
