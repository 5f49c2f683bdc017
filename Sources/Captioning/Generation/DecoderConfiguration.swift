/// What generating depends on of a language model and of the pictures in front of it, as its checkpoint says.
public struct DecoderConfiguration: Sendable, Equatable {
    public let vocabularySize: Int
    /// The longest sequence, in tokens; with an encoder, of each of the two.
    public let maximumPositions: Int
    /// Positions that a picture takes up in front of the prompt; 0 where the decoder looks at it through cross-attention only.
    public let imageTokenCount: Int
    /// The token that stands for each of these in a prompt; nil where there is none.
    public let imageTokenID: Int?
    /// What texts begin with in a decoder behind an encoder; nil where they go on behind the prompt.
    public let startTokenID: Int?
    /// What stands behind the picture where nobody gives a prompt.
    public let defaultPromptIDs: [Int]
    /// Whether the padding behind a prompt is part of it: in encoders that read it, as transformers' of BLIP VQA does.
    public let readsPadding: Bool
    /// The most new tokens where neither a request nor the checkpoint says it.
    public let fallbackNewTokens: Int
    /// The special tokens, and what the checkpoint asks for where nobody says how to generate.
    public let generation: GenerationConfiguration

    public init(
        vocabularySize: Int, maximumPositions: Int, imageTokenCount: Int, imageTokenID: Int? = nil,
        startTokenID: Int? = nil, defaultPromptIDs: [Int], readsPadding: Bool = false,
        fallbackNewTokens: Int = 30, generation: GenerationConfiguration
    ) {
        self.vocabularySize = vocabularySize
        self.maximumPositions = maximumPositions
        self.imageTokenCount = imageTokenCount
        self.imageTokenID = imageTokenID
        self.startTokenID = startTokenID
        self.defaultPromptIDs = defaultPromptIDs
        self.readsPadding = readsPadding
        self.fallbackNewTokens = fallbackNewTokens
        self.generation = generation
    }

    /// Whether texts begin with a start token: in decoders behind an encoder.
    public var startsTexts: Bool { startTokenID != nil }

    /// The most new tokens that fit behind the picture and a prompt of `promptLength` tokens.
    ///
    /// Behind an encoder, new tokens have positions of their own, and there is room for all or, where picture and prompt do
    /// not fit into the encoder, for less than one.
    public func maximumNewTokens(promptLength: Int) -> Int {
        let rest = maximumPositions - imageTokenCount - promptLength
        guard startsTexts else { return rest }
        return rest >= 0 ? maximumPositions : rest + 1
    }

    /// What the checkpoint asks for behind a prompt, with no more new tokens than there is room for.
    /// - Parameters:
    ///   - promptIDs: as in the options.
    ///   - newTokens: the most new tokens where the checkpoint does not say it; ``fallbackNewTokens`` by default.
    public func defaultOptions(promptIDs: [Int]? = nil, newTokens: Int? = nil) -> GenerationOptions {
        var options = GenerationOptions(
            defaultsOf: generation, contextLength: contextLength(promptIDs: promptIDs),
            fallbackNewTokens: newTokens ?? fallbackNewTokens, startsTexts: startsTexts)
        let room = maximumNewTokens(promptLength: (promptIDs ?? defaultPromptIDs).count)
        options.maxNewTokens = max(1, min(options.maxNewTokens, room))
        options.promptIDs = promptIDs
        return options
    }

    /// Tokens in front of the first new one, as `max_length` counts them.
    public func contextLength(promptIDs: [Int]?) -> Int {
        if startsTexts { return 1 }
        return imageTokenCount + (promptIDs ?? defaultPromptIDs).count
    }

    /// What transformers' logits processors see in front of the new tokens: behind an encoder the start token; else the
    /// tokens that stand for the picture, where the checkpoint has one for that, and the prompt.
    func context(prompt: [Int]) -> [Int] {
        if let startTokenID { return [startTokenID] }
        guard let imageTokenID else { return prompt }
        return Array(repeating: imageTokenID, count: imageTokenCount) + prompt
    }

    /// Finds out at no cost whether a text can be generated with these options.
    /// - Throws: `invalidInput` for a prompt or a length that does not fit the model, `invalidOption` for what no model
    ///   can do.
    public func check(_ options: GenerationOptions) throws(GenerationError) {
        _ = try prompt(options)
    }

    /// The token ids behind the picture, at least one, each within the vocabulary, with room for the new ones.
    /// - Throws: as ``check(_:)``.
    public func prompt(_ options: GenerationOptions) throws(GenerationError) -> [Int] {
        let prompt = options.promptIDs ?? defaultPromptIDs
        guard !prompt.isEmpty else { throw GenerationError(.invalidInput, "A prompt needs at least one token.") }
        let vocabulary = 0..<vocabularySize
        if let stranger = prompt.first(where: { !vocabulary.contains($0) }) {
            throw GenerationError(
                .invalidInput, "The prompt holds the token \(stranger); this model knows 0 to \(vocabulary.count - 1).")
        }
        let most = maximumNewTokens(promptLength: prompt.count)
        guard options.maxNewTokens >= 1, options.maxNewTokens <= most else {
            throw GenerationError(
                .invalidInput,
                "\(options.maxNewTokens) new tokens were asked for; behind this prompt the model has room for \(most).")
        }
        try options.validate(vocabularySize: vocabulary.count)
        guard options.forcedFirstToken == nil || contextLength(promptIDs: prompt) == 1 else {
            throw GenerationError(
                .invalidOption,
                "forced_bos_token_id has no effect on this language model, whose texts have no start token: let the "
                    + "prompt begin the text.")
        }
        return prompt
    }
}
