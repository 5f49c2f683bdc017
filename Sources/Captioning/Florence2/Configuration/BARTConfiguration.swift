import Checkpoint
public import Networks

/// The shape of the language model, a BART (Lewis et al. 2019, arXiv:1910.13461).
///
/// Source: transformers, `BartConfig`.
public struct BARTConfiguration: Sendable, Equatable {
    public let vocabularySize: Int
    public let hiddenSize: Int
    public let encoderLayerCount: Int
    public let decoderLayerCount: Int
    public let encoderHeadCount: Int
    public let decoderHeadCount: Int
    /// Width of the feed-forward blocks.
    public let encoderFeedForwardSize: Int
    public let decoderFeedForwardSize: Int
    /// The longest sequence of encoder or decoder, in tokens.
    public let maximumPositions: Int
    public let activation: Activation
    /// What word embeddings are multiplied by: √hiddenSize or 1. The picture's features are not.
    public let embeddingScale: Float
    public let padTokenID: Int
    public let bosTokenID: Int
    /// Any of them ends a text, where `generation_config.json` says nothing else.
    public let eosTokenIDs: [Int]
    /// What every text of the decoder begins with, where `generation_config.json` says nothing else.
    public let decoderStartTokenID: Int

    /// BART's position tables begin with two rows for padding.
    static let positionOffset = 2
    /// `nn.LayerNorm`'s own default; the configuration has no key for it.
    static let layerNormEpsilon = 1e-5

    /// Width of one attention head of the decoder.
    public var decoderHeadSize: Int { hiddenSize / decoderHeadCount }

    /// - Parameter file: `text_config`.
    init(_ file: ConfigurationFile) throws(CheckpointError) {
        vocabularySize = try file.size("vocab_size", default: 50265)
        // transformers knows these three by a second name each.
        hiddenSize = try file.size(file.name("d_model", "hidden_size"), default: 1024)
        encoderLayerCount = try file.layerCount(file.name("encoder_layers", "num_hidden_layers"), default: 12)
        let headsKey = file.name("encoder_attention_heads", "num_attention_heads")
        encoderHeadCount = try file.headCount(headsKey, default: 16, dividing: hiddenSize)
        decoderLayerCount = try file.layerCount("decoder_layers", default: 12)
        decoderHeadCount = try file.headCount("decoder_attention_heads", default: 16, dividing: hiddenSize)
        encoderFeedForwardSize = try file.size("encoder_ffn_dim", default: 4096)
        decoderFeedForwardSize = try file.size("decoder_ffn_dim", default: 4096)
        maximumPositions = try file.size("max_position_embeddings", default: 1024)
        activation = try file.activation("activation_function", default: .gelu)
        let isScaled = try file.boolean("scale_embedding", default: false)
        embeddingScale = isScaled ? Float(hiddenSize).squareRoot() : 1
        // Keys of the remote code, and of its ancestors, which no published checkpoint sets.
        for key in ["normalize_before", "add_final_layer_norm", "add_bias_logits"]
        where try file.boolean(key) ?? false {
            throw file.invalid(key, "false, since no layers of that form are built")
        }

        let ids = 0...vocabularySize - 1
        padTokenID = try file.integer("pad_token_id", in: -1...vocabularySize - 1) ?? 1
        bosTokenID = try file.integer("bos_token_id", in: ids) ?? 0
        eosTokenIDs = file["eos_token_id"] == nil ? [2] : try file.integers("eos_token_id") ?? []
        decoderStartTokenID = try file.integer("decoder_start_token_id", in: ids) ?? 2
    }
}

extension ConfigurationFile {
    /// The first of two names of a key, unless only the second is there.
    fileprivate func name(_ first: String, _ second: String) -> String {
        !contains(first) && contains(second) ? second : first
    }
}
