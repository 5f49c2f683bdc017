/// Chooses each row's next token as the one with the highest score, as transformers' greedy search does.
struct GreedySearch {
    let maxNewTokens: Int
    let minNewTokens: Int
    let endTokens: Set<Int>
    /// What a row that has ended goes on with while others do not.
    let padToken: Int

    /// New tokens of each row so far; rows that ended early are filled up with the padding token.
    private(set) var rows: [[Int]]
    private var ended: [Bool]

    init(batch: Int, maxNewTokens: Int, minNewTokens: Int, endTokens: [Int], padToken: Int) {
        self.maxNewTokens = maxNewTokens
        self.minNewTokens = minNewTokens
        self.endTokens = Set(endTokens)
        self.padToken = padToken
        rows = Array(repeating: [], count: batch)
        ended = Array(repeating: false, count: batch)
    }

    /// Whether nothing is left to generate.
    var isFinished: Bool {
        rows.isEmpty || rows[0].count >= maxNewTokens || ended.allSatisfy(\.self)
    }

    /// Takes the scores of all rows, [B, V], and returns the token that each row goes on with.
    mutating func choose(_ logits: UnsafeBufferPointer<Float>, vocabularySize: Int) -> [Int] {
        for row in rows.indices {
            guard !ended[row] else {
                rows[row].append(padToken)
                continue
            }
            let scores = UnsafeBufferPointer(rebasing: logits[row * vocabularySize..<(row + 1) * vocabularySize])
            let token = best(scores, canEnd: rows[row].count >= minNewTokens)
            rows[row].append(token)
            ended[row] = endTokens.contains(token)
        }
        return rows.map { $0[$0.count - 1] }
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
