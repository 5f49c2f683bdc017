/// One row's new tokens, each the one with the highest score, as transformers' greedy search chooses.
struct GreedySearch {
    private let maxNewTokens: Int
    private let minNewTokens: Int
    private let endTokens: Set<Int>

    /// The new tokens so far.
    private(set) var ids: [Int] = []
    private var hasEnded = false
    /// What the row goes on with; 0 before anything was chosen.
    var lastID: Int { ids.last ?? 0 }

    /// - Parameter endTokens: what ends the row where `options` do not say it.
    init(_ options: GenerationOptions, endTokens: [Int]) {
        maxNewTokens = options.maxNewTokens
        minNewTokens = options.minNewTokens
        self.endTokens = Set(options.eosTokenIDs ?? endTokens)
        ids.reserveCapacity(maxNewTokens)
    }

    /// Whether nothing is left to generate.
    var isFinished: Bool { hasEnded || ids.count >= maxNewTokens }

    /// Chooses the next token by the scores of the whole vocabulary, [V].
    mutating func choose(_ scores: UnsafeBufferPointer<Float>) {
        let token = best(scores, canEnd: ids.count >= minNewTokens)
        ids.append(token)
        hasEnded = endTokens.contains(token)
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
