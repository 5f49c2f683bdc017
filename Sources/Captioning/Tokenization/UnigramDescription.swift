/// What `tokenizer.json` says of a Unigram tokenizer.
struct UnigramDescription: Decodable {
    /// A piece of the vocabulary; its place in the list is its id.
    struct Piece: Decodable {
        let text: String
        /// The logarithm of its probability.
        let score: Double

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            text = try container.decode(String.self)
            score = try container.decode(Double.self)
        }
    }

    private struct Model: Decodable {
        let pieces: [Piece]
        let unknownID: Int?
        let fallsBackToBytes: Bool?

        enum CodingKeys: String, CodingKey {
            case pieces = "vocab"
            case unknownID = "unk_id"
            case fallsBackToBytes = "byte_fallback"
        }
    }

    var addedTokens: [AddedToken]
    /// See ``SpaceCleaning``.
    var cleansSpaces = false
    let normalizer: Normalizer?
    let splitter: PieceSplitter
    let template: SequenceTemplate
    let decoder: PieceDecoder
    let pieces: [Piece]
    let unknownID: Int
    /// Spells a character that no piece holds as bytes ("<0xE2>") where the vocabulary has them.
    let fallsBackToBytes: Bool

    private enum CodingKeys: String, CodingKey {
        case normalizer, model, decoder
        case addedTokens = "added_tokens"
        case splitter = "pre_tokenizer"
        case template = "post_processor"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let model = try container.decode(Model.self, forKey: .model)
        pieces = model.pieces
        fallsBackToBytes = model.fallsBackToBytes ?? false
        guard let unknownID = model.unknownID else {
            throw TokenizationError(
                .unsupportedModel,
                "the Unigram model has no \"unk_id\", so that texts with other characters than its pieces have no ids.")
        }
        guard pieces.indices.contains(unknownID) else {
            throw TokenizationError(
                .invalidVocabulary,
                "\"unk_id\" is \(unknownID), but the vocabulary has \(pieces.count) pieces.")
        }
        self.unknownID = unknownID
        addedTokens = try container.decodeIfPresent([AddedToken].self, forKey: .addedTokens) ?? []
        normalizer = try container.decodeIfPresent(Normalizer.self, forKey: .normalizer)
        splitter = try container.decodeIfPresent(PieceSplitter.self, forKey: .splitter) ?? PieceSplitter()
        template = try container.decodeIfPresent(SequenceTemplate.self, forKey: .template) ?? SequenceTemplate()
        guard let pieceDecoder = try container.decodeIfPresent(PieceDecoder.self, forKey: .decoder) else {
            throw TokenizationError(
                .unsupportedComponent, "the decoder \"none\" is not supported yet; Metaspace is.")
        }
        self.decoder = pieceDecoder
    }
}
