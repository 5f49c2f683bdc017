/// Rules out end tokens until there are enough new tokens.
struct MinimumLength: ScoreStep {
    let newTokens: Int
    let endTokens: [Int]

    func apply(to scores: Scores, after tokens: TokenSequence) {
        guard tokens.newCount < newTokens else { return }
        for id in endTokens where scores.indices.contains(id) { scores[id] = -.infinity }
    }
}
