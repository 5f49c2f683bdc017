import Foundation

/// Follows the most promising texts side by side, and ranks those that ended.
///
/// Source: `GenerationMixin._beam_search` of transformers 5.24, for one picture. That version puts candidates that were drawn into
/// the order of their scores before any may end; earlier ones kept the order in which they were drawn.
struct BeamSearch: DecodingStrategy {
    private let beamCount: Int
    private let isSampled: Bool
    private let processors: LogitsProcessors
    private let end: StoppingCriteria
    private var random: SamplingRandom
    /// How many continuations are looked at in a step: enough for all beams to go on where some of them end.
    private let candidateCount: Int
    private let returnedSequences: Int
    private let returnsScores: Bool
    /// The sums of the log-probabilities of the beams that go on, largest first.
    private var running: [Float]
    private var finished: BeamHypotheses

    init(_ options: GenerationOptions, processors: LogitsProcessors, end: StoppingCriteria) {
        beamCount = options.beamCount
        isSampled = options.sampling != nil
        (self.processors, self.end) = (processors, end)
        random = SamplingRandom(seed: options.sampling?.seed ?? .random(in: .min ... .max))
        candidateCount = max(2, 1 + end.tokens.count) * options.beamCount
        returnedSequences = options.returnedSequences
        returnsScores = options.returnsScores
        // All beams begin alike; only the first may go on, so that they do not remain alike.
        running = [0] + Array(repeating: BeamHypotheses.hopeless, count: options.beamCount - 1)
        finished = BeamHypotheses(options)
    }

    /// No token is certain before the best text is known.
    func certainTokens(_ hypotheses: [TokenSequence]) -> [Int] { [] }

    private(set) var results: [GeneratedSequence] = []

    mutating func advance(_ hypotheses: [ScoredHypothesis]) -> [Continuation] {
        guard let newCount = hypotheses.first.map({ $0.tokens.newCount + 1 }) else { return [] }
        var own: [LogProbabilities] = []
        for hypothesis in hypotheses {
            hypothesis.logits.takeLogSoftmax()
            if returnsScores { own.append(LogProbabilities(hypothesis.logits, isNormalized: true)) }
            processors.apply(to: hypothesis.logits, after: hypothesis.tokens)
        }
        let candidates = candidates(hypotheses, newCount: newCount)
        func continuation(_ candidate: BeamCandidate) -> Continuation {
            Continuation(
                parent: candidate.parent, token: candidate.token,
                logProbability: returnsScores ? own[candidate.parent][candidate.token] : 0)
        }
        func text(_ candidate: BeamCandidate) -> TokenSequence {
            hypotheses[candidate.parent].tokens.appending(continuation(candidate))
        }
        finished.add(candidates, newCount: newCount, text: text)

        // Those that ended come last.
        let best = candidates.largest(beamCount) { $0.score + ($0.isAtEnd ? BeamHypotheses.hopeless : 0) }
        running = best.map(\.score)
        let canImprove = finished.canImprove(by: running.first ?? BeamHypotheses.hopeless, newCount: newCount)
        if canImprove, !finished.isClosed, !candidates.allSatisfy(\.isAtEnd) {
            return best.map { continuation($0.element) }
        }
        var found = finished.best(returnedSequences)
        if found.isEmpty, let last = best.first?.element { found = [(text(last), last.score)] }
        results = found.map { text, score in
            GeneratedSequence(
                ids: Array(text.new), score: score, logProbability: returnsScores ? text.logProbability : nil)
        }
        return []
    }

    /// The best continuations of all beams, or those that were drawn; the best first.
    private mutating func candidates(_ hypotheses: [ScoredHypothesis], newCount: Int) -> [BeamCandidate] {
        var largest = LargestScores(candidateCount)
        let size = hypotheses[0].logits.count
        for (beam, sum) in running.enumerated() {
            // At first all beams have the scores of the one hypothesis; the others matter only where it has too few.
            if beam > 0, hypotheses.count == 1, largest.count == candidateCount { break }
            let scores = hypotheses[min(beam, hypotheses.count - 1)].logits
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
            let parent = min(beam, hypotheses.count - 1)
            return BeamCandidate(
                parent: parent, token: token, score: hypotheses[parent].logits[token] + running[beam],
                isAtEnd: end.isReached(by: token, newCount: newCount))
        }
        // The draw says which may go on or end, and their scores in which order.
        if isSampled { candidates = candidates.largest(candidates.count, by: \.score).map(\.element) }
        // Where everything else is ruled out, beams go on with what is ruled out, and never win.
        while candidates.count < candidateCount {
            candidates.append(
                BeamCandidate(
                    parent: candidates.count % hypotheses.count, token: 0, score: -.infinity,
                    isAtEnd: end.isReached(by: 0, newCount: newCount)))
        }
        return candidates
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
}

extension Array {
    /// The elements of the highest scores, the highest first; of equal ones, those that stand first.
    func largest(_ count: Int, by score: (Element) -> Float) -> [(element: Element, score: Float)] {
        enumerated().map { (offset: $0.offset, element: $0.element, score: score($0.element)) }
            .sorted { $0.score != $1.score ? $0.score > $1.score : $0.offset < $1.offset }
            .prefix(count).map { ($0.element, $0.score) }
    }
}

/// The best texts that have ended so far, as many as there are beams, and whether they can still be bettered.
struct BeamHypotheses {
    /// What transformers adds to the scores of what must not win.
    static let hopeless: Float = -1e9

    private struct Hypothesis {
        /// Nil in a place that no text has taken yet.
        var text: TokenSequence?
        var score = BeamHypotheses.hopeless
    }

    private let beamCount: Int
    private let lengthPenalty: Double
    private let earlyStopping: GenerationConfiguration.EarlyStopping
    private let maxNewTokens: Int
    /// The best first.
    private var kept: [Hypothesis]
    private var isImprovable = true

    init(_ options: GenerationOptions) {
        beamCount = options.beamCount
        lengthPenalty = options.lengthPenalty
        earlyStopping = options.earlyStopping
        maxNewTokens = options.maxNewTokens
        kept = Array(repeating: Hypothesis(), count: options.beamCount)
    }

    /// Whether no text gets in any more.
    var isClosed: Bool { earlyStopping == .always && kept.allSatisfy { $0.text != nil } }

    /// Takes in the candidates that ended, if they are among the best of their step and better than those before.
    /// - Parameters:
    ///   - candidates: best first.
    ///   - newCount: the length of their texts.
    ///   - text: a candidate's text.
    mutating func add(_ candidates: [BeamCandidate], newCount: Int, text: (BeamCandidate) -> TokenSequence) {
        guard !isClosed, isImprovable else { return }
        let ended = candidates.prefix(beamCount).filter(\.isAtEnd)
        guard !ended.isEmpty else { return }
        let penalty = penalty(newCount)
        kept += ended.map { Hypothesis(text: text($0), score: $0.score / penalty) }
        kept = kept.largest(beamCount, by: \.score).map(\.element)
    }

    /// Whether a text that goes on may still get in.
    /// - Parameters:
    ///   - best: the highest sum of log-probabilities of those that go on.
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
