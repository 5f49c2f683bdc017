/// How one caption's text is generated; the names and the meanings are those of transformers' `generate`.
public struct GenerationOptions: Sendable, Equatable {
    /// Draws tokens at random instead of taking the likeliest (`do_sample`).
    public struct Sampling: Sendable, Equatable {
        /// Divides the scores: below 1 the likely tokens get likelier. Greater than 0.
        public var temperature: Double
        /// Draws from the so many likeliest tokens only; nil for all of them.
        public var topK: Int?
        /// Draws from the likeliest tokens that have this probability together, in 0 ... 1; 1 for all of them.
        public var topP: Double
        /// Leaves out tokens that are less likely than this share of the likeliest one, in 0 ... 1; nil for none.
        public var minP: Double?
        /// The same seed draws the same text, whatever else is generated beside it; nil for another text each time.
        public var seed: UInt64?

        /// Samples from the whole vocabulary as it is, by default.
        public init(
            temperature: Double = 1, topK: Int? = nil, topP: Double = 1, minP: Double? = nil, seed: UInt64? = nil
        ) {
            self.temperature = temperature
            self.topK = topK
            self.topP = topP
            self.minP = minP
            self.seed = seed
        }
    }

    /// At most so many new tokens (`max_new_tokens`).
    public var maxNewTokens: Int
    /// No end token before so many new tokens (`min_new_tokens`).
    public var minNewTokens = 0
    /// The token ids behind the picture; nil stands for the beginning-of-sequence token alone.
    public var promptIDs: [Int]?
    /// Tokens that end the text; nil for the checkpoint's own (`eos_token_id`).
    public var eosTokenIDs: [Int]?

    /// Texts that are followed at a time (`num_beams`); each takes a row of the decoder. 1 for greedy search or sampling.
    public var beamCount = 1
    /// Texts that are given back, best first (`num_return_sequences`): at most as many as beams, or as many samples.
    public var returnedSequences = 1
    /// The power of a text's length that its score is divided by: above 0 beams prefer long texts (`length_penalty`).
    public var lengthPenalty = 1.0
    /// When beams stop (`early_stopping`).
    public var earlyStopping = GenerationConfiguration.EarlyStopping.heuristic
    /// How tokens are drawn; nil for always the likeliest.
    public var sampling: Sampling?

    /// Above 1, tokens that have occurred get less likely (`repetition_penalty`).
    public var repetitionPenalty = 1.0
    /// No run of so many tokens occurs twice; 0 for no such rule (`no_repeat_ngram_size`).
    public var noRepeatNgramSize = 0
    /// Runs of tokens that must not occur (`bad_words_ids`).
    public var badWords: [[Int]] = []
    /// The token that a text begins with (`forced_bos_token_id`), in models that begin texts with a start token (T5).
    ///
    /// In others transformers' `forced_bos_token_id` does nothing, and this is refused: there, a prompt begins texts.
    public var forcedFirstToken: Int?
    /// The tokens of which one ends a text that reaches ``maxNewTokens`` (`forced_eos_token_id`).
    public var forcedLastTokens: [Int] = []

    /// Greedy search.
    public init(maxNewTokens: Int = 30) {
        self.maxNewTokens = maxNewTokens
    }

    /// Rows of the decoder that the text takes up.
    var width: Int { max(beamCount, returnedSequences) }
}
