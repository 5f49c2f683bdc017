/// Follows the most promising texts side by side, and ranks those that ended.
///
/// Source: `GenerationMixin._beam_search` of transformers 5.24, for one picture. That version puts candidates that were drawn into
/// the order of their scores before any may end; earlier ones kept the order in which they were drawn.
struct BeamSearch: Searching {
    private let beamCount: Int
    private let isSampled: Bool
    private let steps: ScoreSteps
    private let end: TextEnd
    private var random: SampleRandom
    /// How many continuations are looked at in a step: enough for all beams to go on where some of them end.
    private let candidateCount: Int
    private let returnedSequences: Int
    /// The sums of the log-probabilities of the beams that go on, largest first.
    private var running: [Float]
    private var finished: FinishedBeams

    init(_ options: GenerationOptions, steps: ScoreSteps, end: TextEnd) {
        beamCount = options.beamCount
        isSampled = options.sampling != nil
        (self.steps, self.end) = (steps, end)
        random = SampleRandom(seed: options.sampling?.seed ?? .random(in: .min ... .max))
        candidateCount = max(2, 1 + end.tokens.count) * options.beamCount
        returnedSequences = options.returnedSequences
        // All beams begin alike; only the first may go on, so that they do not remain alike.
        running = [0] + Array(repeating: FinishedBeams.hopeless, count: options.beamCount - 1)
        finished = FinishedBeams(options)
    }

    /// No token is certain before the best text is known.
    func certainTokens(_ branches: [TokenSequence]) -> [Int] { [] }

    private(set) var results: [GeneratedSequence] = []

    mutating func choose(_ branches: [ScoredBranch]) -> [Continuation] {
        guard let newCount = branches.first.map({ $0.tokens.newCount + 1 }) else { return [] }
        for branch in branches {
            branch.scores.takeLogSoftmax()
            steps.apply(to: branch.scores, after: branch.tokens)
        }
        let candidates = candidates(branches, newCount: newCount)
        finished.add(candidates, newCount: newCount) { branches[$0.parent].tokens.new + [$0.token] }

        // Those that ended come last.
        let best = candidates.largest(beamCount) { $0.score + ($0.isAtEnd ? FinishedBeams.hopeless : 0) }
        running = best.map(\.score)
        let canImprove = finished.canImprove(by: running.first ?? FinishedBeams.hopeless, newCount: newCount)
        if canImprove, !finished.isClosed, !candidates.allSatisfy(\.isAtEnd) {
            return best.map { Continuation(parent: $0.element.parent, token: $0.element.token) }
        }
        results = finished.best(returnedSequences)
        if results.isEmpty, let last = best.first?.element {
            results = [GeneratedSequence(ids: branches[last.parent].tokens.new + [last.token], score: last.score)]
        }
        return []
    }

    /// The best continuations of all beams, or those that were drawn; the best first.
    private mutating func candidates(_ branches: [ScoredBranch], newCount: Int) -> [BeamCandidate] {
        var largest = LargestScores(candidateCount)
        let size = branches[0].scores.count
        for (beam, sum) in running.enumerated() {
            // At first all beams have the scores of the one branch; the others matter only where it has too few.
            if beam > 0, branches.count == 1, largest.count == candidateCount { break }
            let scores = branches[min(beam, branches.count - 1)].scores
            if isSampled {
                for index in scores.indices where scores[index] > -.infinity {
                    let key = Double(scores[index] + sum) + random.gumbel()
                    largest.offer(Float(key), index: beam * size + index)
                }
            } else {
                largest.offer(scores, adding: sum, from: beam * size)
            }
        }
        var candidates = largest.sorted.map { entry in
            let (beam, token) = entry.index.quotientAndRemainder(dividingBy: size)
            let parent = min(beam, branches.count - 1)
            return BeamCandidate(
                parent: parent, token: token, score: branches[parent].scores[token] + running[beam],
                isAtEnd: end.isReached(by: token, newCount: newCount))
        }
        // The draw says which may go on or end, and their scores in which order.
        if isSampled { candidates = candidates.largest(candidates.count, by: \.score).map(\.element) }
        // Where everything else is ruled out, beams go on with what is ruled out, and never win.
        while candidates.count < candidateCount {
            candidates.append(
                BeamCandidate(
                    parent: candidates.count % branches.count, token: 0, score: -.infinity,
                    isAtEnd: end.isReached(by: 0, newCount: newCount)))
        }
        return candidates
    }
}

/// A beam with one token more.
struct BeamCandidate {
    /// The branch that it continues.
    let parent: Int
    let token: Int
    /// The sum of the log-probabilities, the token's included.
    let score: Float
    /// Whether the text ends with the token.
    let isAtEnd: Bool
}

extension Array {
    /// The elements of the highest scores, the highest first; of equal ones, those that stand first.
    func largest(_ count: Int, by score: (Element) -> Float) -> [(element: Element, score: Float)] {
        enumerated().map { (offset: $0.offset, element: $0.element, score: score($0.element)) }
            .sorted { $0.score != $1.score ? $0.score > $1.score : $0.offset < $1.offset }
            .prefix(count).map { ($0.element, $0.score) }
    }
}
