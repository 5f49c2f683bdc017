import Networks
import ONNXGraph

extension Blip2Graph {
    func describeEncoder(_ network: Network, _ configuration: T5Configuration) throws {
        let graph = network.graph
        let inputs = T5Encoder.Inputs(
            imageEmbeddings: graph.input(
                "image_embeddings", .float32, ["batch", "images", .fixed(configuration.hiddenSize)]),
            tokens: graph.input("input_ids", .int64, ["batch", "tokens"]),
            positionBuckets: graph.input("position_buckets", .int64, ["images+tokens", "images+tokens"]))
        let outputs = try T5Encoder(configuration: configuration).describe(in: network, inputs)
        graph.output(outputs.hiddenState, as: "hidden_state")
        for (layer, pair) in outputs.layers.enumerated() {
            graph.output(pair.key, as: "cross_key.\(layer)")
            graph.output(pair.value, as: "cross_value.\(layer)")
        }
    }

    func describeDecoder(_ network: Network, _ configuration: T5Configuration) throws {
        let decoder = T5Decoder(configuration: configuration)
        let graph = network.graph
        let inputs = T5Decoder.Inputs(
            tokens: graph.input("input_ids", .int64, ["batch", 1]),
            positionBuckets: graph.input("position_buckets", .int64, ["batch", "positions"]),
            crossMask: graph.input("cross_mask", .float32, ["batch", 1, 1, "images+tokens"]))
        let lastPositions = graph.input("last_positions", .int32, ["batch"])
        let totalLength = graph.input("total_length", .int32, [])
        let heads = Dimension.fixed(configuration.headCount)
        let cacheShape: [Dimension] = ["batch", heads, "capacity", .fixed(decoder.cacheHeadSize)]
        let crossShape: [Dimension] = ["batch", heads, "images+tokens", .fixed(configuration.headSize)]
        let memory = (0..<configuration.decoderLayerCount).map { layer in
            T5Decoder.LayerMemory(
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
