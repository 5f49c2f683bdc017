/// One thing that changes the scores of the next token, as one of transformers' logits processors.
protocol ScoreStep: Sendable {
    /// - Parameters:
    ///   - scores: [V], changed in place; -∞ rules a token out.
    ///   - tokens: what stands in front of the next token.
    func apply(to scores: Scores, after tokens: TokenSequence)
}

/// The tokens of one branch as transformers' logits processors see them.
struct TokenSequence: Equatable {
    /// The context, and the new tokens behind it.
    private(set) var ids: [Int]
    /// How many tokens are not new: image tokens and prompt, or the start token of a decoder behind an encoder.
    let contextCount: Int

    init(context: [Int]) {
        ids = context
        contextCount = context.count
    }

    var new: ArraySlice<Int> { ids[contextCount...] }
    var newCount: Int { ids.count - contextCount }
    var last: Int { ids.last ?? 0 }

    mutating func append(_ id: Int) { ids.append(id) }

    func appending(_ id: Int) -> TokenSequence {
        var copy = self
        copy.append(id)
        return copy
    }

    /// How many new tokens two branches of one text have in common from the first one on.
    func commonNewCount(_ other: TokenSequence) -> Int {
        zip(new, other.new).prefix { $0 == $1 }.count
    }
}

/// All that changes the scores of a text's next token, in transformers' order.
///
/// Source: `GenerationMixin._get_logits_processor` of transformers 5.23.
struct ScoreSteps {
    let steps: [any ScoreStep]

    /// - Parameter endTokens: what ends the text.
    init(_ options: GenerationOptions, endTokens: [Int]) {
        var steps: [any ScoreStep] = []
        if options.repetitionPenalty != 1 { steps.append(RepetitionPenalty(penalty: Float(options.repetitionPenalty))) }
        if options.noRepeatNgramSize > 0 { steps.append(NoRepeatNgrams(size: options.noRepeatNgramSize)) }
        if !options.badWords.isEmpty { steps.append(BadWords(options.badWords, endTokens: endTokens)) }
        if options.minNewTokens > 0, !endTokens.isEmpty {
            steps.append(MinimumLength(newTokens: options.minNewTokens, endTokens: endTokens))
        }
        if let first = options.forcedFirstToken { steps.append(ForcedFirstToken(token: first)) }
        if !options.forcedLastTokens.isEmpty {
            steps.append(ForcedLastTokens(tokens: options.forcedLastTokens, newTokens: options.maxNewTokens))
        }
        if let sampling = options.sampling {
            // Beams need a token each that does not end them.
            let kept = options.beamCount > 1 ? max(2, endTokens.count + 1) : 1
            if sampling.temperature != 1 { steps.append(Temperature(temperature: Float(sampling.temperature))) }
            if let topK = sampling.topK { steps.append(TopK(count: max(topK, kept))) }
            if sampling.topP < 1 { steps.append(TopP(probability: sampling.topP, kept: kept)) }
            if let minP = sampling.minP { steps.append(MinP(share: minP, kept: kept)) }
        }
        self.steps = steps
    }

    func apply(to scores: Scores, after tokens: TokenSequence) {
        for step in steps { step.apply(to: scores, after: tokens) }
    }
}
