import Checkpoint
import Networks
import ONNXGraph

/// What T5's encoder and decoder have in common: layers that normalise before each block, have no biases, and tell
/// positions apart by a bias on the scores of attention (Raffel et al. 2020, arXiv:1910.10683).
struct T5Network {
    let configuration: T5Configuration
    let network: Network

    var graph: Graph { network.graph }

    func norm(_ x: Value, _ name: String) throws -> Normalized {
        try network.rootMeanSquareNorm(
            x, name, configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
    }

    /// One of the projections into the heads: [B, T, H] → [B, T, heads × D].
    func projection(_ x: Normalized, _ name: String) throws -> Value {
        let layer = try network.layer(
            name, from: configuration.hiddenSize, to: configuration.headCount * configuration.headSize, bias: false)
        return network.projections(x, [layer])[0].value
    }

    /// Those of queries, keys and values of self-attention in a decoder.
    func projections(_ x: Normalized, _ name: String) throws -> [Graph.Heads] {
        let layers = try ["q", "k", "v"].map {
            try network.layer(
                "\(name).\($0)", from: configuration.hiddenSize, to: configuration.headCount * configuration.headSize,
                bias: false)
        }
        return network.projections(x, layers)
    }

    /// What attention gave, back in the layers' width, and the residual: [B, T, heads × D] → [B, T, H].
    func output(_ x: Value, _ name: String, residual: Value) throws -> Value {
        try network.linear(
            x, name, from: configuration.headCount * configuration.headSize, to: configuration.hiddenSize, bias: false,
            residual: residual)
    }

    /// The feed-forward block with its norm and its residual, [B, T, H].
    ///
    /// Its last layer stays in 32-bit floats where others have 16: what it takes and gives grows beyond their range.
    /// transformers does the same, `_keep_in_fp32_modules` of `T5PreTrainedModel`.
    func feedForward(_ x: Value, _ name: String) throws -> Value {
        let (width, inner) = (configuration.hiddenSize, configuration.feedForwardSize)
        let normed = try norm(x, "\(name).layer_norm")
        let dense = "\(name).DenseReluDense"
        var hidden = try network.linear(
            normed, configuration.isGated ? "\(dense).wi_0" : "\(dense).wi", from: width, to: inner, bias: false,
            activation: configuration.activation)  // [B, T, M]
        if configuration.isGated {
            hidden = graph.multiply(
                hidden, try network.linear(normed, "\(dense).wi_1", from: width, to: inner, bias: false))
        }
        return try network.withoutHalves.linear(
            hidden, "\(dense).wo", from: inner, to: width, bias: false, residual: x)
    }

    /// The bias of every head for pairs of positions, by the bucket of their distance: [A, B] → [A, B, heads].
    func positionBias(_ buckets: Value, _ stack: String) throws -> Value {
        let table = try network.parameter(
            "language_model.\(stack).block.0.layer.0.SelfAttention.relative_attention_bias.weight",
            [configuration.relativePositions.count, configuration.headCount])
        return graph.gather(table, buckets)
    }

    // MARK: Embedding tables

    /// A table of all tokens.
    ///
    /// transformers ties the three embeddings and the head to `shared` and stores one of them; which one, has changed with
    /// its versions. Where a checkpoint holds a table of its own for a place, that one is used.
    func table(_ name: String) -> EmbeddingTable {
        let others = ["shared", "encoder.embed_tokens", "decoder.embed_tokens", "lm_head"]
        let isUntied = name == "lm_head" && !configuration.tiesWordEmbeddings
        let names = isUntied ? [name] : [name] + others
        let stored = names.map(Self.tableName).first(where: network.weights.contains)
        return EmbeddingTable(
            name: stored ?? Self.tableName(isUntied ? name : others[0]), tokens: configuration.vocabularySize,
            width: configuration.hiddenSize)
    }

    private static func tableName(_ name: String) -> String { "language_model.\(name).weight" }
}
