import Networks
import ONNXGraph

/// The decoder of a T5 language model, one token a step: attention over the tokens so far, in a key/value cache that is
/// updated in place, then over what the encoder gave.
struct T5Decoder {
    let configuration: T5Configuration

    var cacheHeadSize: Int { Network.cacheHeadSize(configuration.headSize) }

    struct Inputs {
        /// int64 [B, 1].
        let tokens: Value
        /// int64 [B, longest row]: the bucket of each position's distance from the new token.
        let positionBuckets: Value
        /// Float [B, 1, 1, longest input]: 0 where the encoder gave something, -∞ behind it.
        let crossMask: Value
    }

    /// What a layer reads besides its input.
    struct LayerMemory {
        /// The keys and values before this step.
        let cache: Graph.AttentionCache
        /// [B, heads, longest input, D], from the encoder.
        let crossKey: Value
        let crossValue: Value
    }

    /// - Returns: the scores of the token that follows, [B, V], and every layer's cache with the step's own.
    func describe(
        in network: Network, _ inputs: Inputs, memory: [LayerMemory]
    ) throws -> (logits: Value, cache: [(key: Value, value: Value)]) {
        let graph = network.graph
        let t5 = T5Network(configuration: configuration, network: network)
        let bias = graph.unsqueezed(
            graph.transpose(try t5.positionBias(inputs.positionBuckets, "decoder"), [0, 2, 1]), axis: 2)
        var hidden = try network.rows(of: t5.table("decoder.embed_tokens"), inputs.tokens)  // [B, 1, H]
        let step = memory.first.flatMap { first -> StepAttention? in
            guard network.format == .float16 else { return nil }
            return StepAttention(
                network, bias: bias, cache: first.cache, heads: configuration.headCount,
                headSize: configuration.headSize)
        }
        var caches: [(key: Value, value: Value)] = []
        for (layer, memory) in memory.enumerated() {
            hidden = try graph.scope("decoder.block.\(layer)") {
                let name = "language_model.decoder.block.\(layer)"
                let attended = try selfAttention(t5, hidden, memory.cache, bias, step, "\(name).layer.0", &caches)
                let crossed = try crossAttention(t5, attended, memory, inputs.crossMask, step, "\(name).layer.1")
                return try t5.feedForward(crossed, "\(name).layer.2")  // [B, 1, H]
            }
        }
        var last = try t5.norm(graph.last(hidden, axis: 1), "language_model.decoder.final_layer_norm")  // [B, H]
        if configuration.scalesOutput {
            let factor = graph.constant(1 / Float(configuration.hiddenSize).squareRoot())
            last = Normalized(value: graph.multiply(network.normalized(last), factor), norm: nil)
        }
        return (try network.scores(last, t5.table("lm_head")), caches)
    }

    private func selfAttention(
        _ t5: T5Network, _ input: Value, _ cache: Graph.AttentionCache, _ bias: Value, _ step: StepAttention?,
        _ name: String, _ caches: inout [(key: Value, value: Value)]
    ) throws -> Value {
        let attention = "\(name).SelfAttention"
        let projections = try t5.projections(try t5.norm(input, "\(name).layer_norm"), attention)
        let attended =
            step?.own(projections, cache)
            ?? t5.network.cachedAttention(
                projections, cache: cache, heads: configuration.headCount, headSize: configuration.headSize, scale: 1,
                bias: bias)
        caches.append((attended.key, attended.value))
        return try t5.output(attended.output, "\(attention).o", residual: input)
    }

    private func crossAttention(
        _ t5: T5Network, _ input: Value, _ memory: LayerMemory, _ mask: Value, _ step: StepAttention?, _ name: String
    ) throws -> Value {
        let attention = "\(name).EncDecAttention"
        let query = try t5.projection(try t5.norm(input, "\(name).layer_norm"), "\(attention).q")
        let attended =
            step?.cross(query, key: memory.crossKey, value: memory.crossValue, mask: mask)
            ?? t5.graph.multiHeadAttention(
                query: query, key: memory.crossKey, value: memory.crossValue, heads: configuration.headCount,
                bias: mask, scale: 1)
        return try t5.output(attended, "\(attention).o", residual: input)
    }
}
