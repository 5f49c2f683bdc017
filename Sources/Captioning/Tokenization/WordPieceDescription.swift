/// What `tokenizer.json` says of a WordPiece tokenizer, as BERT has it.
struct WordPieceDescription: Decodable {
    private struct Model: Decodable {
        let vocabulary: [String: Int]
        let unknownToken: String?
        let continuingPrefix: String?
        let longestWord: Int?

        enum CodingKeys: String, CodingKey {
            case vocabulary = "vocab"
            case unknownToken = "unk_token"
            case continuingPrefix = "continuing_subword_prefix"
            case longestWord = "max_input_chars_per_word"
        }
    }

    private struct Part: Decodable {
        let type: String
    }

    var addedTokens: [AddedToken]
    /// See ``SpaceCleaning``.
    var cleansSpaces = false
    let normalizer: Normalizer?
    let template: SequenceTemplate
    let decoder: WordPieceDecoder
    let truncation: Truncation?
    let padding: Padding?
    let vocabulary: [String: Int]
    let unknownToken: String
    let continuingPrefix: String
    /// In scalars.
    let longestWord: Int

    private enum CodingKeys: String, CodingKey {
        case normalizer, model, decoder, truncation, padding
        case addedTokens = "added_tokens"
        case splitter = "pre_tokenizer"
        case template = "post_processor"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let model = try container.decode(Model.self, forKey: .model)
        vocabulary = model.vocabulary
        unknownToken = model.unknownToken ?? "[UNK]"
        continuingPrefix = model.continuingPrefix ?? "##"
        longestWord = model.longestWord ?? 100
        addedTokens = try container.decodeIfPresent([AddedToken].self, forKey: .addedTokens) ?? []
        normalizer = try container.decodeIfPresent(Normalizer.self, forKey: .normalizer)
        template = try container.decodeIfPresent(SequenceTemplate.self, forKey: .template) ?? SequenceTemplate()
        truncation = try container.decodeIfPresent(Truncation.self, forKey: .truncation)
        padding = try container.decodeIfPresent(Padding.self, forKey: .padding)
        let splitter = try container.decodeIfPresent(Part.self, forKey: .splitter)?.type ?? "none"
        guard splitter == "BertPreTokenizer" else {
            throw TokenizationError(
                .unsupportedComponent,
                "the pre-tokeniser \"\(splitter)\" is not supported for WordPiece models yet; BertPreTokenizer is.")
        }
        let decoders = try container.decodeIfPresent(Part.self, forKey: .decoder)?.type ?? "none"
        guard decoders == "WordPiece" else {
            throw TokenizationError(
                .unsupportedComponent,
                "the decoder \"\(decoders)\" is not supported for WordPiece models yet; WordPiece is.")
        }
        self.decoder = try container.decode(WordPieceDecoder.self, forKey: .decoder)
    }
}
