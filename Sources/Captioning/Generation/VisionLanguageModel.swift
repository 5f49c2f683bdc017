public import Captioning
public import Checkpoint
public import Devices
public import Foundation
public import Imaging
public import Networks
public import ONNXRuntime
public import Tokenization

/// A captioner that encodes pictures and has a decoder write about them: what the folder of a new model has to offer.
///
/// The registry makes a `CaptionModel` of it, with batching, beams, sampling, prompts and streaming.
public protocol VisionLanguageModel: AnyObject, Sendable {
    /// The architecture in words, such as `BLIP-2 (OPT)`.
    var architecture: String { get }
    /// The folder that the model comes from.
    var checkpoint: CheckpointFolder { get }
    /// Numbers in the checkpoint's tensors.
    var parameterCount: Int { get }
    /// What runs the networks, and their arithmetic.
    var execution: Execution { get }
    /// The compiled form that was loaded; nil for a model that is not compiled.
    var compiledModel: CompiledModel? { get }
    /// What generating depends on of the language model.
    var decoder: DecoderConfiguration { get }

    /// What reads prompts and writes texts.
    /// - Throws: `TokenizationError` where the checkpoint has none.
    func tokenizer() throws -> any Tokenizing

    /// Height and width of the pictures that the model was trained with, in pixels.
    var imageSize: Int { get }

    /// The same for models whose pictures need not be square; ``imageSize`` both ways by default.
    var pictureSize: (height: Int, width: Int) { get }

    /// What has to happen to a picture before the model can look at it.
    /// - Throws: an error with the file and what to do, where the checkpoint does not say it.
    func preparation() throws -> PixelPreparation

    /// The sizes that pictures may have beside that of ``preparation()``; nil, which is the default, for none.
    var imageSizes: ImageSizes? { get }

    /// Whether captions can be asked for in several lengths (`CaptionOptions.detail`); they cannot by default.
    var knowsDetails: Bool { get }

    /// What transformers' `generate` heeds of the checkpoint where it is told nothing else; nil, the default, for nothing.
    ///
    /// Only ``parity(referencePath:)`` asks for it: its references say what they were generated with besides.
    var generationDefaults: ConfigurationFile? { get }

    /// What a Q-Former reads where nobody gives a prompt; empty, the default, in models without one that reads.
    var defaultInstructionIDs: [Int] { get }

    /// What a prompt becomes for the model.
    ///
    /// By default the tokens that the tokenizer writes, special ones included; the caption begins with them unless they ask
    /// something (`CaptionOptions.repeatsPrompt`).
    /// - Parameter options: what the caller wants.
    /// - Returns: nil where there is no prompt and ``DecoderConfiguration/defaultPromptIDs`` will do.
    /// - Throws: `invalidOption` for what the model cannot do.
    func prompt(_ options: CaptionOptions, _ tokenizer: any Tokenizing) throws(CaptionError) -> Prompt?

    /// What the language model reads of a prompt that transformers' processor of the model wrote.
    ///
    /// Only ``parity(referencePath:)`` asks for it. By default what stands behind the tokens of the picture.
    func promptIDs(ofProcessor ids: [Int]) -> [Int]

    /// Looks at pictures. Blocks.
    /// - Parameters:
    ///   - pixels: float32 [B, 3, height, width], as ``preparation()`` asks, or of one of ``imageSizes``.
    ///   - instructions: ``Prompt/instructionIDs`` of each picture, all of one length.
    ///   - cancellation: once it is cancelled, the call throws `CancellationError`.
    func encodePictures(
        _ pixels: Tensor, instructions: [[Int]], cancellation: Cancellation?
    ) throws -> EncodedPictures

    /// The pictures of one call as transformers would hand them to its decoder, where that differs from picture to picture.
    ///
    /// Only ``parity(referencePath:)`` asks for it. By default each picture as it is.
    func picturesAsOneBatch(_ encoded: EncodedPictures) throws -> [Tensor]

    /// A decoder without rows, for texts about encoded pictures.
    func makeDecoderRunner() -> any DecoderRunner

    /// What the stages of a caption have to compute and to read; nil where nobody counted it.
    /// - Throws: `CheckpointError` where the checkpoint has changed since it was loaded.
    func work() throws -> ModelWork?

    /// Shows that the model computes what it did when it was compiled. Blocks for about as long as a short caption takes.
    ///
    /// By default the answer to a pattern is held against the one that was kept when the model was compiled.
    /// - Throws: what is wrong, and what to do; `NetworksError` of the code `damagedModel` where a file is to blame.
    func prove() throws
}

extension VisionLanguageModel {
    public var imageSizes: ImageSizes? { nil }

    public var defaultInstructionIDs: [Int] { [] }

    public var pictureSize: (height: Int, width: Int) { (imageSize, imageSize) }

    public var knowsDetails: Bool { false }

