import Foundation
import Randomness

/// The random numbers of one sequence: the same seed and stream give the same ones on every machine.
struct SampleRandom: RandomNumberGenerator {
    private var generator: SplitMix64

    /// - Parameter stream: tells sequences of one seed apart.
    init(seed: UInt64, stream: UInt64 = 0) {
        generator = SplitMix64(seed: SplitMix64.mix(seed) &+ SplitMix64.mix(stream &* 0xD1B5_4A32_D192_ED03))
    }

    mutating func next() -> UInt64 { generator.next() }

    /// Evenly distributed over 0 ..< 1.
    mutating func uniform() -> Double { generator.nextUnit() }

    /// A number of the standard Gumbel distribution.
    ///
    /// The k largest of scores with such numbers added are k draws without replacement, in their order, by the scores'
    /// exponentials (Kool et al. 2019, arXiv:1903.06059).
    mutating func gumbel() -> Double { -log(-log((Double(next() >> 11) + 0.5) * 0x1p-53)) }
}

extension Scores {
    /// A token, each as likely as the exponential of its score; 0 where all are ruled out.
    func draw(using random: inout SampleRandom) -> Int {
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
