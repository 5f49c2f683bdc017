/// What a model generated for one picture.
public struct GeneratedCaption: Sendable, Equatable {
    /// The sentence, without special tokens; empty where the model gave no word, which is answered with an error.
    public var text: String
    /// All sentences where several were asked for, the best of them, ``text``, first, without those that have no word; nil for
    /// one.
    public var texts: [String]?
    /// The new tokens of ``text``, the end-of-sequence token included where one was generated.
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

/// How long the stages of one caption took inside the model, whichever pictures went through them together.
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

    /// All stages together.
    public var total: Duration { vision + qformer + prefill + decode }
}
