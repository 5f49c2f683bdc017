/// Follows groups of beams, each of which is kept from the tokens that earlier groups choose in the same step (diverse beam search;
/// Vijayakumar et al. 2016, arXiv:1610.02424).
///
/// A group is a beam search of its own: its beams compete with each other only, and it has its own finished texts and its own end.
/// The best texts of all groups are the result; what diversity cost them is in their scores.
///
/// Source: `GenerationMixin._group_beam_search`, `BeamSearchScorer` and `HammingDiversityLogitsProcessor` of transformers 4.49, for one
/// picture. There, a group that is done goes on with padding tokens, which later groups are then kept from; here, it chooses nothing.
struct GroupBeamSearch: DecodingStrategy {
    private let processors: LogitsProcessors
    private let diversityPenalty: Float
    private let returnedSequences: Int
    private let returnsScores: Bool
    private var groups: [BeamGroup]
    private(set) var results: [GeneratedSequence] = []

    init(_ options: GenerationOptions, processors: LogitsProcessors, end: StoppingCriteria) {
        self.processors = processors
        diversityPenalty = Float(options.diversityPenalty)
        returnedSequences = options.returnedSequences
        returnsScores = options.returnsScores
        groups = Array(repeating: BeamGroup(options, end: end), count: options.beamGroupCount)
    }

    /// No token is certain before the best text is known.
    func certainTokens(_ hypotheses: [TokenSequence]) -> [Int] { [] }

    mutating func advance(_ hypotheses: [ScoredHypothesis]) -> [Continuation] {
        guard let first = hypotheses.first else { return [] }
        let isFirst = first.tokens.newCount == 0
        let own = hypotheses.takeLogSoftmax(keepingIt: returnsScores)
        // At first the groups have the one hypothesis in common, and each changes a copy of its logits.
        let copy = Logits.allocate(capacity: isFirst ? first.logits.count : 0)
        defer { copy.deallocate() }

        var continuations: [Continuation] = []
        var chosen: [Int] = []
        var nextMember = 0
        for group in groups.indices where !groups[group].isDone {
            let range = isFirst ? 0..<1 : nextMember..<nextMember + groups[group].beams.count
            nextMember = range.upperBound
            var members = Array(hypotheses[range])
            if isFirst {
                _ = copy.initialize(from: first.logits)
                members = [ScoredHypothesis(tokens: first.tokens, logits: copy)]
            }
            for member in members {
                for token in chosen { member.logits[token] -= diversityPenalty }
                processors.apply(to: member.logits, after: member.tokens)
            }
            let goingOn = groups[group].advance(members, own: own.isEmpty ? [] : Array(own[range]))
            // A group that is done now has chosen its last tokens, all the same.
            chosen += goingOn.map(\.token)
            guard !groups[group].isDone else { continue }
            continuations += goingOn.map {
                Continuation(
                    parent: range.lowerBound + $0.parent, token: $0.token, logProbability: $0.logProbability)
            }
        }
        if continuations.isEmpty {
            results = groups.flatMap(\.texts).largest(returnedSequences, by: \.score).map {
                GeneratedSequence(text: $0.element.text, score: $0.score, returnsScores: returnsScores)
            }
        }
        return continuations
    }
}

/// One group of beams, its finished texts, and its end.
private struct BeamGroup {
    private(set) var beams: Beams
    private(set) var isDone = false
    private let end: StoppingCriteria
    private var finished: BeamHypotheses
    /// What there is where nothing finished: everything was ruled out.
    private var last: (text: TokenSequence, score: Float)?

    init(_ options: GenerationOptions, end: StoppingCriteria) {
        let count = options.beamCount / options.beamGroupCount
        self.end = end
        beams = Beams(count, endTokenCount: end.tokens.count)
        finished = BeamHypotheses(options, count: count)
    }

    /// The best texts, when the group is done.
    var texts: [(text: TokenSequence, score: Float)] {
        let found = finished.best(beams.count)
        return found.isEmpty ? last.map { [$0] } ?? [] : found
    }

    /// - Parameters:
    ///   - hypotheses: the group's, or the lone first one.
    ///   - own: as ``BeamCandidate/continuation(_:)`` needs them.
    /// - Returns: its beams with their next tokens, whether the group is done or not.
    mutating func advance(_ hypotheses: [ScoredHypothesis], own: [LogProbabilities]) -> [Continuation] {
        let newCount = hypotheses[0].tokens.newCount + 1
        func text(_ candidate: BeamCandidate) -> TokenSequence {
            hypotheses[candidate.parent].tokens.appending(candidate.continuation(own))
        }
        let candidates = beams.candidates(hypotheses, isAtEnd: end.isEnd)
        finished.add(candidates.prefix(beams.count).filter(\.isAtEnd), newCount: newCount, text: text)
        let best = beams.goOn(with: candidates)
        // Candidates that just ended count as possible here, unlike in a search without groups.
        let canImprove = finished.canImprove(by: candidates[0].score, newCount: newCount)
        isDone = finished.isClosed || !canImprove || candidates.allSatisfy(\.isAtEnd)
        if !isDone, end.isFull(newCount) {
            finished.add(best.filter { !$0.isAtEnd }, newCount: newCount, text: text)
            isDone = true
        }
        if isDone { last = best.first.map { (text($0), $0.score) } }
        return best.map { $0.continuation(own) }
    }
}
