import Captioning
import Generation
import Tokenization

extension GenerativeCaptionModel {
    /// What the model is asked to generate: the checkpoint's own defaults, and over them what the caller wants.
    ///
    /// - Throws: `invalidOption` for what the model cannot do.
    func generationOptions(_ options: CaptionOptions) throws(CaptionError) -> GenerationOptions {
        let prompt = try promptIDs(options.prompt)
        let promptLength = prompt?.count ?? 1
        let room = model.decoder.maximumNewTokens(promptLength: promptLength)
        guard room >= 1 else {
            throw CaptionError(
                .invalidOption,
                "The prompt has \(promptLength) tokens; this model has room for \(promptLength + room - 1). Shorten it."
            )
        }
        var result = model.decoder.defaultOptions(promptIDs: prompt)
        result.maxNewTokens =
            options.maxNewTokens ?? min(max(result.maxNewTokens, options.minNewTokens ?? 0), room)
        result.minNewTokens = options.minNewTokens ?? min(result.minNewTokens, result.maxNewTokens)
        result.apply(options.search)
        result.apply(options.repetition)
        result.apply(options.sampling, defaults: model.decoder.generation)
        do {
            try model.decoder.check(result)
        } catch {
            throw CaptionError(.invalidOption, error.message, cause: error)
        }
        return result
    }

    /// The tokens behind the picture; nil for none but the one that every text begins with.
    ///
    /// The prompt stands there as the tokenizer writes it, its special tokens included, as transformers' `Blip2Processor`
    /// has it; that puts the image tokens in front, which here is the picture itself.
    func promptIDs(_ prompt: String?) throws(CaptionError) -> [Int]? {
        guard let prompt, !prompt.isEmpty else { return nil }
        let ids = tokenizer.encode(prompt, addingSpecialTokens: true)
        if let image = model.decoder.imageTokenID, ids.contains(image) {
            throw CaptionError(
                .invalidOption,
                "The prompt holds the token that stands for the picture. Leave it out: the picture is always in front.")
        }
        return ids
    }
}

extension GenerationOptions {
    fileprivate mutating func apply(_ search: CaptionOptions.Search) {
        beamCount = search.beamCount ?? beamCount
        returnedSequences = search.captionCount ?? returnedSequences
        lengthPenalty = search.lengthPenalty ?? lengthPenalty
        switch search.earlyStopping {
        case .always: earlyStopping = .always
        case .heuristic: earlyStopping = .heuristic
        case .never: earlyStopping = .never
        case nil: break
        }
    }

    fileprivate mutating func apply(_ repetition: CaptionOptions.Repetition) {
        repetitionPenalty = repetition.penalty ?? repetitionPenalty
        noRepeatNgramSize = repetition.noRepeatNgramSize ?? noRepeatNgramSize
    }

    fileprivate mutating func apply(_ wanted: CaptionOptions.Sampling, defaults: GenerationConfiguration) {
        guard let isOn = wanted.isOn else { return }
        guard isOn else {
            sampling = nil
            return
        }
        var drawing = Sampling(defaultsOf: defaults)
        // Logits are divided by it: below this they would no longer be finite, and the likeliest wins all the same.
        if let temperature = wanted.temperature { drawing.temperature = max(temperature, 1e-6) }
        if let topK = wanted.topK { drawing.topK = topK == 0 ? nil : topK }
        drawing.topP = wanted.topP ?? drawing.topP
        drawing.seed = wanted.seed.map(UInt64.init)
        sampling = drawing
    }
}
