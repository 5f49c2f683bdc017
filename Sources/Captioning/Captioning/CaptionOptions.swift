/// What a caller may ask of a caption. What is not asked for is the checkpoint's own to say, else transformers' default.
public struct CaptionOptions: Sendable, Hashable, Encodable {
    /// Text that the caption goes on from, or a question that it answers; none by default. See ``repeatsPrompt``.
    public var prompt: String?
    /// The most tokens to generate (`max_new_tokens`); 30 where nobody says it.
    public var maxNewTokens: Int?
    /// The fewest tokens to generate (`min_new_tokens`).
    public var minNewTokens: Int?
    /// How many texts are followed, and which of them is the best.
    public var search = Search()
    /// What may occur twice.
    public var repetition = Repetition()
    /// Whether and how words are drawn by chance.
    public var sampling = Sampling()

    /// How many texts are followed at a time, and which of them is the best.
    public struct Search: Sendable, Hashable, Encodable {
        /// Texts that are followed at a time (`num_beams`).
        public var beamCount: Int?
        /// Captions that come back, best first (`num_return_sequences`).
        public var captionCount: Int?
        /// Above 0 beams prefer long texts (`length_penalty`).
        public var lengthPenalty: Double?
        /// When beams stop (`early_stopping`).
        public var earlyStopping: EarlyStopping?

        /// Makes what is asked for; all of it left to the model by default.
        public init(
            beamCount: Int? = nil, captionCount: Int? = nil, lengthPenalty: Double? = nil,
            earlyStopping: EarlyStopping? = nil
        ) {
            self.beamCount = beamCount
            self.captionCount = captionCount
            self.lengthPenalty = lengthPenalty
            self.earlyStopping = earlyStopping
        }
    }

    /// When a beam search ends; the raw value is what a request says.
    public enum EarlyStopping: String, Sendable, Hashable, Codable, CaseIterable {
        /// As soon as there are as many finished texts as beams.
        case always = "true"
        /// When a better text is unlikely.
        case heuristic = "false"
        /// When a better text is impossible.
        case never
    }

    /// What may occur twice.
    public struct Repetition: Sendable, Hashable, Encodable {
        /// Above 1, words that have occurred get less likely (`repetition_penalty`).
        public var penalty: Double?
        /// No run of so many tokens occurs twice; 0 for no such rule (`no_repeat_ngram_size`).
        public var noRepeatNgramSize: Int?

        /// Makes what is asked for; all of it left to the model by default.
        public init(penalty: Double? = nil, noRepeatNgramSize: Int? = nil) {
            self.penalty = penalty
            self.noRepeatNgramSize = noRepeatNgramSize
        }
    }

    /// Whether and how words are drawn by chance.
    public struct Sampling: Sendable, Hashable, Encodable {
        /// Below 1 the likely words get likelier; 0 takes the likeliest one always.
        public var temperature: Double?
        /// Draws from the so many likeliest tokens only; 0 for all of them (`top_k`).
        public var topK: Int?
        /// Draws from the likeliest tokens that have this probability together (`top_p`).
        public var topP: Double?
        /// The same seed draws the same caption each time.
        public var seed: Int?

        /// Makes what is asked for; all of it left to the model by default.
        public init(temperature: Double? = nil, topK: Int? = nil, topP: Double? = nil, seed: Int? = nil) {
            self.temperature = temperature
            self.topK = topK
            self.topP = topP
            self.seed = seed
        }

        /// Whether words are drawn; nil where that is the checkpoint's to say (`do_sample`).
        public var isOn: Bool? {
            if temperature == 0 { return false }
            return temperature != nil || topK != nil || topP != nil || seed != nil ? true : nil
        }
    }

    /// Makes options, all of them left to the model by default.
    public init(prompt: String? = nil, maxNewTokens: Int? = nil) {
        self.prompt = prompt
        self.maxNewTokens = maxNewTokens
    }

    /// Whether the caption begins with the prompt.
    ///
    /// "a photo of" is the beginning of the caption that is wanted. A prompt that ends with a colon or a question mark, as
    /// in "Question: what colour is the car? Answer:", is a question, and the caption is the answer alone.
    public var repeatsPrompt: Bool {
        guard let last = prompt?.unicodeScalars.last(where: { !$0.properties.isWhitespace }) else { return false }
        return ![":", "?", "：", "？"].contains(last)
    }

    /// Whether the same request gets the same caption each time.
    ///
    /// - Parameter samplesByDefault: whether the checkpoint draws words where it is not asked.
    public func isRepeatable(samplesByDefault: Bool) -> Bool {
        sampling.seed != nil || !(sampling.isOn ?? samplesByDefault)
    }
}
