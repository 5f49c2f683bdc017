/// Keeps the likeliest tokens, and those that are as likely as the last of them.
struct TopK: ScoreStep {
    let count: Int

    func apply(to scores: Scores, after tokens: TokenSequence) {
        guard count < scores.count else { return }
        var largest = LargestScores(count)
        largest.offer(scores)
        if let smallest = largest.smallest { scores.ruleOut(below: smallest) }
    }
}
