/// Leaves one token to follow the start token of a text.
struct ForcedFirstToken: ScoreStep {
    let token: Int

    func apply(to scores: Scores, after tokens: TokenSequence) {
        if tokens.ids.count == 1 { scores.force([token]) }
    }
}

/// Leaves these tokens, equally likely, for the last place that a text may fill.
struct ForcedLastTokens: ScoreStep {
    let tokens: [Int]
    /// The most new tokens.
    let newTokens: Int

    func apply(to scores: Scores, after tokens: TokenSequence) {
        if tokens.newCount == newTokens - 1 { scores.force(self.tokens) }
    }
}

extension Scores {
    fileprivate func force(_ tokens: [Int]) {
        update(repeating: -.infinity)
        for id in tokens where indices.contains(id) { self[id] = 0 }
    }
}
