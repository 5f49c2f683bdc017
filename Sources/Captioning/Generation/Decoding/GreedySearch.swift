/// Takes the likeliest token each time.
struct GreedySearch: DecodingStrategy {
    private let processors: LogitsProcessors
    private let end: StoppingCriteria
    private let returnsScores: Bool
    private(set) var results: [GeneratedSequence] = []

    init(_ options: GenerationOptions, processors: LogitsProcessors, end: StoppingCriteria) {
        (self.processors, self.end) = (processors, end)
        returnsScores = options.returnsScores
    }

    mutating func advance(_ hypotheses: [ScoredHypothesis]) -> [Continuation] {
        guard let hypothesis = hypotheses.first else { return [] }
        let own = returnsScores ? LogProbabilities(hypothesis.logits) : nil
        processors.apply(to: hypothesis.logits, after: hypothesis.tokens)
        let token = hypothesis.logits.indexOfHighest
        let logProbability = own?[token] ?? 0
        guard end.isReached(by: token, after: hypothesis.tokens) else {
            return [Continuation(parent: 0, token: token, logProbability: logProbability)]
        }
        results = [
            GeneratedSequence(
                ids: hypothesis.tokens.new + [token], score: nil,
                logProbability: returnsScores ? hypothesis.tokens.logProbability + logProbability : nil)
        ]
        return []
    }

    func certainTokens(_ hypotheses: [TokenSequence]) -> [Int] { Array(hypotheses.first?.new ?? []) }
}
