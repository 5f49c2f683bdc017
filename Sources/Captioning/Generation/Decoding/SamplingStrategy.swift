import Foundation

/// Draws tokens at random; several texts are drawn apart from each other, and in the order in which they were begun.
struct SamplingStrategy: DecodingStrategy {
    private let processors: LogitsProcessors
    private let end: StoppingCriteria
    private var random: [SamplingRandom]
    /// The texts that are not at their end, by number, one for each hypothesis.
    private var running: [Int]
    private var texts: [[Int]]

    init(_ sampling: GenerationOptions.Sampling, count: Int, processors: LogitsProcessors, end: StoppingCriteria) {
        (self.processors, self.end) = (processors, end)
        let seed = sampling.seed ?? .random(in: .min ... .max)
        random = (0..<count).map { SamplingRandom(seed: seed, stream: UInt64($0)) }
        running = Array(0..<count)
        texts = Array(repeating: [], count: count)
    }

    var results: [GeneratedSequence] { texts.map { GeneratedSequence(ids: $0, score: nil) } }

    mutating func advance(_ hypotheses: [ScoredHypothesis]) -> [Continuation] {
        for hypothesis in hypotheses { processors.apply(to: hypothesis.logits, after: hypothesis.tokens) }
        // All texts begin in the one first hypothesis.
        let isFirst = hypotheses.count < running.count
        var (goingOn, continuations): ([Int], [Continuation]) = ([], [])
        for (index, text) in running.enumerated() {
            let parent = isFirst ? 0 : index
            let tokens = hypotheses[parent].tokens
            let token = hypotheses[parent].logits.draw(using: &random[text])
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
    func certainTokens(_ hypotheses: [TokenSequence]) -> [Int] {
        guard running.first == 0 else { return texts.first ?? [] }
        return Array(hypotheses.first?.new ?? [])
    }
}

/// Random numbers that a seed repeats on every machine (SplitMix64; Steele, Lea and Flood 2014).
struct SamplingRandom: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameter stream: tells sequences of one seed apart.
    init(seed: UInt64, stream: UInt64 = 0) {
        state = Self.mix(seed) &+ Self.mix(stream &* 0xD1B5_4A32_D192_ED03)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    private static func mix(_ state: UInt64) -> UInt64 {
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
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
