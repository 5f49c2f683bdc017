/// Makes likely tokens likelier, below 1, or all tokens more alike, above.
struct Temperature: ScoreStep {
    let temperature: Float

    func apply(to scores: Scores, after tokens: TokenSequence) {
        scores.divide(by: temperature)
    }
}
