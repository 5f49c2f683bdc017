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
public protocol VisionLanguageModel: AnyObject {
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

    /// What has to happen to a picture before the model can look at it.
    /// - Throws: an error with the file and what to do, where the checkpoint does not say it.
    func preparation() throws -> PixelPreparation

    /// The sizes that pictures may have beside that of ``preparation()``; nil, which is the default, for none.
    var imageSizes: ImageSizes? { get }

    /// Looks at pictures. Blocks.
    /// - Parameters:
    ///   - pixels: float32 [B, 3, height, width], as ``preparation()`` asks, or of one of ``imageSizes``.
    ///   - cancellation: once it is cancelled, the call throws `CancellationError`.
    func encodePictures(_ pixels: Tensor, cancellation: Cancellation?) throws -> EncodedPictures

    /// A decoder without rows, for texts about encoded pictures.
    func makeDecoderRunner() -> any DecoderRunner

    /// Shows that the model computes what it did when it was compiled. Blocks for about as long as a short caption takes.
    /// - Throws: what is wrong, and what to do; `NetworksError` of the code `damagedModel` where a file is to blame.
    func prove() throws
}

extension VisionLanguageModel {
    public var imageSizes: ImageSizes? { nil }
}

/// Pictures on their way from an encoder to a decoder.
public struct EncodedPictures {
    /// float32 [1, …] each, as the decoder takes them.
    public let pictures: [Tensor]
    /// How long the stages took, for all of the pictures together.
    public let timings: StageTimings

    public init(_ pictures: [Tensor], timings: StageTimings) {
        self.pictures = pictures
        self.timings = timings
    }
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
