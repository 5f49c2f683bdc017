/// Keeps the tokens that have at least a share of the likeliest one's probability.
struct MinP: ScoreStep {
    let share: Double
    /// So many of the likeliest stay whatever their probability.
    let kept: Int

    func apply(to scores: Scores, after tokens: TokenSequence) {
        var bound = scores.highest + logarithm(Float(share))
        if kept > 1 {
            var largest = LargestScores(kept)
            largest.offer(scores)
            if let smallest = largest.sorted.last?.score { bound = min(bound, smallest) }
        }
        scores.ruleOut(below: bound)
    }
}
