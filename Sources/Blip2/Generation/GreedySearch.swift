/// The tokens of one row, each the one with the highest score, as transformers' greedy search has it.
struct GreedySearch {
    let maxNewTokens: Int
    let minNewTokens: Int
    let endTokens: [Int]

    /// New tokens so far, the end token included.
    private(set) var ids: [Int] = []

    /// Whether nothing is left to generate.
    private(set) var isFinished = false

    /// Takes the scores of the next token, [V], and returns the token that the row goes on with.
    mutating func choose(_ scores: UnsafeBufferPointer<Float>) -> Int {
        let token = best(scores, canEnd: ids.count >= minNewTokens)
        ids.append(token)
        isFinished = ids.count >= maxNewTokens || endTokens.contains(token)
        return token
    }

    /// The first index of the highest score; end tokens only where the row may end.
    private func best(_ scores: UnsafeBufferPointer<Float>, canEnd: Bool) -> Int {
        var best = 0
        var bestScore = -Float.infinity
        for (index, score) in scores.enumerated() where score > bestScore && (canEnd || !endTokens.contains(index)) {
            best = index
            bestScore = score
        }
        return best
    }
}
