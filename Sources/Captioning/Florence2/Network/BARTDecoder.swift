import Networks
import ONNXGraph

/// The decoder, one token a step: attention over the tokens so far, in a key/value cache that is updated in place, then over
/// what the encoder gave.
struct BARTDecoder {
    let configuration: Florence2Configuration

    var cacheHeadSize: Int { Network.cacheHeadSize(configuration.text.decoderHeadSize) }

    struct Inputs {
        /// int64 [B, 1].
        let tokens: Value
        /// int64 [B, 1]: 0 for the start token.
        let positions: Value
        /// What each row looks at.
        let encoded: Network.Encoded
    }

    /// What a layer reads besides its input.
    struct LayerMemory {
        /// The keys and values before this step.
        let cache: Graph.AttentionCache
        /// [inputs, longest input, heads × D], from the encoder.
        let crossKey: Value
        let crossValue: Value
    }

    /// - Returns: the logits of the token that follows, [B, V], and every layer's cache with the step's own.
    func describe(
        in network: Network, _ inputs: Inputs, memory: [LayerMemory]
    ) throws -> (logits: Value, cache: [(key: Value, value: Value)]) {
        let (graph, text) = (network.graph, configuration.text)
        let bart = BARTNetwork(
            configuration: text, tiesWordEmbeddings: configuration.tiesWordEmbeddings, network: network)
        var hidden = try bart.embedded(
            try bart.words(inputs.tokens, bart.decoderTable()), positions: inputs.positions, "decoder")  // [B, 1, H]
        var caches: [(key: Value, value: Value)] = []
        for (index, memory) in memory.enumerated() {
            hidden = try graph.scope("decoder.layers.\(index)") {
                let name = BARTNetwork.layer("decoder", index)
                let own = network.cachedAttention(
                    try bart.projections(hidden, "\(name).self_attn", ["q_proj", "k_proj", "v_proj"]),
                    cache: memory.cache, heads: text.decoderHeadCount, headSize: text.decoderHeadSize,
                    scale: 1 / Double(text.decoderHeadSize).squareRoot())
                caches.append((own.key, own.value))
                let attended = try bart.attended(own.output, residual: hidden, "\(name).self_attn")
                let query = try bart.projections(attended, "\(name).encoder_attn", ["q_proj"])[0]
                let other = network.crossAttention(
                    query, key: memory.crossKey, value: memory.crossValue, of: inputs.encoded,
                    heads: text.decoderHeadCount, headSize: text.decoderHeadSize)
                let crossed = try bart.attended(other, residual: attended, "\(name).encoder_attn")
                return try bart.feedForward(crossed, text.decoderFeedForwardSize, name)  // [B, 1, H]
            }
        }
        let last = Normalized(value: graph.last(hidden.value, axis: 1), norm: hidden.norm)  // [B, H]
        return (try network.scores(last, bart.headTable()), caches)
    }
}
