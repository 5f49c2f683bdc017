public import Blip2
public import Imaging

/// A model that turns the pixels of one picture into a sentence.
///
/// Its calls block. The ``Captioner`` loads it on a thread of its own and makes every call there, one at a time, so a
/// model need not be `Sendable`.
public protocol CaptionModel: AnyObject {
    /// What the model is, and what it can do.
    var description: ModelDescription { get }

    /// What has to happen to a picture before the model can look at it.
    var preparation: PixelPreparation { get }

    /// The caption of one picture.
    ///
    /// - Parameters:
    ///   - pixels: `[3, height, width]` values, channels first, as ``preparation`` asks.
    ///   - options: what the caller wants; already found to be within the limits of ``description``.
    ///   - cancellation: once it is cancelled, from whichever thread, the model stops and throws `CancellationError`.
    /// - Throws: `CancellationError`; a ``PipelineError`` where the caller can mend it; else an error of the model's own.
    func caption(
        pixels: [Float], options: CaptionOptions, cancellation: Cancellation
    ) throws -> GeneratedCaption
}

/// What a caller may ask of a caption.
public struct CaptionOptions: Sendable, Equatable {
    /// Text that the caption continues or answers; none by default.
    public var prompt: String?
    /// The most tokens to generate; `max_new_tokens` of the checkpoint's own by default, else 30.
    public var maxNewTokens: Int?

    /// Makes options, all of them left to the model by default.
    public init(prompt: String? = nil, maxNewTokens: Int? = nil) {
        self.prompt = prompt
        self.maxNewTokens = maxNewTokens
    }
}

/// What a model generated for one picture.
public struct GeneratedCaption: Sendable, Equatable {
    /// The sentence, without special tokens.
    public var text: String
    /// The new tokens, the end-of-sequence token included where one was generated.
    public var tokenIDs: [Int]
    /// How long the stages took.
    public var timings: GenerationTimings

    /// Makes a caption from its text, its tokens and its timings.
    public init(text: String, tokenIDs: [Int], timings: GenerationTimings = GenerationTimings()) {
        self.text = text
        self.tokenIDs = tokenIDs
        self.timings = timings
    }
}

/// How long the stages of one caption took inside the model.
public struct GenerationTimings: Sendable, Equatable {
    /// The vision tower.
    public var vision: Duration
    /// The Q-Former and the projection into the language model.
    public var qformer: Duration
    /// The language model over image tokens and prompt, up to the first new token.
    public var prefill: Duration
    /// All further tokens.
    public var decode: Duration

    /// Makes timings, zero by default.
    public init(
        vision: Duration = .zero, qformer: Duration = .zero, prefill: Duration = .zero, decode: Duration = .zero
    ) {
        self.vision = vision
        self.qformer = qformer
        self.prefill = prefill
        self.decode = decode
    }
}
