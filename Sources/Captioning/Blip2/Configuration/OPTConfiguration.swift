import Checkpoint
public import Networks

/// The shape of an OPT language model.
///
/// Source: transformers, `OPTConfig`.
public struct OPTConfiguration: Sendable, Equatable {
    public let vocabularySize: Int
    public let hiddenSize: Int
    public let layerCount: Int
    /// Width of the feed-forward blocks.
    public let feedForwardSize: Int
    public let headCount: Int
    /// The longest sequence, in tokens.
    public let maximumPositions: Int
    public let activation: Activation
    /// Whether layer norms stand before attention and feed-forward (all OPT models but 350m) or after them.
    public let doesLayerNormBefore: Bool
    /// Whether the norm after the last layer is left out although norms stand before (old fine-tunes).
    public let removesFinalLayerNorm: Bool
    /// Width of the word embeddings; where it differs from `hiddenSize`, two projections lead in and out.
    public let wordEmbeddingSize: Int
    /// Whether linear layers have a bias.
    public let hasBias: Bool
    /// Whether layer norms have a weight and a bias.
    public let layerNormIsAffine: Bool
    /// Whether the output layer is the word embedding again.
    public let tiesWordEmbeddings: Bool
    public let padTokenID: Int?
    public let bosTokenID: Int?
    /// Any of them ends a text; empty where the file says null.
    public let eosTokenIDs: [Int]

    /// Width of one attention head.
    public var headSize: Int { hiddenSize / headCount }
    /// Whether a norm follows the last layer.
    public var hasFinalLayerNorm: Bool { doesLayerNormBefore && !removesFinalLayerNorm }

    init(_ file: ConfigurationFile) throws(CheckpointError) {
        vocabularySize = try file.size("vocab_size", default: 50272)
        hiddenSize = try file.size("hidden_size", default: 768)
        layerCount = try file.layerCount("num_hidden_layers", default: 12)
        feedForwardSize = try file.size("ffn_dim", default: 3072)
        headCount = try file.headCount("num_attention_heads", default: 12, dividing: hiddenSize)
        maximumPositions = try file.size("max_position_embeddings", default: 2048)
        activation = try file.activation("activation_function", default: .relu)
        doesLayerNormBefore = try file.boolean("do_layer_norm_before", default: true)
        removesFinalLayerNorm = try file.boolean("_remove_final_layer_norm", default: false)
        wordEmbeddingSize =
            file.contains("word_embed_proj_dim")
            ? try file.size("word_embed_proj_dim", default: hiddenSize) : hiddenSize
        hasBias = try file.boolean("enable_bias", default: true)
        layerNormIsAffine = try file.boolean("layer_norm_elementwise_affine", default: true)
        tiesWordEmbeddings = try file.boolean("tie_word_embeddings", default: true)

        // transformers runs with an end or a padding outside the vocabulary (-1 switches them off), but not with such a
        // beginning, which it looks up.
        padTokenID = file["pad_token_id"] == nil ? 1 : try file.integer("pad_token_id", in: -1...vocabularySize - 1)
        bosTokenID = file["bos_token_id"] == nil ? 2 : try file.integer("bos_token_id", in: 0...vocabularySize - 1)
        eosTokenIDs = file["eos_token_id"] == nil ? [2] : try file.integers("eos_token_id") ?? []
    }
}
