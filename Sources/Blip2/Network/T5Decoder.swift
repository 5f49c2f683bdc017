import ONNXGraph

/// The decoder of a T5 language model, one token a step: attention over the tokens so far, in a key/value cache that is
/// updated in place, then over what the encoder gave.
struct T5Decoder {
    let configuration: T5Configuration

    /// The head size of the cache: attention over a cache wants a multiple of 8, so that others are filled up with zeros.
    var cacheHeadSize: Int { (configuration.headSize + 7) / 8 * 8 }

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
        var caches: [(key: Value, value: Value)] = []
        for (layer, memory) in memory.enumerated() {
            hidden = try graph.scope("decoder.block.\(layer)") {
                let name = "language_model.decoder.block.\(layer)"
                let attended = try selfAttention(t5, hidden, memory.cache, bias, "\(name).layer.0", &caches)
                let crossed = try crossAttention(t5, attended, memory, inputs.crossMask, "\(name).layer.1")
                return try t5.feedForward(crossed, "\(name).layer.2")  // [B, 1, H]
            }
        }
        hidden = graph.last(try t5.norm(hidden, "language_model.decoder.final_layer_norm"), axis: 1)  // [B, H]
        if configuration.scalesOutput {
            hidden = graph.multiply(hidden, graph.constant(1 / Float(configuration.hiddenSize).squareRoot()))
        }
        return (try network.scores(hidden, t5.table("lm_head")), caches)
    }

    private func selfAttention(
        _ t5: T5Network, _ input: Value, _ cache: Graph.AttentionCache, _ bias: Value, _ name: String,
        _ caches: inout [(key: Value, value: Value)]
    ) throws -> Value {
        let attention = "\(name).SelfAttention"
        let normed = try t5.norm(input, "\(name).layer_norm")
        let attended = t5.graph.groupQueryAttention(
            query: padded(try t5.projection(normed, "\(attention).q"), in: t5.graph),
            key: padded(try t5.projection(normed, "\(attention).k"), in: t5.graph),
            value: padded(try t5.projection(normed, "\(attention).v"), in: t5.graph),
            cache: cache, heads: configuration.headCount, scale: 1, bias: bias)
        caches.append((attended.key, attended.value))
        return try t5.output(trimmed(attended.output, in: t5.graph), "\(attention).o", residual: input)
    }

    private func crossAttention(
        _ t5: T5Network, _ input: Value, _ memory: LayerMemory, _ mask: Value, _ name: String
    ) throws -> Value {
        let attention = "\(name).EncDecAttention"
        let attended = t5.graph.multiHeadAttention(
            query: try t5.projection(try t5.norm(input, "\(name).layer_norm"), "\(attention).q"),
            key: memory.crossKey, value: memory.crossValue, heads: configuration.headCount, bias: mask, scale: 1)
        return try t5.output(attended, "\(attention).o", residual: input)
    }

    /// [B, 1, heads × D] → [B, 1, heads × D'], zeros behind each head.
    private func padded(_ x: Value, in graph: Graph) -> Value {
        let (heads, size) = (configuration.headCount, configuration.headSize)
        guard cacheHeadSize != size else { return x }
        let split = graph.reshape(x, [x.shape[0], x.shape[1], .fixed(heads), .fixed(size)])
        return graph.reshape(
            graph.padded(split, to: cacheHeadSize), [x.shape[0], x.shape[1], .fixed(heads * cacheHeadSize)])
    }

    /// [B, 1, heads × D'] → [B, 1, heads × D].
    private func trimmed(_ x: Value, in graph: Graph) -> Value {
        let (heads, size) = (configuration.headCount, configuration.headSize)
        guard cacheHeadSize != size else { return x }
        let split = graph.reshape(x, [x.shape[0], x.shape[1], .fixed(heads), .fixed(cacheHeadSize)])
        return graph.reshape(
            graph.slice(split, axis: 3, from: 0, to: size), [x.shape[0], x.shape[1], .fixed(heads * size)])
    }
}
