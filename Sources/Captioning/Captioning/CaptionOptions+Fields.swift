extension CaptionOptions {
    /// A number that a request may carry: its name, where it stands in the options, and what it may be for every model.
    public struct NumberField<Number: Comparable & Sendable & LosslessStringConvertible>: Sendable {
        /// The field's name in a form, which is that of transformers' `generate`.
        public let name: String
        /// Where the number stands.
        public let place: any WritableKeyPath<CaptionOptions, Number?> & Sendable
        /// What it may be.
        public let range: ClosedRange<Number>

        init(
            _ name: String, _ place: any WritableKeyPath<CaptionOptions, Number?> & Sendable,
            _ range: ClosedRange<Number>
        ) {
            self.name = name
            self.place = place
            self.range = range
        }
    }

    /// The whole numbers that a request may carry. How many tokens there may be is the model's to say.
    public static let wholeNumbers: [NumberField<Int>] = [
        .init("max_new_tokens", \.maxNewTokens, 1 ... .max),
        .init("min_new_tokens", \.minNewTokens, 0 ... .max),
        .init("num_beams", \.search.beamCount, 1...16),
        .init("num_return_sequences", \.search.captionCount, 1...16),
        .init("no_repeat_ngram_size", \.repetition.noRepeatNgramSize, 0...100),
        .init("top_k", \.sampling.topK, 0...1_000_000),
        // What any reader of JSON takes for the number that it is.
        .init("seed", \.sampling.seed, 0...(1 << 53) - 1),
    ]

    /// The other numbers that a request may carry.
    public static let decimals: [NumberField<Double>] = [
        .init("length_penalty", \.search.lengthPenalty, -10...10),
        .init("repetition_penalty", \.repetition.penalty, 0.01...100),
        .init("temperature", \.sampling.temperature, 0...100),
        .init("top_p", \.sampling.topP, 0...1),
    ]

    /// Refuses what no model, or not this one, can do, in a sentence that names field, value and range.
    ///
    /// - Parameter limits: the model's; nil where it is not known yet.
    /// - Throws: `invalidOption`.
    public func validate(within limits: ModelDescription.Limits? = nil) throws(CaptionError) {
        let most = limits.map { max(1, $0.maxNewTokens) } ?? .max
        for field in Self.wholeNumbers {
            let isLength = field.name == "max_new_tokens" || field.name == "min_new_tokens"
            try validate(field, within: isLength ? field.range.clamped(to: 0...most) : field.range, "a whole number")
        }
        for field in Self.decimals { try validate(field, within: field.range, "a number") }
        if let minNewTokens, let maxNewTokens, minNewTokens > maxNewTokens {
            throw Self.refusal(
                "min_new_tokens", "\(minNewTokens)", "it may be at most max_new_tokens, which is \(maxNewTokens)")
        }
    }

    private func validate<Number>(
        _ field: NumberField<Number>, within range: ClosedRange<Number>, _ kind: String
    ) throws(CaptionError) {
        guard let value = self[keyPath: field.place], !range.contains(value) else { return }
        let bounds =
            range.upperBound as? Int == .max
            ? "of \(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
        throw Self.refusal(field.name, "\(value)", "it must be \(kind) \(bounds)")
    }

    private static func refusal(_ name: String, _ value: String, _ rule: String) -> CaptionError {
        CaptionError(.invalidOption, "\(name) is \(value); \(rule).")
    }
}