    public var generationDefaults: ConfigurationFile? { nil }

    public func prompt(
        _ options: CaptionOptions, _ tokenizer: any Tokenizing
    ) throws(CaptionError) -> Prompt? {
        try promptIDs(options, tokenizer).map { Prompt($0, isRepeated: options.repeatsPrompt) }
    }

    /// The tokens that the tokenizer writes for a prompt, special ones included; nil where there is no prompt.
    /// - Throws: `invalidOption` for a prompt that holds the picture's own token.
    package func promptIDs(_ options: CaptionOptions, _ tokenizer: any Tokenizing) throws(CaptionError) -> [Int]? {
        guard let text = options.prompt, !text.isEmpty else { return nil }
        let ids = tokenizer.encode(text, addingSpecialTokens: true)
        if let image = decoder.imageTokenID, ids.contains(image) {
            throw CaptionError(
                .invalidOption,
                "The prompt holds the token that stands for the picture. Leave it out: the picture is always in front.")
        }
        return ids
    }

    public func picturesAsOneBatch(_ encoded: EncodedPictures) -> [Tensor] { encoded.pictures }

    public func promptIDs(ofProcessor ids: [Int]) -> [Int] { Array(ids.drop { $0 == decoder.imageTokenID }) }

    public func work() throws -> ModelWork? { nil }
}

/// What a caller's words become for a model.
public struct Prompt: Sendable, Equatable {
    /// What the language model reads behind the picture or, where it has an encoder, what that reads.
    public let ids: [Int]
    /// Whether the caption begins with the prompt.
    public let isRepeated: Bool
    /// What a Q-Former reads of it while it looks at the picture; empty in models without one that reads.
    public let instructionIDs: [Int]
    /// The most new tokens where neither the request nor the checkpoint says it; nil for the model's own default.
    public let newTokens: Int?

    public init(_ ids: [Int], isRepeated: Bool, instructionIDs: [Int] = [], newTokens: Int? = nil) {
        self.ids = ids
        self.isRepeated = isRepeated
        self.instructionIDs = instructionIDs
        self.newTokens = newTokens
    }
}

/// Pictures on their way from an encoder to a decoder.
public struct EncodedPictures {
    /// float32 [1, …] each, as the decoder takes them.
    public let pictures: [Tensor]
    /// How long the stages took, for all of the pictures together.
    public let timings: StageTimings
    /// What the encoder's stages gave for all of the pictures, float32 [B, …].
    public let stages: [ModelStage: Tensor]

    public init(_ pictures: [Tensor], timings: StageTimings, stages: [ModelStage: Tensor] = [:]) {
        self.pictures = pictures
        self.timings = timings
        self.stages = stages
    }
}

/// The stages of a captioner whose numbers can be compared, in the order of the computation; a model has some of them.
///
/// The raw values are the names of `parity`'s reference file.
public enum ModelStage: String, Sendable, Codable, CaseIterable {
    /// [B, T, H]: what the vision tower gives, as the next network reads it.
    case visionHiddenState = "vision_hidden_state"
    /// [B, Q, H]: what a Q-Former's query tokens have become.
    case queryOutput = "query_output"
    /// [B, Q, H]: the same, projected for the language model.
    case languageInputs = "language_inputs"
    /// [B, L, H]: what a text encoder gives.
    case encoderHiddenState = "encoder_hidden_state"
    /// [B, V]: the logits of the first new token.
    case firstLogits = "first_logits"
}

/// A captioner's checkpoint whose small files were read and found to fit each other; its weights have not been looked at.
///
/// Compiling takes minutes: what can be known to be wrong is said before.
public protocol CaptionerCheckpoint: Sendable {
    /// Reads and checks configuration, tokenizer and the like.
    /// - Throws: an error with the file and what to do.
    init(_ folder: CheckpointFolder) throws

    /// Finds out whether the checkpoint has what captions need beside networks.
    /// - Throws: an error with the file and what to do.
    func checkCaptions() throws

    /// The names and shapes of all tensors that the networks read, in the order in which they ask for them. A head that is tied
    /// to the word embeddings is not among them.
    func outline() throws -> [WeightOutline.Tensor]

    /// Makes the networks ready; compiles them if this has not happened yet. Blocks for seconds or minutes.
    /// - Parameters:
    ///   - cache: the folder where compiled models are kept.
    ///   - execution: what runs the networks, and their arithmetic.
    ///   - progress: told which share of the checkpoint is compiled, 0 to 1; not called when it already was.
    ///   - waiting: told once where another process compiles the same and is waited for.
    /// - Throws: an error with the file and what to do; `NetworksError` of the code `damagedModel` where the compiled form cannot
    ///   be read, which the next call makes anew.
    func load(
        cache: URL, execution: Execution, progress: (Double) -> Void, waiting: () -> Void
    ) throws -> any VisionLanguageModel
}
