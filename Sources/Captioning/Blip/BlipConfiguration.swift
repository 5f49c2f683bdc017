public import Checkpoint
public import Networks

/// The shape of a BLIP network (Li et al. 2022, arXiv:2201.12086), as `config.json` gives it; what the file leaves out takes
/// transformers' defaults.
///
/// Source: transformers, `BlipConfig`.
public struct BlipConfiguration: Sendable, Equatable {
    /// What a checkpoint was trained for.
    public enum Task: String, Sendable, CaseIterable {
        /// The decoder looks at the picture, and goes on behind the prompt.
        case captioning = "BlipForConditionalGeneration"
        /// A question is read beside the picture, and the decoder looks at what came of that.
        case questionAnswering = "BlipForQuestionAnswering"
    }

    public let task: Task
    public let vision: VisionConfiguration
    public let text: BlipTextConfiguration

    /// Reads and checks every value that the network's shape depends on.
    ///
    /// - Parameter file: `config.json`.
    /// - Throws: `unsupportedArchitecture` for a class that writes no text; `invalidConfiguration`, naming the file, the key
    ///   and its value.
    public init(_ file: ConfigurationFile) throws(BlipError) {
        let classes = Task.allCases.map(\.rawValue)
        if let sentence = file.unsupported(modelType: "blip", architectures: classes) {
            throw BlipError(.unsupportedArchitecture, sentence)
        }
        do throws(CheckpointError) {
            let named = try file.strings("architectures") ?? []
            task = named.lazy.compactMap(Task.init).first ?? .captioning
            vision = try VisionConfiguration(file.sectionOrDefaults("vision_config"), .blip)
            let text = try file.sectionOrDefaults("text_config")
            let isTied = try file.boolean("tie_word_embeddings", default: true)
            self.text = try BlipTextConfiguration(text, isTied: isTied)
        } catch {
            throw BlipError(.invalidConfiguration, error.message)
        }
        // Both text networks are built from one `text_config`, whose cross-attention is as wide as the vision tower; but in one
        // of them it looks at text.
        guard task == .captioning || vision.hiddenSize == text.hiddenSize else {
            throw BlipError(
                .invalidConfiguration,
                "\(file.path): hidden_size is \(vision.hiddenSize) in vision_config and \(text.hiddenSize) in text_config; a "
                    + "model that answers questions needs both alike.")
        }
    }
}

/// The shape of BLIP's text networks: a BERT with cross-attention in each layer.
///
/// Source: transformers, `BlipTextConfig`.
public struct BlipTextConfiguration: Sendable, Equatable {
    public let vocabularySize: Int
    public let hiddenSize: Int
    /// Width of the feed-forward blocks.
    public let intermediateSize: Int
    public let layerCount: Int
    public let headCount: Int
    /// The longest sequence, in tokens.
    public let maximumPositions: Int
    public let activation: Activation
    public let layerNormEpsilon: Double
    /// Whether the output layer is the word embedding again.
    public let tiesWordEmbeddings: Bool
    /// What every text begins with, whatever the tokenizer puts there.
    public let bosTokenID: Int
    public let padTokenID: Int?
    /// What ends a text; nil for nothing. BLIP does not heed `eos_token_id`.
    public let sepTokenID: Int?

    /// Width of one attention head.
    public var headSize: Int { hiddenSize / headCount }

    /// - Parameter isTied: what the whole model says: its two keys have to say no before a head has weights of its own.
    init(_ file: ConfigurationFile, isTied: Bool) throws(CheckpointError) {
        vocabularySize = try file.size("vocab_size", default: 30524)
        hiddenSize = try file.size("hidden_size", default: 768)
        intermediateSize = try file.size("intermediate_size", default: 3072)
        layerCount = try file.layerCount("num_hidden_layers", default: 12)
        headCount = try file.headCount("num_attention_heads", default: 8, dividing: hiddenSize)
        maximumPositions = try file.size("max_position_embeddings", default: 512)
        activation = try file.activation("hidden_act", default: .gelu)
        layerNormEpsilon = try file.epsilon("layer_norm_eps", default: 1e-12)
        let ownIsTied = try file.boolean("tie_word_embeddings", default: true)
        tiesWordEmbeddings = isTied || ownIsTied
        let ids = 0...vocabularySize - 1
        bosTokenID = try file.integer("bos_token_id", default: 30522, in: ids)
        padTokenID = file["pad_token_id"] == nil ? 0 : try file.integer("pad_token_id", in: -1...vocabularySize - 1)
        sepTokenID = file["sep_token_id"] == nil ? 102 : try file.integer("sep_token_id", in: -1...vocabularySize - 1)
    }
}
