public import Checkpoint

/// What a checkpoint says about generating text; what it does not say is `nil`.
///
/// Source: transformers, `GenerationConfig`.
public struct GenerationConfiguration: Sendable, Equatable {
    /// When a beam search ends.
    public enum EarlyStopping: Sendable, Equatable {
        /// As soon as there are as many finished texts as beams.
        case always
        /// When a better text is unlikely (transformers' `false`, the default).
        case heuristic
        /// When a better text is impossible.
        case never
    }

    public private(set) var bosTokenID: Int?
    public private(set) var padTokenID: Int?
    /// Any of them ends a text; empty where nothing does but the length.
    public private(set) var eosTokenIDs: [Int]

    /// Tokens altogether, the prompt's included.
    public private(set) var maxLength: Int?
    public private(set) var maxNewTokens: Int?
    public private(set) var minLength: Int?
    public private(set) var minNewTokens: Int?
    public private(set) var numBeams: Int?
    public private(set) var numBeamGroups: Int?
    public private(set) var diversityPenalty: Double?
    public private(set) var earlyStopping: EarlyStopping?
    public private(set) var lengthPenalty: Double?
    public private(set) var repetitionPenalty: Double?
    public private(set) var noRepeatNgramSize: Int?
    public private(set) var doSample: Bool?
    public private(set) var temperature: Double?
    public private(set) var topK: Int?
    public private(set) var topP: Double?
    public private(set) var minP: Double?
    public private(set) var typicalP: Double?
    public private(set) var epsilonCutoff: Double?
    public private(set) var etaCutoff: Double?
    /// Runs of tokens that must not occur; empty for none.
    public private(set) var badWordsIDs: [[Int]] = []
    /// Tokens that never occur; empty for none.
    public private(set) var suppressedTokenIDs: [Int] = []
    /// Tokens that no text begins with; empty for none.
    public private(set) var suppressedFirstTokenIDs: [Int] = []
    public private(set) var forcedBOSTokenID: Int?
    /// Empty for none.
    public private(set) var forcedEOSTokenIDs: [Int] = []

    /// What `generation_config.json` says, if it is there, with the special tokens of the language model.
    ///
    /// The tokens are those of `text_config` even where `generation_config.json` has others: transformers'
    /// `Blip2ForConditionalGeneration.generate` hands over to its language model, which knows `text_config` only.
    ///
    /// - Throws: `invalidConfiguration`, naming the file, the key and its value.
    public init(
        _ checkpoint: CheckpointFolder, bosTokenID: Int?, padTokenID: Int?, eosTokenIDs: [Int]
    ) throws(GenerationError) {
        if let file = checkpoint.generationConfiguration {
            self = try GenerationConfiguration(file)
        } else {
            self.eosTokenIDs = []
        }
        self.bosTokenID = bosTokenID
        self.padTokenID = padTokenID
        self.eosTokenIDs = eosTokenIDs
    }

    /// The special tokens alone: what else there is to say is left to transformers' defaults.
    public init(bosTokenID: Int?, padTokenID: Int?, eosTokenIDs: [Int]) {
        self.bosTokenID = bosTokenID
        self.padTokenID = padTokenID
        self.eosTokenIDs = eosTokenIDs
    }

    /// What `generation_config.json` says or, if it is not there, what `config.json` does; see
    /// ``Checkpoint/CheckpointFolder/generationDefaults(text:)``. The special tokens are the file's too, and those given here
    /// where it has none.
    /// - Throws: `invalidConfiguration`, naming the file, the key and its value.
    public init(
        heeding file: ConfigurationFile, bosTokenID: Int?, padTokenID: Int?, eosTokenIDs: [Int]
    ) throws(GenerationError) {
        self = try GenerationConfiguration(file)
        if self.bosTokenID == nil { self.bosTokenID = bosTokenID }
        if self.padTokenID == nil { self.padTokenID = padTokenID }
        if self.eosTokenIDs.isEmpty { self.eosTokenIDs = eosTokenIDs }
    }

