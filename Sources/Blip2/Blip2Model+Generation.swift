public import ONNXRuntime

extension Blip2Model {
    /// What the language model wrote.
    public struct Generation: Sendable {
        /// New tokens of each row; rows that ended early are filled up with the padding token.
        public let ids: [[Int]]
        /// [B, V], row after row: the scores of the first new token.
        public let firstLogits: [Float]
        /// The first step: picture and prompt.
        public let prefillTime: Duration
        /// All further steps.
        public let decodeTime: Duration
    }

    /// Generates greedily behind the picture and the prompt.
    /// - Parameter languageInputs: [B, Q, H], from ``encode(_:cancellation:)``.
    /// - Throws: ``Blip2Error`` for options that do not fit the model or a cancelled run, `ONNXRuntimeError`.
    public func generate(
        _ languageInputs: Tensor, _ options: GenerationOptions, cancellation: Cancellation? = nil
    ) throws -> Generation {
        let batch = languageInputs.shape[0]
        let prompt = try checkedPrompt(options, batch: batch)
        let capacity = configuration.queryTokenCount + prompt[0].count + options.maxNewTokens
        let run = try DecoderRun(
            session: decoder, configuration: configuration.text, batch: batch, capacity: capacity)
        var search = GreedySearch(
            batch: batch, maxNewTokens: options.maxNewTokens, minNewTokens: options.minNewTokens,
            endTokens: options.eosTokenIDs ?? generation.eosTokenIDs, padToken: options.padTokenID ?? padToken)

        return try Blip2Error.translatingCancellation(cancellation) {
            try cancellation?.check()
            let runOptions = try cancellation?.runOptions(runtime)
            let start = ContinuousClock.now
            var logits = try run.start(
                try imageEmbeddings(languageInputs), prompt: prompt, runOptions)
            let firstLogits = try logits.array(of: Float.self)
            let prefill = ContinuousClock.now
            while true {
                let tokens = try logits.withElements(of: Float.self) {
                    search.choose(UnsafeBufferPointer($0), vocabularySize: configuration.text.vocabularySize)
                }
                if search.isFinished { break }
                try cancellation?.check()
                logits = try run.next(tokens, runOptions)
            }
            return Generation(
                ids: search.rows, firstLogits: firstLogits, prefillTime: prefill - start,
                decodeTime: ContinuousClock.now - prefill)
        }
    }

    /// The most new tokens that fit behind the picture and a prompt of `promptLength` tokens.
    public func maximumNewTokens(promptLength: Int) -> Int {
        configuration.text.maximumPositions - configuration.queryTokenCount - promptLength
    }

    private var padToken: Int { generation.padTokenID ?? generation.eosTokenIDs.first ?? 0 }

    /// The picture as the decoder takes it: [B, Q, E].
    ///
    /// Where the embeddings are narrower than the layers, transformers fills the places of the image tokens with the
    /// language inputs read straight on (`masked_scatter`), without a projection; so do we.
    private func imageEmbeddings(_ languageInputs: Tensor) throws -> Tensor {
        let width = configuration.text.wordEmbeddingSize
        guard width != configuration.text.hiddenSize else { return languageInputs }
        return try languageInputs.view(shape: [languageInputs.shape[0], configuration.queryTokenCount, width])
    }

    /// The token ids behind the picture, B rows of one length, each within the vocabulary.
    private func checkedPrompt(_ options: GenerationOptions, batch: Int) throws(Blip2Error) -> [[Int]] {
        let start = configuration.text.bosTokenID.map { [$0] } ?? []
        let prompt = options.promptIDs ?? Array(repeating: start, count: batch)
        guard prompt.count == batch, let length = prompt.first?.count, length > 0,
            prompt.allSatisfy({ $0.count == length })
        else {
            throw Blip2Error(
                .invalidInput, "A prompt needs a row for each picture, all of one length, of at least one token.")
        }
        let vocabulary = 0..<configuration.text.vocabularySize
        if let stranger = prompt.joined().first(where: { !vocabulary.contains($0) }) {
            throw Blip2Error(
                .invalidInput, "The prompt holds the token \(stranger); this model knows 0 to \(vocabulary.count - 1).")
        }
        let most = maximumNewTokens(promptLength: length)
        guard options.maxNewTokens >= 1, options.maxNewTokens <= most else {
            throw Blip2Error(
                .invalidInput,
                "\(options.maxNewTokens) new tokens were asked for; behind this prompt the model has room for \(most).")
        }
        return prompt
    }
}
