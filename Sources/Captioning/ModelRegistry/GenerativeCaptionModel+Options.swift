import Captioning
import Generation
import Tokenization

extension GenerativeCaptionModel {
    /// What the model is asked to generate: the checkpoint's own defaults, and over them what the caller wants.
    ///
    /// - Parameter prompt: what the model makes of the caller's prompt; nil for none.
    /// - Throws: `invalidOption` for what the model cannot do.
    func generationOptions(_ options: CaptionOptions, _ prompt: Prompt?) throws(CaptionError) -> GenerationOptions {
        if let detail = options.detail, !model.knowsDetails {
            throw CaptionError(
                .invalidOption,
                "detail is \(detail.rawValue), but \(model.architecture) captions in one length only: leave detail out, or take a "
                    + "model that knows it, Florence-2.")
        }
        let newTokens = prompt?.newTokens
        let prompt = prompt?.ids
        let promptLength = prompt?.count ?? 1
        let room = model.decoder.maximumNewTokens(promptLength: promptLength)
        guard room >= 1 else {
            throw CaptionError(
                .invalidOption,
                "The prompt has \(promptLength) tokens; this model has room for \(promptLength + room - 1). Shorten it."
            )
        }
        var result = model.decoder.defaultOptions(promptIDs: prompt, newTokens: newTokens)
        let (least, most) = try self.newTokens(options, behind: model.decoder.contextLength(promptIDs: prompt))
        result.maxNewTokens = most ?? min(max(result.maxNewTokens, least ?? 0), room)
        result.minNewTokens = least ?? min(result.minNewTokens, result.maxNewTokens)
        result.apply(options, defaults: model.decoder.generation)
        if let words = options.badWords { result.badWords = tokens(ofWords: words) }
        result.stopStrings = options.stop.map { strings in
            StopStrings(strings) { [tokenizer] in tokenizer.decode($0, skippingSpecialTokens: true) }
        }
        do {
            try model.decoder.check(result)
        } catch {
            throw CaptionError(.invalidOption, error.message, cause: error)
        }
        return result
    }

    /// The fewest and the most new tokens that a caller asks for, whichever way; nil where it does not.
    ///
    /// - Parameter contextLength: tokens in front of the first new one, which `max_length` and `min_length` count too.
    private func newTokens(
        _ options: CaptionOptions, behind contextLength: Int
    ) throws(CaptionError) -> (least: Int?, most: Int?) {
        let most = options.maxNewTokens ?? options.maxLength.map { $0 - contextLength }
        if let most, most < 1 {
            throw CaptionError(
                .invalidOption,
                "max_length is \(most + contextLength); what stands in front of the caption takes \(contextLength) of it. "
                    + "Ask for more, or for max_new_tokens.")
        }
        let least = options.minNewTokens ?? options.minLength.map { max(0, $0 - contextLength) }
        if let least, let most, least > most {
            throw CaptionError(
                .invalidOption,
                "At least \(least) new tokens were asked for, and at most \(most). Ask for fewer, or more.")
        }
        return (least, most)
    }

    /// The runs of tokens by which words may appear in a text: at its beginning, and behind a space.
    func tokens(ofWords words: [String]) -> [[Int]] {
        var runs: [[Int]] = []
        for run in words.flatMap({ [$0, " " + $0] }).map({ tokenizer.encode($0, addingSpecialTokens: false) })
        where !run.isEmpty && !runs.contains(run) {
            runs.append(run)
        }
        return runs
    }
}

extension GenerationOptions {
    /// Takes over what a caller wants, but for prompt, length and words, which need the tokenizer.
    fileprivate mutating func apply(_ options: CaptionOptions, defaults: GenerationConfiguration) {
        beamCount = options.beamCount ?? beamCount
        beamGroupCount = options.beamGroupCount ?? beamGroupCount
        diversityPenalty = options.diversityPenalty ?? diversityPenalty
        returnedSequences = options.captionCount ?? returnedSequences
        lengthPenalty = options.lengthPenalty ?? lengthPenalty
        switch options.earlyStopping {
        case .always: earlyStopping = .always
        case .heuristic: earlyStopping = .heuristic
        case .never: earlyStopping = .never
        case nil: break
        }
        switch options.isSampled {
        case true?: sampling = Sampling(options, defaults: defaults)
        case false?: sampling = nil
        case nil: break
        }
        repetitionPenalty = options.repetitionPenalty ?? repetitionPenalty
        noRepeatNgramSize = options.noRepeatNgramSize ?? noRepeatNgramSize
        suppressedTokens = options.suppressedTokens ?? suppressedTokens
        suppressedFirstTokens = options.suppressedFirstTokens ?? suppressedFirstTokens
        forcedFirstToken = options.forcedFirstToken ?? forcedFirstToken
        forcedLastTokens = options.forcedLastTokens ?? forcedLastTokens
        returnsScores = options.returnScores ?? false
    }
}

extension GenerationOptions.Sampling {
    fileprivate init(_ options: CaptionOptions, defaults: GenerationConfiguration) {
        self.init(defaultsOf: defaults)
        // Logits are divided by it: below this they would no longer be finite, and the likeliest wins all the same.
        if let temperature = options.temperature { self.temperature = max(temperature, 1e-6) }
        if let topK = options.topK { self.topK = topK == 0 ? nil : topK }
        topP = options.topP ?? topP
        minP = options.minP ?? minP
        typicalP = options.typicalP ?? typicalP
        epsilonCutoff = options.epsilonCutoff ?? epsilonCutoff
        etaCutoff = options.etaCutoff ?? etaCutoff
        seed = options.seed.map(UInt64.init)
    }
}
