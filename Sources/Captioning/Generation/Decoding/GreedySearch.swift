/// Takes the likeliest token each time.
struct GreedySearch: DecodingStrategy {
    private let processors: LogitsProcessors
    private let end: StoppingCriteria
    private(set) var results: [GeneratedSequence] = []

    init(processors: LogitsProcessors, end: StoppingCriteria) {
        (self.processors, self.end) = (processors, end)
    }

    mutating func advance(_ hypotheses: [ScoredHypothesis]) -> [Continuation] {
        guard let hypothesis = hypotheses.first else { return [] }
        processors.apply(to: hypothesis.logits, after: hypothesis.tokens)
        let token = hypothesis.logits.indexOfHighest
        guard end.isReached(by: token, newCount: hypothesis.tokens.newCount + 1) else {
            return [Continuation(parent: 0, token: token)]
        }
        results = [GeneratedSequence(ids: hypothesis.tokens.new + [token], score: nil)]
        return []
    }

    func certainTokens(_ hypotheses: [TokenSequence]) -> [Int] { Array(hypotheses.first?.new ?? []) }
}
