import Foundation

/// Follows the most promising texts side by side, and ranks those that ended.
///
/// Source: `GenerationMixin._beam_search` of transformers 5.24, for one picture. That version puts candidates that were drawn into
/// the order of their scores before any may end; earlier ones kept the order in which they were drawn.
struct BeamSearch: DecodingStrategy {
    private let processors: LogitsProcessors
    private let end: StoppingCriteria
    private let returnedSequences: Int
    private let returnsScores: Bool
    private var beams: Beams
    private var finished: BeamHypotheses

    init(_ options: GenerationOptions, processors: LogitsProcessors, end: StoppingCriteria) {
        (self.processors, self.end) = (processors, end)
        returnedSequences = options.returnedSequences
        returnsScores = options.returnsScores
        beams = Beams(
            options.beamCount, endTokenCount: end.tokens.count,
            random: options.sampling.map { SamplingRandom(seed: $0.seed ?? .random(in: .min ... .max)) })
        finished = BeamHypotheses(options, count: options.beamCount)
    }

    /// No token is certain before the best text is known.
    func certainTokens(_ hypotheses: [TokenSequence]) -> [Int] { [] }

    private(set) var results: [GeneratedSequence] = []

    mutating func advance(_ hypotheses: [ScoredHypothesis]) -> [Continuation] {
        guard let newCount = hypotheses.first.map({ $0.tokens.newCount + 1 }) else { return [] }
        let own = hypotheses.takeLogSoftmax(keepingIt: returnsScores)
        for hypothesis in hypotheses { processors.apply(to: hypothesis.logits, after: hypothesis.tokens) }
        let candidates = beams.candidates(hypotheses, isAtEnd: end.isReached)
        func text(_ candidate: BeamCandidate) -> TokenSequence {
            hypotheses[candidate.parent].tokens.appending(candidate.continuation(own))
        }
        finished.add(candidates.prefix(beams.count).filter(\.isAtEnd), newCount: newCount, text: text)

        let best = beams.goOn(with: candidates)
        let canImprove = finished.canImprove(by: beams.sums.first ?? BeamHypotheses.hopeless, newCount: newCount)
        if canImprove, !finished.isClosed, !candidates.allSatisfy(\.isAtEnd) {
            return best.map { $0.continuation(own) }
        }
        var found = finished.best(returnedSequences)
        if found.isEmpty, let last = best.first { found = [(text(last), last.score)] }
        results = found.map { GeneratedSequence(text: $0.text, score: $0.score, returnsScores: returnsScores) }
        return []
    }
}

extension [ScoredHypothesis] {
    /// Makes log-probabilities of the logits.
    /// - Parameter keepingIt: whether these are given back, for later, when processors have changed them; else there are none.
    func takeLogSoftmax(keepingIt: Bool) -> [LogProbabilities] {
        for hypothesis in self { hypothesis.logits.takeLogSoftmax() }
        return keepingIt ? map { LogProbabilities($0.logits, isNormalized: true) } : []
    }
}

/// Beams that compete with each other.
struct Beams {
    let count: Int
    /// How many continuations are looked at in a step: enough for all beams to go on where some of them end.
    private let candidateCount: Int
    private var random: SamplingRandom?
    /// The sums of the log-probabilities of the beams that go on, largest first.
    private(set) var sums: [Float]

    /// - Parameter random: what tokens are drawn by; nil for the likeliest.
    init(_ count: Int, endTokenCount: Int, random: SamplingRandom? = nil) {
        self.count = count
        self.random = random
        candidateCount = max(2, 1 + endTokenCount) * count
        // All beams begin alike; only the first may go on, so that they do not remain alike.
        sums = [0] + Array(repeating: BeamHypotheses.hopeless, count: count - 1)
    }

    /// The best continuations of all beams, or those that were drawn; the best first.
    /// - Parameters:
    ///   - hypotheses: one for each beam, or the lone first one.
    ///   - isAtEnd: whether a token ends a text.
    mutating func candidates(
        _ hypotheses: [ScoredHypothesis], isAtEnd: (_ token: Int, _ text: TokenSequence) -> Bool
    ) -> [BeamCandidate] {
        var largest = LargestScores(candidateCount)
        let size = hypotheses[0].logits.count
        for (beam, sum) in sums.enumerated() {
            // At first all beams have the scores of the one hypothesis; the others matter only where it has too few.
            if beam > 0, hypotheses.count == 1, largest.count == candidateCount { break }
            let scores = hypotheses[min(beam, hypotheses.count - 1)].logits
            if var random {
                for index in scores.indices where scores[index] > -.infinity {
                    let key = Double(scores[index] + sum) + random.gumbel()
                    largest.offer(Float(key), index: beam * size + index)
                }
                self.random = random
            } else {
                largest.offer(scores, adding: sum, from: beam * size)
            }
        }
        var candidates = largest.sorted.map { entry in
            let (beam, token) = entry.index.quotientAndRemainder(dividingBy: size)
            let parent = min(beam, hypotheses.count - 1)
            return BeamCandidate(
                parent: parent, token: token, score: hypotheses[parent].logits[token] + sums[beam],
                isAtEnd: isAtEnd(token, hypotheses[parent].tokens))
        }
        // The draw says which may go on or end, and their scores in which order.
        if random != nil { candidates = candidates.largest(candidates.count, by: \.score).map(\.element) }
        // Where everything else is ruled out, beams go on with what is ruled out, and never win.
        while candidates.count < candidateCount {
            let parent = candidates.count % hypotheses.count
            candidates.append(
                BeamCandidate(
                    parent: parent, token: 0, score: -.infinity, isAtEnd: isAtEnd(0, hypotheses[parent].tokens)))
        }
        return candidates
    }

