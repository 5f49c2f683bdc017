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
        let wanted = probability * Double(scores.sumOfExponentials(shift: highest))
        // Nearly always few tokens have most of the probability, so that the others need not be sorted.
        var count = max(64, kept)
        while true {
            var largest = LargestScores(min(count, scores.count))
            largest.offer(scores)
            let sorted = largest.sorted
            if let staying = staying(sorted, of: wanted, highest: highest) {
                scores.update(repeating: -.infinity)
                for entry in sorted[..<staying] { scores[entry.index] = entry.score }
                return
            }
            guard sorted.count == count, count < scores.count else { return }
            count *= 8
        }
    }

    /// How many of the likeliest tokens stay; nil where that takes more of them.
    private func staying(_ sorted: [LargestScores.Entry], of wanted: Double, highest: Float) -> Int? {
        var sum = 0.0
        for (rank, entry) in sorted.enumerated() {
            if sum >= wanted, rank >= kept { return rank }
            sum += Double((SIMD16(repeating: entry.score - highest).exponential())[0])
        }
        return nil
    }
}
