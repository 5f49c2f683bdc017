/// What a model generated for one picture.
public struct GeneratedCaption: Sendable, Equatable {
    /// The sentence, without special tokens; empty where the model gave no word, which is answered with an error.
    public var text: String
    /// All sentences where several were asked for, the best of them, ``text``, first, without those that have no word; nil for
    /// one.
    public var texts: [String]?
    /// The mean log-probability of the tokens of ``text``, at most 0; nil where nobody asks for it.
    public var score: Double?
    /// The same of each of ``texts``, in their order.
    public var scores: [Double]?
    /// The new tokens of ``text``, the end-of-sequence token included where one was generated.
    public var tokenIDs: [Int]
    /// How long the stages took.
    public var timings: StageTimings

    /// Makes a caption from its text, its tokens and its timings.
    public init(text: String, tokenIDs: [Int], timings: StageTimings = [:]) {
        self.text = text
        self.tokenIDs = tokenIDs
        self.timings = timings
    }
}

/// How long the stages of one caption took inside the model, in their order, whichever pictures went through them together.
///
/// The stages are the model's to name, in lower-case words for answers and metrics: "vision", "prefill", "decode".
public struct StageTimings: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One stage.
    public struct Stage: Sendable, Equatable {
        public let name: String
        public let duration: Duration
    }

    public private(set) var stages: [Stage]

    /// Makes timings of stages with names that differ.
    public init(dictionaryLiteral elements: (String, Duration)...) {
        stages = elements.map(Stage.init)
    }

    /// Adds a stage behind the others.
    public mutating func append(_ name: String, _ duration: Duration) {
        stages.append(Stage(name: name, duration: duration))
    }

    /// How long the stage of that name took; nil where the model has none.
    public subscript(name: String) -> Duration? { stages.first { $0.name == name }?.duration }

    /// All stages together.
    public var total: Duration { stages.reduce(.zero) { $0 + $1.duration } }
}