    /// Takes the best candidates as the new beams; those that ended come last, and are hopeless.
    mutating func goOn(with candidates: [BeamCandidate]) -> [BeamCandidate] {
        let best = candidates.largest(count) { $0.score + ($0.isAtEnd ? BeamHypotheses.hopeless : 0) }
        sums = best.map(\.score)
        return best.map(\.element)
    }
}

/// A beam with one token more.
struct BeamCandidate {
    /// The hypothesis that it continues.
    let parent: Int
    let token: Int
    /// The sum of the log-probabilities, the token's included.
    let score: Float
    /// Whether the text ends with the token.
    let isAtEnd: Bool

    /// - Parameter own: the log-probabilities of the hypotheses' next tokens by the model's own logits; none where nobody asks.
    func continuation(_ own: [LogProbabilities]) -> Continuation {
        Continuation(parent: parent, token: token, logProbability: own.isEmpty ? 0 : own[parent][token])
    }
}

extension Array {
    /// The elements of the highest scores, the highest first; of equal ones, those that stand first.
    func largest(_ count: Int, by score: (Element) -> Float) -> [(element: Element, score: Float)] {
        enumerated().map { (offset: $0.offset, element: $0.element, score: score($0.element)) }
            .sorted { $0.score != $1.score ? $0.score > $1.score : $0.offset < $1.offset }
            .prefix(count).map { ($0.element, $0.score) }
    }
}

/// The best texts that have ended so far, as many as there are beams that compete, and whether they can still be bettered.
struct BeamHypotheses {
    /// What transformers adds to the scores of what must not win.
    static let hopeless: Float = -1e9

    private struct Hypothesis {
        /// Nil in a place that no text has taken yet.
        var text: TokenSequence?
        var score = BeamHypotheses.hopeless
    }

    private let count: Int
    private let lengthPenalty: Double
    private let earlyStopping: GenerationConfiguration.EarlyStopping
    private let maxNewTokens: Int
    /// The best first.
    private var kept: [Hypothesis]
    private var isImprovable = true

    /// - Parameter count: how many are kept.
    init(_ options: GenerationOptions, count: Int) {
        self.count = count
        lengthPenalty = options.lengthPenalty
        earlyStopping = options.earlyStopping
        maxNewTokens = options.maxNewTokens
        kept = Array(repeating: Hypothesis(), count: count)
    }

    /// Whether no text gets in any more.
    var isClosed: Bool { earlyStopping == .always && kept.allSatisfy { $0.text != nil } }

    /// Takes in candidates that ended, if they are better than those before.
    /// - Parameters:
    ///   - ended: those among the best of their step, best first.
    ///   - newCount: the length of their texts.
    ///   - text: a candidate's text.
    mutating func add(_ ended: [BeamCandidate], newCount: Int, text: (BeamCandidate) -> TokenSequence) {
        guard !isClosed, isImprovable, !ended.isEmpty else { return }
        let penalty = penalty(newCount)
        kept += ended.map { Hypothesis(text: text($0), score: $0.score / penalty) }
        kept = kept.largest(count, by: \.score).map(\.element)
    }

    /// Whether a text that goes on may still get in.
    /// - Parameters:
    ///   - best: the highest sum of log-probabilities that counts as possible.
    ///   - newCount: the length of their texts.
    mutating func canImprove(by best: Float, newCount: Int) -> Bool {
        let length = earlyStopping == .never && lengthPenalty > 0 ? maxNewTokens : newCount
        let possible = best / penalty(length)
        let worst = kept.map(\.score).min() ?? Self.hopeless
        isImprovable = isImprovable && kept.contains { possible > ($0.text != nil ? worst : Self.hopeless) }
        return isImprovable
    }

    /// The best texts.
    func best(_ count: Int) -> [(text: TokenSequence, score: Float)] {
        kept.prefix(count).compactMap { hypothesis in hypothesis.text.map { ($0, hypothesis.score) } }
    }

    private func penalty(_ length: Int) -> Float { Float(pow(Double(length), lengthPenalty)) }
}