    /// - Parameter file: `generation_config.json`, or any object with the arguments of transformers' `generate`.
    /// - Throws: `invalidConfiguration`, naming the file, the key and its value.
    public init(_ file: ConfigurationFile) throws(GenerationError) {
        do throws(CheckpointError) {
            bosTokenID = try file.integer("bos_token_id")
            padTokenID = try file.integer("pad_token_id")
            eosTokenIDs = try file.integers("eos_token_id") ?? []
            maxLength = try file.integer("max_length", in: 1 ... .max)
            maxNewTokens = try file.integer("max_new_tokens", in: 1 ... .max)
            minLength = try file.integer("min_length", in: 0 ... .max)
            minNewTokens = try file.integer("min_new_tokens", in: 0 ... .max)
            numBeams = try file.integer("num_beams", in: 1...1024)
            numBeamGroups = try file.integer("num_beam_groups", in: 1...1024)
            diversityPenalty = try file.number("diversity_penalty", in: 0 ... .greatestFiniteMagnitude)
            earlyStopping = try Self.earlyStopping(file)
            lengthPenalty = try file.number("length_penalty")
            repetitionPenalty = try file.number(
                "repetition_penalty", in: .leastNormalMagnitude ... .greatestFiniteMagnitude)
            noRepeatNgramSize = try file.integer("no_repeat_ngram_size", in: 0 ... .max)
            doSample = try file.boolean("do_sample")
            temperature = try file.number("temperature", in: 0 ... .greatestFiniteMagnitude)
            topK = try file.integer("top_k", in: 0 ... .max)
            topP = try file.number("top_p", in: 0...1)
            minP = try file.number("min_p", in: 0...1)
            typicalP = try file.number("typical_p", in: .leastNormalMagnitude...1)
            epsilonCutoff = try file.number("epsilon_cutoff", in: 0...1)
            etaCutoff = try file.number("eta_cutoff", in: 0...1)
            suppressedTokenIDs = try file.integers("suppress_tokens", in: 0 ... .max) ?? []
            suppressedFirstTokenIDs = try file.integers("begin_suppress_tokens", in: 0 ... .max) ?? []
            badWordsIDs = try Self.badWords(file)
            forcedBOSTokenID = try file.integer("forced_bos_token_id", in: 0 ... .max)
            forcedEOSTokenIDs = try file.integers("forced_eos_token_id", in: 0 ... .max) ?? []
        } catch {
            throw GenerationError(.invalidConfiguration, error.message)
        }
    }

    private static func badWords(_ file: ConfigurationFile) throws(CheckpointError) -> [[Int]] {
        guard let value = file["bad_words_ids"], value != .null else { return [] }
        guard case .array(let words) = value else { throw invalidBadWords(file) }
        return try words.map { (word) throws(CheckpointError) in
            guard case .array(let ids) = word, !ids.isEmpty else { throw invalidBadWords(file) }
            return try ids.map { (id) throws(CheckpointError) in
                guard case .integer(let id) = id, id >= 0 else { throw invalidBadWords(file) }
                return id
            }
        }
    }

    private static func invalidBadWords(_ file: ConfigurationFile) -> CheckpointError {
        file.invalid("bad_words_ids", "a list of lists of token ids")
    }

    private static func earlyStopping(_ file: ConfigurationFile) throws(CheckpointError) -> EarlyStopping? {
        switch file["early_stopping"] {
        case nil, .null: nil
        case .boolean(let value): value ? .always : .heuristic
        case .string("never"): .never
        default: throw file.invalid("early_stopping", "true, false or \"never\"")
        }
    }
}

extension CheckpointFolder {
    /// What transformers' `generate` heeds of a checkpoint whose class generates itself: `generation_config.json` or, where it is
    /// not there, `config.json`: itself, and what it does not say of the part about the language model.
    ///
    /// Defaults of configuration classes count for nothing there: what the files do not say is not said.
    ///
    /// Source: transformers 5.24, `GenerationConfig.from_model_config`.
    /// - Parameter text: the key of that part.
    public func generationDefaults(text: String) throws(CheckpointError) -> ConfigurationFile {
        if let generationConfiguration { return generationConfiguration }
        return try (configuration.section(text) ?? configuration.emptySection(text)).overridden(by: configuration)
    }
}
