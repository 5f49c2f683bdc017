/// Draws tokens at random; several texts are drawn apart from each other, and in the order in which they were begun.
struct SampleSearch: Searching {
    private let steps: ScoreSteps
    private let end: TextEnd
    private var random: [SampleRandom]
    /// The texts that are not at their end, by number, one for each branch.
    private var running: [Int]
    private var texts: [[Int]]

    init(_ sampling: GenerationOptions.Sampling, count: Int, steps: ScoreSteps, end: TextEnd) {
        (self.steps, self.end) = (steps, end)
        let seed = sampling.seed ?? .random(in: .min ... .max)
        random = (0..<count).map { SampleRandom(seed: seed, stream: UInt64($0)) }
        running = Array(0..<count)
        texts = Array(repeating: [], count: count)
    }

    var results: [GeneratedSequence] { texts.map { GeneratedSequence(ids: $0, score: nil) } }

    mutating func choose(_ branches: [ScoredBranch]) -> [Continuation] {
        for branch in branches { steps.apply(to: branch.scores, after: branch.tokens) }
        // All texts begin in the one first branch.
        let isFirst = branches.count < running.count
        var (goingOn, continuations): ([Int], [Continuation]) = ([], [])
        for (index, text) in running.enumerated() {
            let parent = isFirst ? 0 : index
            let tokens = branches[parent].tokens
            let token = branches[parent].scores.draw(using: &random[text])
            if end.isReached(by: token, newCount: tokens.newCount + 1) {
                texts[text] = tokens.new + [token]
            } else {
                goingOn.append(text)
                continuations.append(Continuation(parent: parent, token: token))
            }
        }
        running = goingOn
        return continuations
    }

    /// Those of the first text.
    func certainTokens(_ branches: [TokenSequence]) -> [Int] {
        guard running.first == 0 else { return texts.first ?? [] }
        return Array(branches.first?.new ?? [])
    }
}
