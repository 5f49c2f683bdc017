import Checkpoint
import Networks
import ONNXGraph

/// The language model of the OPT family (Zhang et al. 2022, arXiv:2205.01068): a causal decoder in two forms, with its
/// layer norms before the blocks (all sizes but one) or behind them (350m, whose embeddings are also narrower).
struct OPTDecoder {
    /// `nn.LayerNorm`'s own default; OPT's configuration has no key for it.
    private static let layerNormEpsilon = 1e-5
    /// OPT's position table begins with two rows for padding.
    static let positionOffset = 2

    let configuration: OPTConfiguration

    var cacheHeadSize: Int { Network.cacheHeadSize(configuration.headSize) }

    /// The inputs of one step; see ``describe(in:_:cache:)``.
    struct Inputs {
        /// Float [B, Q, E]: the picture, in the first step; Q = 0 after that.
        let imageEmbeddings: Value
        /// int64 [B, T]: token ids behind the picture.
        let tokens: Value
        /// int64 [B, Q+T]: 0 for the first position of a row.
        let positions: Value
    }

    struct Outputs {
        /// [B, V]: the scores of the token that follows the last position.
        let logits: Value
        /// The keys and values of every layer, with the step's own.
        let cache: [(key: Value, value: Value)]
    }

    /// - Parameter cache: the keys and values before this step, a pair for each layer.
    func describe(in network: Network, _ inputs: Inputs, cache: [Graph.AttentionCache]) throws -> Outputs {
        let graph = network.graph
        let width = configuration.hiddenSize
        let name = "language_model.model.decoder"

        let words = try network.rows(of: embeddingTable(network), inputs.tokens)
        var hidden = graph.concat([inputs.imageEmbeddings, words], axis: 1)  // [B, Q+T, E]
        if configuration.projectsEmbeddings {
            hidden = try network.linear(
                hidden, "\(name).project_in", from: configuration.wordEmbeddingSize, to: width, bias: false)
        }
        let positions = try network.parameter(
            "\(name).embed_positions.weight", [configuration.maximumPositions + Self.positionOffset, width])
        let rows = graph.add(inputs.positions, graph.constant([Self.positionOffset]))
        hidden = graph.add(hidden, graph.gather(positions, rows))  // [B, Q+T, H]

        var caches: [(key: Value, value: Value)] = []
        for (index, cache) in cache.enumerated() {
            hidden = try graph.scope("decoder.layers.\(index)") {
                try layer(network, hidden, cache, "\(name).layers.\(index)", &caches)  // [B, Q+T, H]
            }
        }

        var last = Normalized(value: graph.last(hidden, axis: 1), norm: nil)  // [B, H]
        if configuration.hasFinalLayerNorm { last = try norm(network, last.value, "\(name).final_layer_norm") }
        if configuration.projectsEmbeddings {
            let projected = try network.linear(
                last, "\(name).project_out", from: width, to: configuration.wordEmbeddingSize, bias: false)
            last = Normalized(value: projected, norm: nil)
        }
        return Outputs(logits: try network.scores(last, headTable(network)), cache: caches)
    }

    private func layer(
        _ network: Network, _ input: Value, _ cache: Graph.AttentionCache, _ name: String,
        _ caches: inout [(key: Value, value: Value)]
    ) throws -> Value {
        let before = configuration.doesLayerNormBefore

        /// The input of a block, and what a block gives.
        func normedBefore(_ x: Value, _ part: String) throws -> Normalized {
            before ? try norm(network, x, "\(name).\(part)") : Normalized(value: x, norm: nil)
        }
        func normedBehind(_ x: Value, _ part: String) throws -> Value {
            before ? x : network.normalized(try norm(network, x, "\(name).\(part)"))
        }
        let attended = try normedBehind(
            try attention(
                network, try normedBefore(input, "self_attn_layer_norm"), cache, "\(name).self_attn", residual: input,
                &caches), "self_attn_layer_norm")
        let (width, inner) = (configuration.hiddenSize, configuration.feedForwardSize)
        let outer = network.feedForward(
            try normedBefore(attended, "final_layer_norm"),
            try network.layer("\(name).fc1", from: width, to: inner, bias: configuration.hasBias),
            configuration.activation,
            try network.layer("\(name).fc2", from: inner, to: width, bias: configuration.hasBias), residual: attended)
        return try normedBehind(outer, "final_layer_norm")
    }

    private func attention(
        _ network: Network, _ x: Normalized, _ cache: Graph.AttentionCache, _ name: String, residual: Value,
        _ caches: inout [(key: Value, value: Value)]
    ) throws -> Value {
        let width = configuration.hiddenSize
        let layers = try ["q_proj", "k_proj", "v_proj"].map {
            try network.layer("\(name).\($0)", from: width, to: width, bias: configuration.hasBias)
        }
        let attended = network.cachedAttention(
            network.projections(x, layers), cache: cache, heads: configuration.headCount,
            headSize: configuration.headSize, scale: 1 / Double(configuration.headSize).squareRoot())
        caches.append((attended.key, attended.value))
        return try network.linear(
            attended.output, "\(name).out_proj", from: width, to: width, bias: configuration.hasBias,
            residual: residual)
    }

    private func norm(_ network: Network, _ x: Value, _ name: String) throws -> Normalized {
        try network.layerNorm(
            x, name, configuration.hiddenSize, epsilon: Self.layerNormEpsilon, affine: configuration.layerNormIsAffine)
    }

    // MARK: Embedding tables

    private static let embeddingName = "language_model.model.decoder.embed_tokens.weight"
    private static let headName = "language_model.lm_head.weight"

    /// [V, E]. Where tables are tied, a checkpoint may hold only one of the two.
    private func embeddingTable(_ network: Network) -> EmbeddingTable {
        let isOnlyHead =
            configuration.tiesWordEmbeddings && !network.weights.contains(Self.embeddingName)
            && network.weights.contains(Self.headName)
        return table(isOnlyHead ? Self.headName : Self.embeddingName)
    }

    /// [V, E].
    private func headTable(_ network: Network) throws -> EmbeddingTable {
        try network.headTable(
            table(Self.headName), tiedTo: embeddingTable(network), isTied: configuration.tiesWordEmbeddings)
    }

    private func table(_ name: String) -> EmbeddingTable {
        EmbeddingTable(name: name, tokens: configuration.vocabularySize, width: configuration.wordEmbeddingSize)
    }
}

extension OPTConfiguration {
    /// Whether embeddings are narrower or wider than the layers, with a projection at both ends.
    var projectsEmbeddings: Bool { wordEmbeddingSize != hiddenSize }
}
