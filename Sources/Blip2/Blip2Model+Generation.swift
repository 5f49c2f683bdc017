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

    /// Generates greedily behind pictures and prompts, all of them together.
    /// - Parameters:
    ///   - languageInputs: [B, Q, H], from ``encode(_:cancellation:)``.
    ///   - options: B options.
    /// - Throws: ``Blip2Error`` for options that do not fit the model or a cancelled run, `ONNXRuntimeError`.
    public func generate(
        _ languageInputs: Tensor, _ options: [GenerationOptions], cancellation: Cancellation? = nil
    ) throws -> Generation {
        let batch = DecodingBatch(self)
        // As in transformers, narrow embeddings are read on across the rows.
        let embeddings = try imageEmbeddings(languageInputs)
        let vocabulary = configuration.text.vocabularySize
        var firstLogits = [Float](repeating: 0, count: options.count * vocabulary)
        let start = ContinuousClock.now
        let rows = try batch.join(
            try options.indices.map { try embeddings.rows($0..<$0 + 1) }, options, cancellation: cancellation
        ) { row, scores in firstLogits.replaceSubrange(row * vocabulary..<(row + 1) * vocabulary, with: scores) }
        let prefill = ContinuousClock.now
        while batch.rowCount > 0 { try batch.step(cancellation: cancellation) }
        let ids = Dictionary(uniqueKeysWithValues: batch.takeFinished().map { ($0.id, $0.ids) })
        let length = ids.values.map(\.count).max() ?? 0
        return Generation(
            ids: zip(rows, options).map { row, options in
                let ids = ids[row] ?? []
                return ids + Array(repeating: options.padTokenID ?? padToken, count: length - ids.count)
            }, firstLogits: firstLogits, prefillTime: prefill - start, decodeTime: ContinuousClock.now - prefill)
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
    func imageEmbeddings(_ languageInputs: Tensor) throws -> Tensor {
        let width = configuration.text.wordEmbeddingSize
        guard width != configuration.text.hiddenSize else { return languageInputs }
        return try languageInputs.view(shape: [languageInputs.shape[0], configuration.queryTokenCount, width])
    }

    /// What stands behind the picture where the options do not say it: the beginning-of-sequence token.
    func prompt(_ options: GenerationOptions) -> [Int] {
        options.promptIDs ?? configuration.text.bosTokenID.map { [$0] } ?? []
    }

    /// Looks whether options fit the model: the prompt's tokens within the vocabulary, and room for the new ones.
    /// - Throws: ``Blip2Error/Code/invalidInput``.
    public func check(_ options: GenerationOptions) throws(Blip2Error) {
        let prompt = prompt(options)
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
    }
}
