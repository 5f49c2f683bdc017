/// How one caption's text is generated; the names and the meanings are those of transformers' `generate`.
public struct GenerationOptions: Sendable, Equatable {
    /// Draws tokens at random instead of taking the likeliest (`do_sample`).
    public struct Sampling: Sendable, Equatable {
        /// Divides the logits: below 1 the likely tokens get likelier. Greater than 0.
        public var temperature: Double
        /// Draws from the so many likeliest tokens only; nil for all of them.
        public var topK: Int?
        /// Draws from the likeliest tokens that have this probability together, in 0 ... 1; 1 for all of them.
        public var topP: Double
        /// Leaves out tokens that are less likely than this share of the likeliest one, in 0 ... 1; nil for none.
        public var minP: Double?
        /// Draws from the tokens whose information is nearest to what is expected, with this probability together, above 0 and up to
        /// 1 (`typical_p`); 1 for all of them.
        public var typicalP = 1.0
        /// Leaves out tokens that are less likely than this, in 0 ..< 1 (`epsilon_cutoff`); 0 for none.
        public var epsilonCutoff = 0.0
        /// As ``epsilonCutoff``, but lower where many tokens are likely, in 0 ..< 1 (`eta_cutoff`); 0 for none.
        public var etaCutoff = 0.0
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
    /// Strings that end the text with the token by which it first holds one of them (`stop_strings`); nil for none.
    public var stopStrings: StopStrings?

    /// Texts that are followed at a time (`num_beams`); each takes a row of the decoder. 1 for greedy search or sampling.
    public var beamCount = 1
    /// Groups that the beams are divided into, each of which avoids the tokens of those before it (`num_beam_groups`): a divisor of
    /// ``beamCount``; 1 for beams that all compete with each other.
    public var beamGroupCount = 1
    /// What a token loses of its log-probability for each beam of an earlier group that chose it in the same step
    /// (`diversity_penalty`): greater than 0 where there are groups.
    public var diversityPenalty = 0.0
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
    /// Tokens that must not occur (`suppress_tokens`).
    public var suppressedTokens: [Int] = []
    /// Tokens that a text must not begin with (`begin_suppress_tokens`).
    public var suppressedFirstTokens: [Int] = []
    /// The token that a text begins with (`forced_bos_token_id`), in models that begin texts with a start token (T5).
    ///
    /// In others transformers' `forced_bos_token_id` does nothing, and this is refused: there, a prompt begins texts.
    public var forcedFirstToken: Int?
    /// The tokens of which one ends a text that reaches ``maxNewTokens`` (`forced_eos_token_id`).
    public var forcedLastTokens: [Int] = []

    /// Whether the texts come with the mean of their tokens' log-probabilities; see ``GeneratedSequence/meanLogProbability``.
    public var returnsScores = false

    /// Greedy search.
    public init(maxNewTokens: Int = 30) {
        self.maxNewTokens = maxNewTokens
    }

    /// Rows of the decoder that the text takes up.
    var width: Int { max(beamCount, returnedSequences) }
}

// MARK: What a checkpoint asks for

extension GenerationOptions {
    /// What a checkpoint's `generation_config.json` asks for; what it does not say takes transformers' defaults.
    ///
    /// transformers 5 itself reads that file but does not heed it: `Blip2ForConditionalGeneration.generate` hands over
    /// to its language model, which knows `text_config` only. Whoever puts `num_beams` into the file wants beams all
    /// the same, so the file counts here, except for the special tokens; see
    /// ``GenerationConfiguration/init(_:bosTokenID:padTokenID:eosTokenIDs:)``.
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
        beamGroupCount = configuration.numBeamGroups ?? 1
        diversityPenalty = configuration.diversityPenalty ?? 0
        lengthPenalty = configuration.lengthPenalty ?? 1
        earlyStopping = configuration.earlyStopping ?? .heuristic
        sampling = configuration.doSample == true ? Sampling(defaultsOf: configuration) : nil
        repetitionPenalty = configuration.repetitionPenalty ?? 1
        noRepeatNgramSize = configuration.noRepeatNgramSize ?? 0
        badWords = configuration.badWordsIDs
        suppressedTokens = configuration.suppressedTokenIDs
        suppressedFirstTokens = configuration.suppressedFirstTokenIDs
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
        typicalP = configuration.typicalP ?? 1
        epsilonCutoff = configuration.epsilonCutoff ?? 0
        etaCutoff = configuration.etaCutoff ?? 0
    }
}

// MARK: What no model can do

extension GenerationOptions {
    /// The most beams, or samples, of one text: each takes its share of the key/value memory.
    public static let maximumWidth = 16

