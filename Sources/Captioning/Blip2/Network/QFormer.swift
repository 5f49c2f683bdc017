import Networks
import ONNXGraph

/// The querying transformer: learned query tokens that look at the picture through cross-attention
/// (Li et al. 2023, arXiv:2301.12597). It normalises after each block, as BERT does.
///
/// InstructBLIP's reads an instruction besides (Dai et al. 2023, arXiv:2305.06500): its tokens stand behind the query tokens, and
/// both attend to both. The instruction does not look at the picture, and has feed-forward blocks of its own.
struct QFormer {
    let configuration: QFormerConfiguration
    let queryTokenCount: Int

    private var layer: BERTLayer {
        BERTLayer(
            width: configuration.hiddenSize, headCount: configuration.headCount,
            innerWidth: configuration.intermediateSize, activation: configuration.activation,
            layerNormEpsilon: configuration.layerNormEpsilon)
    }

    /// - Parameters:
    ///   - imageStates: the vision tower's hidden states, [B, T, Hv], and the norm that they come from.
    ///   - instruction: int64 [B, L]; nil where none is read.
    /// - Returns: what the query tokens have become, [B, Q, Hq].
    func describe(in network: Network, imageStates: Normalized, instruction: Value?) throws -> Value {
        var hidden = try embed(instruction, in: network, rowsOf: imageStates.value)  // [B, Q+L, Hq]
        for index in 0..<configuration.layerCount {
            hidden = try network.graph.scope("qformer.layer.\(index)") {
                try describeLayer(in: network, hidden, imageStates, index: index, length: instruction?.shape[1])
            }  // [B, Q+L, Hq]; [B, Q, Hq] after the last
        }
        return hidden
    }

    /// The query tokens, and behind them the instruction's words with their positions.
    private func embed(_ instruction: Value?, in network: Network, rowsOf batch: Value) throws -> Value {
        let (graph, width) = (network.graph, configuration.hiddenSize)
        let queries = try network.parameter("query_tokens", [1, queryTokenCount, width])
        guard let instruction, let limits = configuration.instructions else {
            return graph.repeated(
                try layer.norm(in: network, queries, "qformer.layernorm"), alongFirstAxisOf: batch)  // [B, Q, Hq]
        }
        let name = "qformer.embeddings"
        let words = try network.rows(
            of: EmbeddingTable(
                name: "\(name).word_embeddings.weight", tokens: configuration.vocabularySize, width: width),
            instruction)  // [B, L, Hq]
        let positions = graph.gather(
            try network.parameter("\(name).position_embeddings.weight", [limits.maximumLength, width]),
            graph.unsqueezed(graph.indices(alongAxis: 1, of: instruction), axis: 0))  // [1, L, Hq]
        let joined = graph.concat(
            [graph.repeated(queries, alongFirstAxisOf: batch), graph.add(words, positions)], axis: 1)
        return try layer.norm(in: network, joined, "\(name).layernorm")  // [B, Q+L, Hq]
    }

    /// - Parameter length: of the instruction; nil where none is read.
    private func describeLayer(
        in network: Network, _ input: Value, _ imageStates: Normalized, index: Int, length: Dimension?
    ) throws -> Value {
        let (graph, name) = (network.graph, "qformer.encoder.layer.\(index)")
        func queries(of x: Value) -> Value {
            length == nil ? x : graph.slice(x, axis: 1, from: 0, to: queryTokenCount)  // [B, Q, Hq]
        }
        // Nobody reads what the last layer would make of the instruction.
        let isLast = index == configuration.layerCount - 1
        let attended = try layer.attention(
            in: network, isLast ? queries(of: input) : input, over: Normalized(value: input, norm: nil),
            configuration.hiddenSize, .init("\(name).attention", inner: "attention"))
        var hidden = isLast ? attended : queries(of: attended)
        if configuration.hasCrossAttention(layer: index) {
            hidden = try layer.attention(
                in: network, hidden, over: imageStates, configuration.encoderHiddenSize,
                .init("\(name).crossattention", inner: "attention"))
        }
        hidden = try layer.feedForward(in: network, hidden, "\(name).intermediate_query", "\(name).output_query")
        guard let length, !isLast else { return hidden }  // [B, Q, Hq]
        let text = try layer.feedForward(
            in: network, graph.rest(attended, axis: 1, from: queryTokenCount, length: length), "\(name).intermediate",
            "\(name).output")  // [B, L, Hq]
        return graph.concat([hidden, text], axis: 1)  // [B, Q+L, Hq]
    }
}
