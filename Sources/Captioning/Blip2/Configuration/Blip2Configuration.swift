public import Checkpoint
public import Networks

/// The shape of a whole BLIP-2 or InstructBLIP network, as `config.json` gives it; what the file leaves out takes transformers'
/// defaults.
///
/// Source: transformers, `Blip2Config` and `InstructBlipConfig`.
public struct Blip2Configuration: Sendable, Equatable {
    /// Which of the two it is, by its `model_type`.
    public enum Family: String, Sendable {
        case blip2 = "blip-2"
        /// A BLIP-2 whose Q-Former reads the prompt, too, and that was trained to follow it (Dai et al. 2023,
        /// arXiv:2305.06500).
        case instructBLIP = "instructblip"

        /// The family's name, for people.
        public var title: String {
            switch self {
            case .blip2: "BLIP-2"
            case .instructBLIP: "InstructBLIP"
            }
        }

        /// The language models that can be run, by the `model_type` of `text_config`.
        public var languageModels: [String] {
            switch self {
            case .blip2: ["opt", "t5"]
            case .instructBLIP: ["t5"]
            }
        }

        /// The classes whose checkpoints can caption, by their names in `architectures`.
        public var architectures: [String] {
            switch self {
            case .blip2: ["Blip2ForConditionalGeneration", "Blip2Model"]
            case .instructBLIP: ["InstructBlipForConditionalGeneration"]
            }
        }
    }

    public let family: Family
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
    /// - Throws: `unsupportedArchitecture` where it is neither or has another language model than its
    ///   ``Family/languageModels``; `invalidConfiguration`, naming the file, the key and its value.
    public init(_ file: ConfigurationFile) throws(Blip2Error) {
        family = file["model_type"] == .string(Family.instructBLIP.rawValue) ? .instructBLIP : .blip2
        try family.check(file)
        do throws(CheckpointError) {
            architectures = try file.strings("architectures") ?? []
            let vision = try VisionConfiguration(file.sectionOrDefaults("vision_config"), .blip2)
            qFormer = try QFormerConfiguration(
                file.sectionOrDefaults("qformer_config"), encoderHiddenSize: vision.hiddenSize,
                readsInstructions: family == .instructBLIP)
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
}

extension Blip2Configuration.Family {
    /// Refuses a file of another family or with a language model that cannot be run.
    fileprivate func check(_ file: ConfigurationFile) throws(Blip2Error) {
        if let sentence = file.unsupported(modelType: rawValue, architectures: architectures) {
            throw Blip2Error(.unsupportedArchitecture, sentence)
        }
        var type: JSONValue?
        if case .object(let text)? = file["text_config"] { type = text["model_type"] }
        // What names no language model has OPT, in transformers.
        if type == nil, self == .blip2 { return }
        guard !languageModels.contains(where: { .string($0) == type }) else { return }
        throw Blip2Error(
            .unsupportedArchitecture,
            "\(file.path) has a language model of the type \(type ?? .string("opt")); supported: "
                + languageModels.joined(separator: ", ") + "." + advice)
    }

    /// Which checkpoints to use instead of one with another language model.
    private var advice: String {
        switch self {
        case .blip2: ""
        case .instructBLIP: " Use Salesforce/instructblip-flan-t5-xl or Salesforce/instructblip-flan-t5-xxl."
        }
    }
}
