/// Makes tokens that have occurred, in the prompt too, less likely (Keskar et al. 2019, arXiv:1909.05858).
struct RepetitionPenalty: ScoreStep {
    let penalty: Float

    func apply(to scores: Scores, after tokens: TokenSequence) {
        for id in Set(tokens.ids) where scores.indices.contains(id) {
            scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty
        }
    }
}
