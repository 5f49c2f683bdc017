public import Checkpoint
public import Networks

/// The shape of a whole BLIP-2 network, as `config.json` gives it; what the file leaves out takes transformers' defaults.
///
/// Source: transformers, `Blip2Config`.
public struct Blip2Configuration: Sendable, Equatable {
    /// The language models that can be run, by the `model_type` of `text_config`.
    public static let supportedLanguageModels = ["opt", "t5"]
    /// The classes whose checkpoints can caption, by their names in `architectures`.
    public static let supportedArchitectures = ["Blip2ForConditionalGeneration", "Blip2Model"]

    public let vision: VisionConfiguration
    public let qFormer: QFormerConfiguration
    public let text: LanguageModelConfiguration
    /// Query tokens of the Q-Former, and so the tokens that the language model gets for a picture.
    public let queryTokenCount: Int
    /// The token that stands for each query token in a prompt; `nil` in old checkpoints, which have none.
    public let imageTokenIndex: Int?
    /// The classes that the checkpoint was saved from; often left out.
    public let architectures: [String]

    /// Reads and checks every value that the network's shape depends on.
    ///
    /// - Parameter file: `config.json`.
    /// - Throws: `unsupportedArchitecture` where it is no BLIP-2 or has another language model than OPT or T5;
    ///   `invalidConfiguration`, naming the file, the key and its value.
    public init(_ file: ConfigurationFile) throws(Blip2Error) {
        try Self.checkArchitecture(of: file)
        do throws(CheckpointError) {
            architectures = try file.strings("architectures") ?? []
            let vision = try VisionConfiguration(file.sectionOrDefaults("vision_config"), .blip2)
            qFormer = try QFormerConfiguration(
                file.sectionOrDefaults("qformer_config"), encoderHiddenSize: vision.hiddenSize)
            let textFile = try file.sectionOrDefaults("text_config")
            text =
                textFile["model_type"] == .string("t5")
                ? .t5(try T5Configuration(textFile)) : .opt(try OPTConfiguration(textFile))
            queryTokenCount = try file.size("num_query_tokens", default: 32)
            // transformers knows the key by both names, and takes this one where a file has both.
            let key = file["image_token_id"] == nil ? "image_token_index" : "image_token_id"
            imageTokenIndex = try file.integer(key, in: 0...text.vocabularySize - 1)
            self.vision = vision
        } catch {
            throw Blip2Error(.invalidConfiguration, error.message)
        }
    }

    private static func checkArchitecture(of file: ConfigurationFile) throws(Blip2Error) {
        if let sentence = file.unsupported(modelType: "blip-2", architectures: supportedArchitectures) {
            throw Blip2Error(.unsupportedArchitecture, sentence)
        }
        if case .object(let text)? = file["text_config"], let type = text["model_type"],
            !supportedLanguageModels.contains(where: { .string($0) == type })
        {
            throw Blip2Error(
                .unsupportedArchitecture,
                "\(file.path) has a language model of the type \(type); supported: "
                    + supportedLanguageModels.joined(separator: ", ") + ".")
        }
    }
}
