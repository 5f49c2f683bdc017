public import Captioning
public import ONNXRuntime

extension Blip2Model {
    /// Generates behind pictures and prompts, until every row has ended.
    /// - Parameters:
    ///   - languageInputs: [B, Q, H], from ``encode(_:cancellation:)``.
    ///   - options: one for each row.
    /// - Returns: the rows in the order of the pictures.
    /// - Throws: ``Blip2Error`` for options that do not fit the model, a cancelled run, or numbers that are not finite,
    ///   `ONNXRuntimeError`.
    public func generate(
        _ languageInputs: Tensor, _ options: [GenerationOptions], cancellation: Cancellation? = nil
    ) throws -> [DecodingBatch.FinishedRow] {
        let batch = DecodingBatch(self)
        _ = try batch.join(languageInputs, options, cancellation: cancellation)
        let rows = try batch.finish(cancellation: cancellation)
        if let failure = rows.lazy.compactMap(\.failure).first { throw failure }
        return rows
    }

    /// The most new tokens that fit behind the picture and a prompt of `promptLength` tokens.
    ///
    /// Behind an encoder, new tokens have positions of their own, and there is room for all or, where picture and prompt do
    /// not fit into the encoder, for less than one.
    public func maximumNewTokens(promptLength: Int) -> Int {
        source.maximumNewTokens(promptLength: promptLength)
    }

    /// What the checkpoint asks for behind a prompt, with no more new tokens than there is room for.
    /// - Parameter promptIDs: as in the options.
    public func defaultOptions(promptIDs: [Int]? = nil) -> GenerationOptions {
        var options = GenerationOptions(
            defaultsOf: generation, contextLength: contextLength(promptIDs: promptIDs), startsTexts: startsTexts)
        let room = maximumNewTokens(promptLength: (promptIDs ?? configuration.text.defaultPromptIDs).count)
        options.maxNewTokens = max(1, min(options.maxNewTokens, room))
        options.promptIDs = promptIDs
        return options
    }

    /// Whether texts begin with a start token: in decoders behind an encoder.
    var startsTexts: Bool { configuration.text.decoderStartTokenID != nil }

    /// What transformers' logits processors see in front of the new tokens: behind an encoder the start token; else the
    /// tokens that stand for the picture, where the checkpoint has one for that, and the prompt.
    func decoderContext(prompt: [Int]) -> [Int] {
        if let start = configuration.text.decoderStartTokenID { return [start] }
        guard let image = configuration.imageTokenIndex else { return prompt }
        return Array(repeating: image, count: configuration.queryTokenCount) + prompt
    }

    /// Tokens in front of the first new one, as `max_length` counts them.
    func contextLength(promptIDs: [Int]?) -> Int {
        if startsTexts { return 1 }
        return configuration.queryTokenCount + (promptIDs ?? configuration.text.defaultPromptIDs).count
    }

    /// Finds out at no cost whether a row with these options may join a batch.
    /// - Throws: `invalidInput` for a prompt or a length that does not fit the model, `invalidOption` for what no model
    ///   can do.
    public func check(_ options: GenerationOptions) throws(Blip2Error) {
        _ = try prompt(options)
    }

    /// The token ids behind the picture, at least one, each within the vocabulary, with room for the new ones.
    func prompt(_ options: GenerationOptions) throws(Blip2Error) -> [Int] {
        let prompt = options.promptIDs ?? configuration.text.defaultPromptIDs
        guard !prompt.isEmpty else { throw Blip2Error(.invalidInput, "A prompt needs at least one token.") }
        let vocabulary = 0..<configuration.text.vocabularySize
        if let stranger = prompt.first(where: { !vocabulary.contains($0) }) {
            throw Blip2Error(
                .invalidInput, "The prompt holds the token \(stranger); this model knows 0 to \(vocabulary.count - 1).")
        }
        let most = maximumNewTokens(promptLength: prompt.count)
        guard options.maxNewTokens >= 1, options.maxNewTokens <= most else {
            throw Blip2Error(
                .invalidInput,
                "\(options.maxNewTokens) new tokens were asked for; behind this prompt the model has room for \(most).")
        }
        try options.validate(vocabularySize: vocabulary.count)
        guard options.forcedFirstToken == nil || startsTexts else {
            throw Blip2Error(
                .invalidOption,
                "forced_bos_token_id has no effect on this language model, whose texts have no start token: let the "
                    + "prompt begin the text.")
        }
        return prompt
    }

    /// Each picture as the decoder takes it: [1, Q, E], over the memory of `languageInputs`.
    ///
    /// Where the embeddings are narrower than the layers, transformers fills the places of the image tokens with the
    /// language inputs read straight on (`masked_scatter`), without a projection; so do we, for each picture as if it
    /// were alone.
    func imageEmbeddings(_ languageInputs: Tensor) throws -> [Tensor] {
        let shape = [1, configuration.queryTokenCount, configuration.text.wordEmbeddingSize]
        return try (0..<languageInputs.shape[0]).map { try languageInputs.rows($0..<$0 + 1).view(shape: shape) }
    }
}

extension DecodingBatch {
    /// Steps until every row has ended.
    /// - Returns: the rows in the order in which they joined.
    func finish(cancellation: Cancellation? = nil) throws -> [FinishedRow] {
        while rowCount > 0 { try step(cancellation: cancellation) }
        return takeFinished().sorted { $0.id.number < $1.id.number }
    }
}

extension Blip2Model {
    /// Runs networks, unless the work was cancelled already; a failure after a cancellation is a `CancellationError`.
    /// - Parameter body: is given what the networks' runs have to be given.
    func cancellable<Result>(_ cancellation: Cancellation?, _ body: (RunOptions?) throws -> Result) throws -> Result {
        guard let cancellation else { return try body(nil) }
        let options = try RunOptions(runtime: runtime)
        return try cancellation.withHandler(stop: options.cancel) { try body(options) }
    }
}