    /// Refuses what no model can do, in a sentence that names transformers' argument.
    /// - Parameter vocabularySize: how many tokens the model knows.
    func validate(vocabularySize: Int) throws(GenerationError) {
        try validateSearch()
        if let sampling { try sampling.validate() }
        guard repetitionPenalty > 0, repetitionPenalty.isFinite else {
            throw Self.refusal("repetition_penalty", repetitionPenalty, "a number greater than 0")
        }
        guard noRepeatNgramSize >= 0 else {
            throw Self.refusal("no_repeat_ngram_size", noRepeatNgramSize, "0 or more")
        }
        guard stopStrings?.strings.contains("") != true else {
            throw GenerationError(.invalidOption, "stop_strings holds an empty string, which is in every text.")
        }
        guard !badWords.contains([]) else {
            throw GenerationError(.invalidOption, "bad_words_ids holds an empty list; each of its lists needs a token.")
        }
        let tokens = [
            ("eos_token_id", eosTokenIDs?.filter { $0 >= 0 } ?? []), ("bad_words_ids", badWords.flatMap(\.self)),
            ("suppress_tokens", suppressedTokens), ("begin_suppress_tokens", suppressedFirstTokens),
            ("forced_bos_token_id", forcedFirstToken.map { [$0] } ?? []), ("forced_eos_token_id", forcedLastTokens),
        ]
        for (name, ids) in tokens {
            if let stranger = ids.first(where: { !(0..<vocabularySize).contains($0) }) {
                throw GenerationError(
                    .invalidOption,
                    "\(name) holds the token \(stranger); this model knows 0 to \(vocabularySize - 1).")
            }
        }
    }

    private func validateSearch() throws(GenerationError) {
        guard minNewTokens >= 0 else { throw Self.refusal("min_new_tokens", minNewTokens, "0 or more") }
        guard (1...Self.maximumWidth).contains(beamCount) else {
            throw Self.refusal("num_beams", beamCount, "a whole number from 1 to \(Self.maximumWidth)")
        }
        guard (1...Self.maximumWidth).contains(returnedSequences) else {
            throw Self.refusal(
                "num_return_sequences", returnedSequences, "a whole number from 1 to \(Self.maximumWidth)")
        }
        guard returnedSequences <= beamCount || (beamCount == 1 && sampling != nil) else {
            throw GenerationError(
                .invalidOption,
                "num_return_sequences is \(returnedSequences), which is more than num_beams, \(beamCount): ask for more "
                    + "beams, or for samples of one beam.")
        }
        try validateGroups()
        guard lengthPenalty.isFinite, lengthPenalty.magnitude <= 100 else {
            throw Self.refusal("length_penalty", lengthPenalty, "a number from -100 to 100")
        }
    }

    private func validateGroups() throws(GenerationError) {
        guard beamGroupCount >= 1 else { throw Self.refusal("num_beam_groups", beamGroupCount, "1 or more") }
        guard beamCount.isMultiple(of: beamGroupCount) else {
            throw GenerationError(
                .invalidOption,
                "num_beam_groups is \(beamGroupCount), which does not divide num_beams, \(beamCount): every group has as "
                    + "many beams.")
        }
        guard diversityPenalty >= 0, diversityPenalty.isFinite else {
            throw Self.refusal("diversity_penalty", diversityPenalty, "0 or a number greater than 0")
        }
        if beamGroupCount == 1 {
            guard diversityPenalty == 0 else {
                throw GenerationError(
                    .invalidOption,
                    "diversity_penalty is \(diversityPenalty), but there is one group of beams: ask for more with "
                        + "num_beam_groups.")
            }
        } else {
            guard diversityPenalty > 0 else {
                throw GenerationError(
                    .invalidOption,
                    "diversity_penalty is 0, but must be greater with num_beam_groups: all groups would find the same texts."
                )
            }
            guard sampling == nil else {
                throw GenerationError(
                    .invalidOption,
                    "num_beam_groups is \(beamGroupCount), but groups of beams cannot be sampled: leave out do_sample.")
            }
        }
    }

    fileprivate static func refusal(_ name: String, _ value: some CustomStringConvertible, _ wanted: String)
        -> GenerationError
    {
        GenerationError(.invalidOption, "\(name) is \(value), but must be \(wanted).")
    }
}

extension GenerationOptions.Sampling {
    fileprivate func validate() throws(GenerationError) {
        guard temperature > 0, temperature.isFinite else {
            throw GenerationOptions.refusal(
                "temperature", temperature, "a number greater than 0; without sampling the likeliest words are taken")
        }
        if let topK, topK < 1 {
            throw GenerationOptions.refusal("top_k", topK, "1 or more; leave it out to draw from all words")
        }
        guard (0...1).contains(topP) else { throw GenerationOptions.refusal("top_p", topP, "a number from 0 to 1") }
        if let minP, !(0...1).contains(minP) {
            throw GenerationOptions.refusal("min_p", minP, "a number from 0 to 1")
        }
        guard typicalP > 0, typicalP <= 1 else {
            throw GenerationOptions.refusal("typical_p", typicalP, "a number greater than 0 and at most 1")
        }
        for (name, value) in [("epsilon_cutoff", epsilonCutoff), ("eta_cutoff", etaCutoff)] {
            guard (0..<1).contains(value) else {
                throw GenerationOptions.refusal(name, value, "a number from 0 to less than 1; 0 leaves it out")
            }
        }
    }
}
