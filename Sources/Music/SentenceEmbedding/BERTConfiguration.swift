import Checkpoint
import Networks

/// The shape of a BERT, as `config.json` gives it; what the file leaves out takes transformers' defaults.
///
/// Source: transformers, `BertConfig`.
struct BERTConfiguration: Sendable, Equatable {
    let vocabularySize: Int
    let hiddenSize: Int
    let layerCount: Int
    let headCount: Int
    /// Width of the feed-forward blocks.
    let intermediateSize: Int
    let activation: Activation
    let layerNormEpsilon: Double
    /// The longest text, in tokens.
    let maximumPositions: Int
    /// Rows of the table that tells first texts from second ones; here all are first ones.
    let typeCount: Int
    /// What shorter texts of a batch are filled up with.
    let padTokenID: Int

    /// - Throws: `unsupportedModel`, or `CheckpointError` that names the key and its value.
    init(_ file: ConfigurationFile) throws {
        guard file["model_type"] == .string("bert") else {
            let type = file["model_type"].map(\.description) ?? "left out"
            throw SentenceEmbeddingError(
                .unsupportedModel,
                "\"model_type\" in \(file.path) is \(type); sentences are embedded by models of the type \"bert\", such as "
                    + "sentence-transformers/all-MiniLM-L6-v2.")
        }
        if let positions = file["position_embedding_type"], positions != .string("absolute") {
            throw SentenceEmbeddingError(
                .unsupportedModel,
                "\"position_embedding_type\" in \(file.path) is \(positions); only \"absolute\" is supported.")
        }
        if try file.boolean("is_decoder", default: false) {
            throw SentenceEmbeddingError(
                .unsupportedModel,
                "\"is_decoder\" in \(file.path) is true; a decoder does not see whole sentences, and is not supported.")
        }
        if file.contains("quantization_config") {
            throw SentenceEmbeddingError(
                .unsupportedModel,
                "\(file.path) has a \"quantization_config\": its weights are quantised, which cannot be read. Use the "
                    + "checkpoint that it was made from, in F32, F16 or BF16.")
        }
        vocabularySize = try file.size("vocab_size", default: 30522)
        hiddenSize = try file.size("hidden_size", default: 768)
        layerCount = try file.layerCount("num_hidden_layers", default: 12)
        headCount = try file.headCount("num_attention_heads", default: 12, dividing: hiddenSize)
        intermediateSize = try file.size("intermediate_size", default: 3072)
        activation = try file.activation("hidden_act", default: .gelu)
        layerNormEpsilon = try file.epsilon("layer_norm_eps", default: 1e-12)
        maximumPositions = try file.size("max_position_embeddings", default: 512)
        typeCount = try file.size("type_vocab_size", default: 2)
        padTokenID = try file.integer("pad_token_id", in: 0...vocabularySize - 1) ?? 0
    }
}
