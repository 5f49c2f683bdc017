/// Rules out every token that would complete a run of `size` tokens which has occurred before, in the prompt too.
struct NoRepeatNgrams: ScoreStep {
    let size: Int

    func apply(to scores: Scores, after tokens: TokenSequence) {
        let ids = tokens.ids
        guard ids.count >= size else { return }
        let begun = ids.suffix(size - 1)
        for start in 0...ids.count - size {
            let last = ids[start + size - 1]
            if scores.indices.contains(last), ids[start..<start + size - 1].elementsEqual(begun) {
                scores[last] = -.infinity
            }
        }
    }
}
