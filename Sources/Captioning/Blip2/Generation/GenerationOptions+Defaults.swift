extension GenerationOptions {
    /// What a checkpoint's `generation_config.json` asks for; what it does not say takes transformers' defaults.
    ///
    /// transformers 5 itself reads that file but does not heed it: `Blip2ForConditionalGeneration.generate` hands over
    /// to its language model, which knows `text_config` only. Whoever puts `num_beams` into the file wants beams all
    /// the same, so the file counts here, except for the special tokens; see
    /// ``GenerationConfiguration/init(_:text:)``.
    ///
    /// How many texts come back is the caller's to say, so `num_return_sequences` is not read.
    /// - Parameters:
    ///   - contextLength: tokens in front of the first new one, which `max_length` and `min_length` count too.
    ///   - fallbackNewTokens: the most new tokens where the file says nothing.
    ///   - startsTexts: whether texts begin with a start token, so that `forced_bos_token_id` has something to follow.
    public init(
        defaultsOf configuration: GenerationConfiguration, contextLength: Int, fallbackNewTokens: Int = 30,
        startsTexts: Bool = false
    ) {
        let behind = configuration.maxLength.map { $0 - contextLength }.flatMap { $0 >= 1 ? $0 : nil }
        self.init(maxNewTokens: configuration.maxNewTokens ?? behind ?? fallbackNewTokens)
        minNewTokens = configuration.minNewTokens ?? max(0, (configuration.minLength ?? 0) - contextLength)
        beamCount = configuration.numBeams ?? 1
        lengthPenalty = configuration.lengthPenalty ?? 1
        earlyStopping = configuration.earlyStopping ?? .heuristic
        sampling = configuration.doSample == true ? Sampling(defaultsOf: configuration) : nil
        repetitionPenalty = configuration.repetitionPenalty ?? 1
        noRepeatNgramSize = configuration.noRepeatNgramSize ?? 0
        badWords = configuration.badWordsIDs
        forcedFirstToken = startsTexts ? configuration.forcedBOSTokenID : nil
        forcedLastTokens = configuration.forcedEOSTokenIDs
    }
}

extension GenerationOptions.Sampling {
    /// transformers' `top_k` where neither the caller nor the checkpoint has one.
    public static let defaultTopK = 50

    /// How a checkpoint samples when it is asked to, whether `do_sample` is set in its file or not.
    public init(defaultsOf configuration: GenerationConfiguration) {
        let topK = configuration.topK ?? Self.defaultTopK
        self.init(
            temperature: configuration.temperature ?? 1, topK: topK == 0 ? nil : topK, topP: configuration.topP ?? 1,
            minP: configuration.minP)
    }
}
