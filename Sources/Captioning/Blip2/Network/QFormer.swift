import Networks
import ONNXGraph

/// The querying transformer: learned query tokens that look at the picture through cross-attention
/// (Li et al. 2023, arXiv:2301.12597). It normalises after each block, as BERT does.
struct QFormer {
    let configuration: QFormerConfiguration
    let queryTokenCount: Int

    private var layer: BERTLayer {
        BERTLayer(
            width: configuration.hiddenSize, headCount: configuration.headCount,
            innerWidth: configuration.intermediateSize, activation: configuration.activation,
            layerNormEpsilon: configuration.layerNormEpsilon)
    }

    /// - Parameter imageStates: the vision tower's hidden states, [B, T, Hv], and the norm that they come from.
    /// - Returns: what the query tokens have become, [B, Q, Hq].
    func describe(in network: Network, imageStates: Normalized) throws -> Value {
        let queries = try network.parameter("query_tokens", [1, queryTokenCount, configuration.hiddenSize])
        var hidden = network.graph.repeated(
            try layer.norm(in: network, queries, "qformer.layernorm"), alongFirstAxisOf: imageStates.value
        )  // [B, Q, Hq]
        for index in 0..<configuration.layerCount {
            hidden = try network.graph.scope("qformer.layer.\(index)") {
                try describeLayer(in: network, hidden, imageStates, index: index)  // [B, Q, Hq]
            }
        }
        return hidden
    }

    private func describeLayer(
        in network: Network, _ queries: Value, _ imageStates: Normalized, index: Int
    ) throws -> Value {
        let name = "qformer.encoder.layer.\(index)"
        var hidden = try layer.attention(
            in: network, queries, over: Normalized(value: queries, norm: nil), configuration.hiddenSize,
            .init("\(name).attention", inner: "attention"))
        if configuration.hasCrossAttention(layer: index) {
            hidden = try layer.attention(
                in: network, hidden, over: imageStates, configuration.encoderHiddenSize,
                .init("\(name).crossattention", inner: "attention"))
        }
        return try layer.feedForward(in: network, hidden, "\(name).intermediate_query", "\(name).output_query")
    }
}
