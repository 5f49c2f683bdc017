public import Checkpoint
import Networks

/// The shape of a whole Florence-2 network (Xiao et al. 2023, arXiv:2311.06242), as `config.json` gives it; what the file
/// leaves out takes transformers' defaults.
///
/// Source: transformers, `Florence2Config`; the remote code of `microsoft/Florence-2-base` for the older dialect.
public struct Florence2Configuration: Sendable, Equatable {
    /// The classes whose checkpoints can caption, by their names in `architectures`.
    public static let supportedArchitectures = ["Florence2ForConditionalGeneration", "Florence2Model"]

    /// The part of `config.json` about the language model.
    static let textKey = "text_config"

    public let vision: DaViTConfiguration
    public let text: BARTConfiguration
    /// The token that stands for each feature of the picture in a prompt; `nil` in the older dialect, which has none.
    public let imageTokenID: Int?
    /// Whether the output layer is the word embedding again.
    public let tiesWordEmbeddings: Bool
    /// Whether it is in the dialect of the repositories with remote code (`microsoft/Florence-2-base` and others).
    public let isOlder: Bool

    /// Reads and checks every value that the network's shape depends on.
    ///
    /// - Parameter file: `config.json`.
    /// - Throws: `unsupportedArchitecture` where it is no Florence-2 or has another vision tower or language model;
    ///   `invalidConfiguration`, naming the file, the key and its value.
    public init(_ file: ConfigurationFile) throws(Florence2Error) {
        let (vision, text) = try Self.reading { () throws(CheckpointError) in
            (try file.sectionOrDefaults("vision_config"), try file.sectionOrDefaults(Self.textKey))
        }
        if let problem = Self.problem(of: file, vision, text) {
            throw Florence2Error(.unsupportedArchitecture, problem)
        }
        self = try Self.reading { () throws(CheckpointError) in
            try Florence2Configuration(file, vision: vision, text: text)
        }
    }

    private init(
        _ file: ConfigurationFile, vision visionFile: ConfigurationFile, text textFile: ConfigurationFile
    ) throws(CheckpointError) {
        isOlder = Self.isOlder(visionFile)
        vision = try DaViTConfiguration(visionFile, isOlder: isOlder)
        text = try BARTConfiguration(textFile)
        guard vision.projectionSize == text.hiddenSize else {
            throw visionFile.invalid("projection_dim", "d_model of text_config, which is \(text.hiddenSize)")
        }
        if isOlder {
            imageTokenID = nil
            tiesWordEmbeddings = try textFile.boolean("tie_word_embeddings", default: true)
        } else {
            imageTokenID = try file.integer("image_token_id", default: 51289, in: 0...text.vocabularySize - 1)
            tiesWordEmbeddings = try file.boolean("tie_word_embeddings", default: true)
        }
    }

    /// Does work with the file, whose values are to blame where it fails.
    private static func reading<Result>(
        _ work: () throws(CheckpointError) -> Result
    ) throws(Florence2Error) -> Result {
        do {
            return try work()
        } catch {
            throw Florence2Error(.invalidConfiguration, error.message)
        }
    }

    private static func isOlder(_ vision: ConfigurationFile) -> Bool {
        vision.contains("dim_embed") || vision["model_type"] == .string("davit")
    }

    /// Why nothing can be built, in a sentence; nil where something can.
    private static func problem(
        of file: ConfigurationFile, _ vision: ConfigurationFile, _ text: ConfigurationFile
    ) -> String? {
        if let sentence = file.unsupported(modelType: "florence2", architectures: supportedArchitectures) {
            return sentence
        }
        for (part, name, types) in [
            (vision, "vision tower", ["florence_vision", "davit"]),
            (text, "language model", ["bart", "florence2_language"]),
        ] {
            guard part.contains("model_type"), let type = part["model_type"], type != .string("") else { continue }
            if !types.contains(where: { .string($0) == type }) {
                return "\(file.path) has a \(name) of the type \(type); supported: "
                    + "\(types.joined(separator: ", ")), as florence-community/Florence-2-base has them."
            }
        }
        return nil
    }
}
