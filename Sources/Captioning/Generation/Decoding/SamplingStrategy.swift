import Foundation
import Randomness

/// Draws tokens at random; several texts are drawn apart from each other, and in the order in which they were begun.
struct SamplingStrategy: DecodingStrategy {
    private let processors: LogitsProcessors
    private let end: StoppingCriteria
    private var random: [SamplingRandom]
    /// The texts that are not at their end, by number, one for each hypothesis.
    private var running: [Int]
    private(set) var results: [GeneratedSequence]
    private let returnsScores: Bool

    init(
        _ options: GenerationOptions, _ sampling: GenerationOptions.Sampling, processors: LogitsProcessors,
        end: StoppingCriteria
    ) {
        let count = options.returnedSequences
        (self.processors, self.end) = (processors, end)
        returnsScores = options.returnsScores
        let seed = sampling.seed ?? .random(in: .min ... .max)
        random = (0..<count).map { SamplingRandom(seed: seed, stream: UInt64($0)) }
        running = Array(0..<count)
        results = Array(repeating: GeneratedSequence(ids: [], score: nil), count: count)
    }

    mutating func advance(_ hypotheses: [ScoredHypothesis]) -> [Continuation] {
        let own = returnsScores ? hypotheses.map { LogProbabilities($0.logits) } : []
        for hypothesis in hypotheses { processors.apply(to: hypothesis.logits, after: hypothesis.tokens) }
        // All texts begin in the one first hypothesis.
        let isFirst = hypotheses.count < running.count
        var (goingOn, continuations): ([Int], [Continuation]) = ([], [])
        for (index, text) in running.enumerated() {
            let parent = isFirst ? 0 : index
            let tokens = hypotheses[parent].tokens
            let token = hypotheses[parent].logits.draw(using: &random[text])
            let logProbability = returnsScores ? own[parent][token] : 0
            if end.isReached(by: token, after: tokens) {
                results[text] = GeneratedSequence(
                    ids: tokens.new + [token], score: nil,
                    logProbability: returnsScores ? tokens.logProbability + logProbability : nil)
            } else {
                goingOn.append(text)
                continuations.append(Continuation(parent: parent, token: token, logProbability: logProbability))
            }
        }
        running = goingOn
        return continuations
    }

    /// Those of the first text.
    func certainTokens(_ hypotheses: [TokenSequence]) -> [Int] {
        guard running.first == 0 else { return results.first?.ids ?? [] }
        return Array(hypotheses.first?.new ?? [])
    }
}

/// Random numbers that a seed repeats on every machine (SplitMix64; Steele, Lea and Flood 2014).
struct SamplingRandom: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameter stream: tells sequences of one seed apart.
    init(seed: UInt64, stream: UInt64 = 0) {
        state = SplitMix64.mix(seed) &+ SplitMix64.mix(stream &* 0xD1B5_4A32_D192_ED03)
    }

    mutating func next() -> UInt64 {
        state &+= SplitMix64.step
        return SplitMix64.mix(state)
    }

    /// Evenly distributed over 0 ..< 1.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number of the standard Gumbel distribution.
    ///
    /// The k largest of scores with such numbers added are k draws without replacement, in their order, by the scores'
    /// exponentials (Kool et al. 2019, arXiv:1903.06059).
    mutating func gumbel() -> Double { -log(-log((Double(next() >> 11) + 0.5) * 0x1p-53)) }
}

extension Logits {
    /// A token, each as likely as the exponential of its score; 0 where all are ruled out.
    func draw(using random: inout SamplingRandom) -> Int {
        let highest = self.highest
        guard highest.isFinite else { return indexOfHighest }
        let wanted = random.uniform() * Double(sumOfExponentials(shift: highest))
        var (sum, start, last) = (0.0, 0, indexOfHighest)
        while start < count {
            var block = SIMD16<Float>(repeating: -.infinity)
            let end = Swift.min(start + block.scalarCount, count)
            for index in start..<end { block[index - start] = self[index] - highest }
            let shares = block.exponential()
            for index in start..<end where shares[index - start] > 0 {
                sum += Double(shares[index - start])
                last = index
                if sum > wanted { return index }
            }
            start = end
        }
        // Both sums are rounded; this is where they are less than a rounding apart.
        return last
    }
}
