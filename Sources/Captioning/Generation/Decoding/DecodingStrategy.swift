/// How the next tokens of one text are chosen.
///
/// A text is one branch at first, and from its first new token on as many as it takes. A search sees the branches'
/// scores, step by step, and says how they go on.
protocol Searching {
    /// - Parameter branches: those that the search went on with last, in its order; the lone first one at first.
    /// - Returns: the branches that go on, in the search's order; none when the text has ended.
    mutating func choose(_ branches: [ScoredBranch]) -> [Continuation]

    /// The new tokens that will stand in the result whatever comes.
    /// - Parameter branches: those that go on, in the search's order.
    func certainTokens(_ branches: [TokenSequence]) -> [Int]

    /// The texts that were found, best first, after ``choose(_:)`` gave nothing back.
    var results: [GeneratedSequence] { get }
}

/// A branch and the scores of its next token, which the search may change.
struct ScoredBranch {
    let tokens: TokenSequence
    let scores: Scores
}

/// A branch that goes on by one token.
struct Continuation: Equatable {
    /// The branch that it continues, as an index into those that were chosen from.
    let parent: Int
    let token: Int
}

/// One text that was generated.
public struct GeneratedSequence: Sendable, Equatable {
    /// The new tokens, the end token included.
    public let ids: [Int]
    /// What beams rank texts by: the sum of the tokens' log-probabilities, divided by a power of their number. Nil where
    /// there were no beams.
    public let score: Float?
}

/// What ends a text.
struct TextEnd {
    let tokens: [Int]
    let maxNewTokens: Int

    init(_ options: GenerationOptions, endTokens: [Int]) {
        tokens = endTokens
        maxNewTokens = options.maxNewTokens
    }

    /// - Parameter newCount: new tokens, `token` included.
    func isReached(by token: Int, newCount: Int) -> Bool {
        newCount >= maxNewTokens || tokens.contains(token)
    }
}

extension GenerationOptions {
    /// The search that they ask for.
    /// - Parameter endTokens: what ends the text where they do not say it.
    func search(endTokens: [Int]) -> any Searching {
        let endTokens = eosTokenIDs ?? endTokens
        let steps = ScoreSteps(self, endTokens: endTokens)
        let end = TextEnd(self, endTokens: endTokens)
        if beamCount > 1 { return BeamSearch(self, steps: steps, end: end) }
        if let sampling { return SampleSearch(sampling, count: returnedSequences, steps: steps, end: end) }
        return GreedySearch(steps: steps, end: end)
    }
}
