import Checkpoint
public import Networks

/// The shape of the Q-Former, a BERT whose query tokens look at the picture through cross-attention.
///
/// Source: transformers, `Blip2QFormerConfig`.
public struct QFormerConfiguration: Sendable, Equatable {
    /// Used only where `usesTextInput`.
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

    /// Width of one attention head.
    public var headSize: Int { hiddenSize / headCount }

    /// Whether the layer of that index, counted from zero, has cross-attention.
    public func hasCrossAttention(layer: Int) -> Bool { layer % crossAttentionFrequency == 0 }

    init(_ file: ConfigurationFile, encoderHiddenSize: Int) throws(CheckpointError) {
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
    }
}
