/// Keeps the likeliest tokens that have a probability together (Holtzman et al. 2020, arXiv:1904.09751).
///
/// A token stays as long as those before it have less than that probability.
struct TopP: ScoreStep {
    let probability: Double
    /// So many stay whatever their probability.
    let kept: Int

    func apply(to scores: Scores, after tokens: TokenSequence) {
        let highest = scores.highest
        guard highest.isFinite else { return }
        var largest = LargestScores(kept)
        largest.offer(scores)

        // Only the tokens of one bin are put in their order: all of those above stay, and none of those below.
        let bins = ScoreBins(scores, highest: highest)
        let (bin, above) = bins.bin(reaching: probability)
        var wanted = probability * bins.total - above
        var inBin = LargestScores(max(1, bins.counts[bin]))
        for index in scores.indices {
            switch ScoreBins.bin(of: scores[index], highest: highest) {
            case ..<bin: break
            case bin: inBin.offer(scores[index], index: index)
            default: scores[index] = -.infinity
            }
        }
        for entry in inBin.sorted {
            if wanted <= 0 { scores[entry.index] = -.infinity }
            wanted -= Double(SIMD16(repeating: entry.score - highest).exponential()[0])
        }
        for entry in largest.sorted { scores[entry.index] = entry.score }
    }
}

/// Scores, sorted coarsely: how much probability lies how far below the highest score.
private struct ScoreBins {
    /// Bins for a difference of 1 in the scores.
    private static let resolution: Float = 64
    /// The last bin has everything that is so much less likely that it hardly counts.
    private static let last = 2047

    private(set) var counts = Array(repeating: 0, count: last + 1)
    private var sums = Array(repeating: 0.0, count: last + 1)
    /// The sum of all exponentials.
    private(set) var total = 0.0

    init(_ scores: Scores, highest: Float) {
        var start = 0
        while start < scores.count {
            var block = SIMD16<Float>(repeating: -.infinity)
            let end = min(start + block.scalarCount, scores.count)
            for index in start..<end { block[index - start] = scores[index] - highest }
            let shares = block.exponential()
            for index in start..<end where shares[index - start] > 0 {
                let bin = Self.bin(of: scores[index], highest: highest)
                counts[bin] += 1
                sums[bin] += Double(shares[index - start])
            }
            start = end
        }
        total = sums.reduce(0, +)
    }

    static func bin(of score: Float, highest: Float) -> Int {
        let depth = (highest - score) * resolution
        return depth < Float(last) ? Int(depth) : last
    }

    /// The bin in which a share of the total is reached, and the sum of those above.
    func bin(reaching share: Double) -> (bin: Int, above: Double) {
        var above = 0.0
        for (bin, sum) in sums.enumerated() {
            if above + sum >= share * total { return (bin, above) }
            above += sum
        }
        return (Self.last, above - sums[Self.last])
    }
}
