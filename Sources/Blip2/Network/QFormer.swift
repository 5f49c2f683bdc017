import ONNXGraph

/// The querying transformer: learned query tokens that look at the picture through cross-attention
/// (Li et al. 2023, arXiv:2301.12597). It normalises after each block, as BERT does.
struct QFormer {
    let configuration: QFormerConfiguration
    let queryTokenCount: Int

    /// - Parameter imageStates: the vision tower's hidden states, [B, T, Hv], and the norm that they come from.
    /// - Returns: what the query tokens have become, [B, Q, Hq].
    func describe(in network: Network, imageStates: Normalized) throws -> Value {
        let width = configuration.hiddenSize
        let queries = try network.parameter("query_tokens", [1, queryTokenCount, width])
        var hidden = network.graph.repeated(
            try norm(network, queries, "qformer.layernorm"), alongFirstAxisOf: imageStates.value)  // [B, Q, Hq]
        for layer in 0..<configuration.layerCount {
            hidden = try network.graph.scope("qformer.layer.\(layer)") {
                try self.layer(network, hidden, imageStates, index: layer)  // [B, Q, Hq]
            }
        }
        return hidden
    }

    private func layer(_ network: Network, _ queries: Value, _ imageStates: Normalized, index: Int) throws -> Value {
        let name = "qformer.encoder.layer.\(index)"
        var hidden = try attention(
            network, queries, Normalized(value: queries, norm: nil), configuration.hiddenSize, "\(name).attention")
        if configuration.hasCrossAttention(layer: index) {
            hidden = try attention(
                network, hidden, imageStates, configuration.encoderHiddenSize, "\(name).crossattention")
        }
        let (width, inner) = (configuration.hiddenSize, configuration.intermediateSize)
        let outer = network.feedForward(
            Normalized(value: hidden, norm: nil),
            try network.layer("\(name).intermediate_query.dense", from: width, to: inner), configuration.activation,
            try network.layer("\(name).output_query.dense", from: inner, to: width), residual: hidden)
        return try norm(network, outer, "\(name).output_query.LayerNorm")
    }

    /// Attention of `queries` [B, Q, Hq] over `states` [B, S, statesWidth], its residual and its norm.
    private func attention(
        _ network: Network, _ queries: Value, _ states: Normalized, _ statesWidth: Int, _ name: String
    ) throws -> Value {
        let width = configuration.hiddenSize
        let query = try network.layer("\(name).attention.query", from: width, to: width)
        let keyAndValue = try ["key", "value"].map {
            try network.layer("\(name).attention.\($0)", from: statesWidth, to: width)
        }
        let own = network.projections(Normalized(value: queries, norm: nil), [query])
        let other = network.projections(states, keyAndValue)
        let attended = network.attention(
            query: own[0], key: other[0], value: other[1], heads: configuration.headCount,
            headSize: width / configuration.headCount)  // [B, Q, Hq]
        let projected = try network.linear(
            attended, "\(name).output.dense", from: width, to: width, residual: queries)
        return try norm(network, projected, "\(name).output.LayerNorm")
    }

    private func norm(_ network: Network, _ x: Value, _ name: String) throws -> Value {
        network.normalized(
            try network.layerNorm(x, name, configuration.hiddenSize, epsilon: configuration.layerNormEpsilon))
    }
}
