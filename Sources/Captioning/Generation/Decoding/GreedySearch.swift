/// Takes the likeliest token each time.
struct GreedySearch: Searching {
    private let steps: ScoreSteps
    private let end: TextEnd
    private(set) var results: [GeneratedSequence] = []

    init(steps: ScoreSteps, end: TextEnd) {
        (self.steps, self.end) = (steps, end)
    }

    mutating func choose(_ branches: [ScoredBranch]) -> [Continuation] {
        guard let branch = branches.first else { return [] }
        steps.apply(to: branch.scores, after: branch.tokens)
        let token = branch.scores.indexOfHighest
        guard end.isReached(by: token, newCount: branch.tokens.newCount + 1) else {
            return [Continuation(parent: 0, token: token)]
        }
        results = [GeneratedSequence(ids: branch.tokens.new + [token], score: nil)]
        return []
    }

    func certainTokens(_ branches: [TokenSequence]) -> [Int] { Array(branches.first?.new ?? []) }
}
