/// What `tokenizer.json` says of a byte-pair tokenizer, or what the older files amount to.
///
/// The file's `truncation` and `padding` are left aside: transformers sets both anew for every call, to none by default.
struct TokenizerDescription: Decodable {
    var addedTokens: [AddedToken]
    var normalizer: Normalizer?
    var preTokenizer: PreTokenizer
    var template: SequenceTemplate
    var model: ModelDescription

    private enum CodingKeys: String, CodingKey {
        case normalizer, model, decoder
        case addedTokens = "added_tokens"
        case preTokenizer = "pre_tokenizer"
        case template = "post_processor"
    }

    private struct DecoderDescription: Decodable {
        let type: String
        let decoders: [DecoderDescription]?

        var flattened: [String] {
            type == "Sequence" ? (decoders ?? []).flatMap(\.flattened) : [type]
        }
    }

    init(addedTokens: [AddedToken], preTokenizer: PreTokenizer, template: SequenceTemplate, model: ModelDescription) {
        self.addedTokens = addedTokens
        self.preTokenizer = preTokenizer
        self.template = template
        self.model = model
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // The model comes first: "WordLevel is not supported" says more than what its pre-tokeniser is called.
        model = try container.decode(ModelDescription.self, forKey: .model)
        addedTokens = try container.decodeIfPresent([AddedToken].self, forKey: .addedTokens) ?? []
        normalizer = try container.decodeIfPresent(Normalizer.self, forKey: .normalizer)
        template = try container.decodeIfPresent(SequenceTemplate.self, forKey: .template) ?? SequenceTemplate()
        guard let preTokenizer = try container.decodeIfPresent(PreTokenizer.self, forKey: .preTokenizer) else {
            throw TokenizationError(
                .unsupportedComponent, "there is no pre-tokeniser; byte-level BPE needs one that ends in ByteLevel.")
        }
        self.preTokenizer = preTokenizer
        let decoders = try container.decodeIfPresent(DecoderDescription.self, forKey: .decoder)?.flattened ?? []
        guard decoders == ["ByteLevel"] else {
            let names = decoders.isEmpty ? "none" : decoders.joined(separator: ", ")
            throw TokenizationError(
                .unsupportedComponent, "the decoder \"\(names)\" is not supported yet; ByteLevel is.")
        }
    }
}

/// The model of a tokenizer, byte-pair encoding; `model` in `tokenizer.json`.
struct ModelDescription: Decodable {
    var vocabulary: [String: Int]
    var merges: [(String, String)]
    var unknownToken: String?
    var fusesUnknown = false
    /// Takes a word that is in the vocabulary as it is, without merging up to it.
    var prefersWholeWords = false

    private enum CodingKeys: String, CodingKey {
        case type, vocab, merges, dropout
        case unknownToken = "unk_token"
        case continuingSubwordPrefix = "continuing_subword_prefix"
        case endOfWordSuffix = "end_of_word_suffix"
        case fusesUnknown = "fuse_unk"
        case byteFallback = "byte_fallback"
        case prefersWholeWords = "ignore_merges"
    }

    init(vocabulary: [String: Int], merges: [(String, String)]) {
        self.vocabulary = vocabulary
        self.merges = merges
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // Files from before the field was written are told by their merges, which only this model has.
        let type = try container.decodeIfPresent(String.self, forKey: .type)
        guard type == "BPE" || (type == nil && container.contains(.merges)) else {
            throw TokenizationError(
                .unsupportedModel,
                "the tokenizer model \(type ?? "without a type") is not supported yet; BPE, Unigram and WordPiece are.")
        }
        try Self.refuseOptions(in: container)
        unknownToken = try container.decodeIfPresent(String.self, forKey: .unknownToken)
        fusesUnknown = try container.decodeIfPresent(Bool.self, forKey: .fusesUnknown) ?? false
        prefersWholeWords = try container.decodeIfPresent(Bool.self, forKey: .prefersWholeWords) ?? false
        vocabulary = try container.decode([String: Int].self, forKey: .vocab)
        // Since 2024 a merge is a pair of strings; before, it was one string with a space in the middle.
        if let lines = try? container.decode([String].self, forKey: .merges) {
            merges = try MergeList.pairs(in: lines)
        } else {
            merges = try container.decode([[String]].self, forKey: .merges).enumerated().map { index, pair in
                guard pair.count == 2 else { throw MergeList.notAPair(number: index + 1, pair.joined(separator: " ")) }
                return (pair[0], pair[1])
            }
        }
    }

    private static func refuseOptions(in container: KeyedDecodingContainer<CodingKeys>) throws {
        var refused: [CodingKeys] = []
        if try (container.decodeIfPresent(Double.self, forKey: .dropout) ?? 0) != 0 { refused.append(.dropout) }
        if try container.decodeIfPresent(Bool.self, forKey: .byteFallback) == true { refused.append(.byteFallback) }
        for key in [CodingKeys.continuingSubwordPrefix, .endOfWordSuffix]
        where try !(container.decodeIfPresent(String.self, forKey: key) ?? "").isEmpty {
            refused.append(key)
        }
        guard let option = refused.first else { return }
        throw TokenizationError(
            .unsupportedModel, "the option \"\(option.stringValue)\" of the BPE model is not supported yet.")
    }
}

/// A list of merges as lines of text, as `merges.txt` and older `tokenizer.json` files hold it.
enum MergeList {
    /// The pairs, in order, without version lines ("#version: 0.2").
    static func pairs(in lines: some Sequence<String>) throws(TokenizationError) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for line in lines where !line.hasPrefix("#version") {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw notAPair(number: pairs.count + 1, line) }
            pairs.append((String(parts[0]), String(parts[1])))
        }
        return pairs
    }

    static func notAPair(number: Int, _ text: String) -> TokenizationError {
        TokenizationError(.invalidMerge, "merge \(number), \"\(text)\", is not two tokens with a space between them.")
    }
}
