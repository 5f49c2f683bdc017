import Checkpoint
public import Networks

/// The shape of a T5 language model (Raffel et al. 2020, arXiv:1910.10683).
///
/// Source: transformers, `T5Config`.
public struct T5Configuration: Sendable, Equatable {
    public let vocabularySize: Int
    public let hiddenSize: Int
    /// Width of one attention head; heads together need not be as wide as the layers.
    public let headSize: Int
    public let headCount: Int
    /// Width of the feed-forward blocks.
    public let feedForwardSize: Int
    public let encoderLayerCount: Int
    public let decoderLayerCount: Int
    public let relativePositions: T5PositionBuckets
    public let layerNormEpsilon: Double
    public let activation: Activation
    /// Whether the activation of one linear layer multiplies another (T5 1.1 and FLAN-T5).
    public let isGated: Bool
    /// Whether the output layer is the word embedding again.
    public let tiesWordEmbeddings: Bool
    /// Whether the decoder's output is multiplied by `hiddenSize^-0.5`, as models with tied heads are trained.
    public let scalesOutput: Bool
    /// The longest sequence of encoder or decoder, in tokens: what the model was trained with, since relative positions
    /// themselves have no end.
    public let maximumPositions: Int
    public let padTokenID: Int?
    public let bosTokenID: Int?
    /// Any of them ends a text; empty where the file says null.
    public let eosTokenIDs: [Int]
    /// What every text of the decoder begins with.
    public let decoderStartTokenID: Int

    init(_ file: ConfigurationFile) throws(CheckpointError) {
        vocabularySize = try file.size("vocab_size", default: 32128)
        hiddenSize = try file.size("d_model", default: 512)
        headSize = try file.size("d_kv", default: 64)
        headCount = try file.size("num_heads", default: 8)
        feedForwardSize = try file.size("d_ff", default: 2048)
        encoderLayerCount = try file.layerCount("num_layers", default: 6)
        decoderLayerCount =
            file.contains("num_decoder_layers")
            ? try file.layerCount("num_decoder_layers", default: encoderLayerCount) : encoderLayerCount
        relativePositions = try T5PositionBuckets(file)
        layerNormEpsilon = try file.epsilon("layer_norm_epsilon", default: 1e-6)
        (activation, isGated) = try Self.feedForward(file)
        tiesWordEmbeddings = try file.boolean("tie_word_embeddings", default: true)
        scalesOutput = try file.boolean("scale_decoder_outputs", default: tiesWordEmbeddings)
        maximumPositions = try file.size("n_positions", default: 512)

        let ids = 0...vocabularySize - 1
        padTokenID = file["pad_token_id"] == nil ? 0 : try file.integer("pad_token_id", in: -1...vocabularySize - 1)
        bosTokenID = try file.integer("bos_token_id", in: ids)
        eosTokenIDs = file["eos_token_id"] == nil ? [1] : try file.integers("eos_token_id") ?? []
        guard let start = try file.integer("decoder_start_token_id", in: ids) ?? bosTokenID else {
            throw file.invalid(
                "decoder_start_token_id", "a token id, since texts need a beginning (bos_token_id would do)")
        }
        decoderStartTokenID = start
    }

    /// The name of the activation, perhaps with "gated-" in front. What `dense_act_fn` and `is_gated_act` say goes before
    /// that: the published BLIP-2 checkpoints have "gated-gelu", which stands for its `tanh` form, and say "gelu" there.
    private static func feedForward(_ file: ConfigurationFile) throws(CheckpointError) -> (Activation, Bool) {
        let key = "feed_forward_proj"
        let text = file[key] == nil ? "relu" : try file.string(key) ?? ""
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        let isGated = parts.count == 2 && parts[0] == "gated"
        guard parts.count == 1 || isGated, let name = parts.last,
            let activation = Activation(name: text == "gated-gelu" ? "gelu_new" : name)
        else {
            throw file.invalid(
                key, "the name of an activation, perhaps with \"gated-\" in front, such as \"gated-gelu\"")
        }
        return (
            try file.activation("dense_act_fn", default: activation),
            try file.boolean("is_gated_act", default: isGated)
        )
    }
}
