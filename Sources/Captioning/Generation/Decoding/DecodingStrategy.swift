/// How the next tokens of one text are chosen.
///
/// A text is one hypothesis at first, and from its first new token on as many as it takes: one for each beam or sample. A
/// strategy sees the hypotheses' logits, step by step, and says how they go on.
protocol DecodingStrategy {
    /// - Parameter hypotheses: those that went on last, in the strategy's order; the lone first one at first.
    /// - Returns: the hypotheses that go on, in the strategy's order; none when the text has ended.
    mutating func advance(_ hypotheses: [ScoredHypothesis]) -> [Continuation]

    /// The new tokens that will stand in the result whatever comes.
    /// - Parameter hypotheses: those that go on, in the strategy's order.
    func certainTokens(_ hypotheses: [TokenSequence]) -> [Int]

    /// The texts that were found, best first, after ``advance(_:)`` gave nothing back.
    var results: [GeneratedSequence] { get }
}

/// A hypothesis and the logits of its next token, which the strategy may change.
struct ScoredHypothesis {
    let tokens: TokenSequence
    let logits: Logits
}

/// A hypothesis that goes on by one token.
struct Continuation: Equatable {
    /// The hypothesis that it continues, as an index into those that were chosen from.
    let parent: Int
    let token: Int
    /// The token's log-probability by the model's own logits; 0 where nobody asks for it.
    var logProbability = 0.0
}

/// One text that was generated.
public struct GeneratedSequence: Sendable, Equatable {
    /// The new tokens, the end token included.
    public let ids: [Int]
    /// What beams rank texts by: the sum of the tokens' log-probabilities, divided by a power of their number. Nil where
    /// there were no beams.
    public let score: Float?
    /// The mean of the tokens' log-probabilities, by the model's logits as they were before any processor changed them: at most 0, and
    /// comparable between texts of any length. Nil unless ``GenerationOptions/returnsScores``.
    public let meanLogProbability: Double?

    /// - Parameter logProbability: the sum of the tokens' log-probabilities.
    init(ids: [Int], score: Float?, logProbability: Double? = nil) {
        self.ids = ids
        self.score = score
        meanLogProbability = logProbability.map { $0 / Double(max(1, ids.count)) }
    }

    /// A text that beams found.
    init(text: TokenSequence, score: Float, returnsScores: Bool) {
        self.init(ids: Array(text.new), score: score, logProbability: returnsScores ? text.logProbability : nil)
    }
}

/// The log-probabilities of a hypothesis' next token by the model's own logits, kept while processors change these.
struct LogProbabilities {
    private let logits: [Float]
    /// ln Σ exp(logit).
    private let logarithmOfSum: Double

    /// - Parameter isNormalized: whether the logits are log-probabilities already.
    init(_ logits: Logits, isNormalized: Bool = false) {
        self.logits = Array(logits)
        let highest = logits.highest
        logarithmOfSum =
            isNormalized || !highest.isFinite
            ? 0 : Double(highest) + Double(logarithm(logits.sumOfExponentials(shift: highest)))
    }

    subscript(token: Int) -> Double { Double(logits[token]) - logarithmOfSum }
}

/// What ends a text.
struct StoppingCriteria {
    let tokens: [Int]
    let maxNewTokens: Int
    private let stopStrings: StopStrings?

    init(_ options: GenerationOptions, endTokens: [Int]) {
        tokens = endTokens
        maxNewTokens = options.maxNewTokens
        stopStrings = options.stopStrings
    }

    /// Whether a text ends with a token, or has no room behind it.
    func isReached(by token: Int, after text: TokenSequence) -> Bool {
        isFull(text.newCount + 1) || isEnd(token, after: text)
    }

    /// Whether a text of so many new tokens can have no more.
    func isFull(_ newCount: Int) -> Bool { newCount >= maxNewTokens }

    /// Whether a text ends with a token, however much room there is.
    func isEnd(_ token: Int, after text: TokenSequence) -> Bool {
        tokens.contains(token) || stopStrings?.isCompleted(by: token, after: text.new) ?? false
    }
}

extension GenerationOptions {
    /// The strategy that they ask for.
    /// - Parameter endTokens: what ends the text where they do not say it.
    func strategy(endTokens: [Int]) -> any DecodingStrategy {
        let endTokens = eosTokenIDs ?? endTokens
        let processors = LogitsProcessors(self, endTokens: endTokens)
        let end = StoppingCriteria(self, endTokens: endTokens)
        if beamGroupCount > 1 { return GroupBeamSearch(self, processors: processors, end: end) }
        if beamCount > 1 { return BeamSearch(self, processors: processors, end: end) }
        if let sampling {
            return SamplingStrategy(self, sampling, processors: processors, end: end)
        }
        return GreedySearch(self, processors: processors, end: end)
    }
}

/// The tokens of one hypothesis, as transformers' logits processors see them.
struct TokenSequence: Equatable {
    /// The context, and the new tokens behind it.
    private(set) var ids: [Int]
    /// The sum of the new tokens' log-probabilities, as far as they were given.
    private(set) var logProbability = 0.0
    /// How many tokens are not new: image tokens and prompt, or the start token of a decoder behind an encoder.
    let contextCount: Int

    init(context: [Int]) {
        ids = context
        contextCount = context.count
    }

    var new: ArraySlice<Int> { ids[contextCount...] }
    var newCount: Int { ids.count - contextCount }
    var last: Int { ids.last ?? 0 }

    mutating func append(_ id: Int, logProbability: Double = 0) {
        ids.append(id)
        self.logProbability += logProbability
    }

    func appending(_ continuation: Continuation) -> TokenSequence {
        var copy = self
        copy.append(continuation.token, logProbability: continuation.logProbability)
        return copy
    }

    /// How many new tokens two hypotheses of one text have in common from the first one on.
    func commonNewCount(_ other: TokenSequence) -> Int {
        zip(new, other.new).prefix { $0 == $1 }.count
    }
}
