import Checkpoint
public import Networks

/// The shape of the Q-Former, a BERT whose query tokens look at the picture through cross-attention.
///
/// Source: transformers, `Blip2QFormerConfig` and `InstructBlipQFormerConfig`.
public struct QFormerConfiguration: Sendable, Equatable {
    /// Of the words that the Q-Former reads, where it reads any.
    public let vocabularySize: Int
    public let hiddenSize: Int
    public let layerCount: Int
    public let headCount: Int
    /// Width of the feed-forward blocks.
    public let intermediateSize: Int
    public let activation: Activation
    public let layerNormEpsilon: Double
    /// Layers 0, n, 2n, … have cross-attention.
    public let crossAttentionFrequency: Int
    /// Width of what cross-attention looks at. transformers sets it to the vision tower's width, whatever the file says.
    public let encoderHiddenSize: Int
    /// Whether the Q-Former has word embeddings beside its query tokens. Captioning does not use them.
    public let usesTextInput: Bool

    /// What may be read beside the picture; nil where nothing is, as in BLIP-2.
    public let instructions: Instructions?

    /// The instructions that InstructBLIP's Q-Former reads.
    public struct Instructions: Sendable, Equatable {
        /// The longest one, in tokens.
        public let maximumLength: Int
        /// What shorter ones are filled up with where several stand in one tensor.
        public let padTokenID: Int
    }

    /// Width of one attention head.
    public var headSize: Int { hiddenSize / headCount }

    /// Whether the layer of that index, counted from zero, has cross-attention.
    public func hasCrossAttention(layer: Int) -> Bool { layer % crossAttentionFrequency == 0 }

    init(
        _ file: ConfigurationFile, encoderHiddenSize: Int, readsInstructions: Bool
    ) throws(CheckpointError) {
        vocabularySize = try file.size("vocab_size", default: 30522)
        hiddenSize = try file.size("hidden_size", default: 768)
        layerCount = try file.layerCount("num_hidden_layers", default: 12)
        headCount = try file.headCount("num_attention_heads", default: 12, dividing: hiddenSize)
        intermediateSize = try file.size("intermediate_size", default: 3072)
        activation = try file.activation("hidden_act", default: .gelu)
        layerNormEpsilon = try file.epsilon("layer_norm_eps", default: 1e-12)
        crossAttentionFrequency = try file.size("cross_attention_frequency", default: 2)
        usesTextInput = try file.boolean("use_qformer_text_input", default: false)
        self.encoderHiddenSize = encoderHiddenSize
        instructions =
            readsInstructions
            ? Instructions(
                maximumLength: try file.size("max_position_embeddings", default: 512),
                padTokenID: try file.integer("pad_token_id", default: 0, in: -1...vocabularySize - 1)) : nil
    }
}
