/// What a caller may ask of a caption. What is left `nil` is the checkpoint's own to say, else transformers' default.
///
/// A property here has its name, its range and its help for users in ``CaptionOption/all``.
public struct CaptionOptions: Sendable, Hashable {
    /// Text that the caption goes on from, or a question that it answers. See ``repeatsPrompt``.
    public var prompt: String?
    /// How much the caption says, in models that know several lengths.
    public var detail: Detail?

    /// How much a caption says; the raw value is what a request says.
    public enum Detail: String, Sendable, Hashable, CaseIterable {
        /// A sentence.
        case short
        /// Some sentences.
        case long
        /// A paragraph.
        case longest
    }

    // MARK: Picture

    /// The square that the picture is resized to, in pixels; the checkpoint's own where nobody says it (`image_size`).
    public var imageSize: Int?
    /// Whether a picture of another size may be seen, with the model's positions interpolated; it may where nobody says it
    /// (`interpolate_pos_encoding`).
    public var interpolatesPositions: Bool?

    // MARK: Length

    /// The most tokens to generate (`max_new_tokens`).
    public var maxNewTokens: Int?
    /// The fewest tokens to generate (`min_new_tokens`).
    public var minNewTokens: Int?
    /// The most tokens altogether, picture and prompt included where they stand in front of the text (`max_length`).
    public var maxLength: Int?
    /// The fewest tokens altogether, counted as in ``maxLength`` (`min_length`).
    public var minLength: Int?
    /// Texts of which the first to appear ends the caption, which does not hold it.
    public var stop: [String]?

    // MARK: Search

    /// Texts that are followed at a time (`num_beams`).
    public var beamCount: Int?
    /// Groups of beams, each of which avoids the tokens of those before it (`num_beam_groups`).
    public var beamGroupCount: Int?
    /// How strongly a group of beams avoids the tokens of those before it (`diversity_penalty`).
    public var diversityPenalty: Double?
    /// Captions that come back, best first (`num_return_sequences`).
    public var captionCount: Int?
    /// Above 0 beams prefer long texts (`length_penalty`).
    public var lengthPenalty: Double?
    /// When beams stop (`early_stopping`).
    public var earlyStopping: EarlyStopping?

    /// When a beam search ends; the raw value is what a request says.
    public enum EarlyStopping: String, Sendable, Hashable, CaseIterable {
        /// As soon as there are as many finished texts as beams.
        case always = "true"
        /// When a better text is unlikely.
        case heuristic = "false"
        /// When a better text is impossible.
        case never
    }

    // MARK: Sampling

    /// Whether tokens are drawn at random (`do_sample`). See ``isSampled``.
    public var doSample: Bool?
    /// Below 1 the likely tokens get likelier; 0 takes the likeliest one always.
    public var temperature: Double?
    /// Samples from so many of the likeliest tokens; 0 for all of them (`top_k`).
    public var topK: Int?
    /// Samples from the likeliest tokens that have this probability together (`top_p`).
    public var topP: Double?
    /// Leaves out tokens that are less likely than this share of the likeliest one (`min_p`).
    public var minP: Double?
    /// Samples from the tokens nearest to the expected information that have this probability together (`typical_p`).
    public var typicalP: Double?
    /// Leaves out tokens that are less likely than this (`epsilon_cutoff`).
    public var epsilonCutoff: Double?
    /// As ``epsilonCutoff``, but lower where many tokens are likely (`eta_cutoff`).
    public var etaCutoff: Double?
    /// The same seed samples the same caption each time.
    public var seed: Int?

    // MARK: Words

    /// Above 1, tokens that have occurred get less likely (`repetition_penalty`).
    public var repetitionPenalty: Double?
    /// No run of so many tokens occurs twice; 0 for no such rule (`no_repeat_ngram_size`).
    public var noRepeatNgramSize: Int?
    /// Words that must not occur (transformers takes their tokens, `bad_words_ids`).
    public var badWords: [String]?
    /// Tokens that must not occur (`suppress_tokens`).
    public var suppressedTokens: [Int]?
    /// Tokens that the text must not begin with (`begin_suppress_tokens`).
    public var suppressedFirstTokens: [Int]?
    /// The token that the text begins with, in models whose texts have a start token (`forced_bos_token_id`).
    public var forcedFirstToken: Int?
    /// The tokens of which one ends a text that reaches its greatest length (`forced_eos_token_id`).
    public var forcedLastTokens: [Int]?

    // MARK: Answer

    /// Whether captions come with their mean log-probability.
    public var returnScores: Bool?

    /// Makes options, all of them left to the model by default.
    public init(prompt: String? = nil, maxNewTokens: Int? = nil) {
        self.prompt = prompt
        self.maxNewTokens = maxNewTokens
    }
}

extension CaptionOptions {
    /// Whether the caption begins with the prompt.
    ///
    /// "a photo of" is the beginning of the caption that is wanted. A prompt that ends with a colon or a question mark, as
    /// in "Question: what colour is the car? Answer:", is a question, and the caption is the answer alone.
    public var repeatsPrompt: Bool {
        guard let last = prompt?.unicodeScalars.last(where: { !$0.properties.isWhitespace }) else { return false }
        return ![":", "?", "：", "？"].contains(last)
    }

    /// Whether tokens are drawn at random; nil where that is the checkpoint's to say.
    ///
    /// ``doSample`` decides. Without it, whatever only sampling heeds asks for sampling. A temperature of 0 rules it out.
    public var isSampled: Bool? {
        if temperature == 0 { return false }
        if let doSample { return doSample }
        let numbers: [Double?] = [temperature, topP, minP, typicalP, epsilonCutoff, etaCutoff]
        return topK != nil || seed != nil || numbers.contains { $0 != nil } ? true : nil
    }

    /// Whether the same request gets the same caption each time.
    ///
    /// - Parameter samplesByDefault: whether the checkpoint samples where it is not asked.
    public func isRepeatable(samplesByDefault: Bool) -> Bool {
        seed != nil || !(isSampled ?? samplesByDefault)
    }
}
