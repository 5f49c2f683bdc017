/// Rules out the last token of each run that must not occur, wherever the others stand in front.
struct BadWords: ScoreStep {
    private let words: [[Int]]

    /// A word that is nothing but an end token is no bad word.
    init(_ words: [[Int]], endTokens: [Int]) {
        self.words = words.filter { word in !endTokens.contains { word == [$0] } }
    }

    func apply(to scores: Scores, after tokens: TokenSequence) {
        for word in words {
            guard let last = word.last, scores.indices.contains(last) else { continue }
            let begun = word.dropLast()
            if tokens.ids.count >= begun.count, tokens.ids.suffix(begun.count).elementsEqual(begun) {
                scores[last] = -.infinity
            }
        }
    }
}
