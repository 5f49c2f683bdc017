/// Which special tokens stand around a text; `post_processor` in `tokenizer.json`.
struct SequenceTemplate: Sendable {
    enum Piece: Sendable {
        /// Ids that stand there when special tokens are asked for.
        case special([Int])
        /// The ids of the text.
        case text
    }

    var pieces: [Piece] = [.text]

    private var addsTokens: Bool {
        pieces.count != 1 || pieces.contains { if case .special = $0 { true } else { false } }
    }

    /// The tokens that are put around a text.
    var specialCount: Int {
        pieces.reduce(0) { if case .special(let ids) = $1 { $0 + ids.count } else { $0 } }
    }

    func apply(to ids: [Int], addingSpecialTokens: Bool) -> [Int] {
        pieces.flatMap { piece in
            switch piece {
            case .special(let special): addingSpecialTokens ? special : []
            case .text: ids
            }
        }
    }
}

extension SequenceTemplate: Decodable {
    private enum CodingKeys: String, CodingKey {
        case type, processors, single, sep, cls
        case specialTokens = "special_tokens"
    }

    private struct PieceDescription: Decodable {
        struct Reference: Decodable {
            let id: String
        }

        let special: Reference?
        let sequence: Reference?

        enum CodingKeys: String, CodingKey {
            case special = "SpecialToken"
            case sequence = "Sequence"
        }
    }

    private struct SpecialToken: Decodable {
        let ids: [UInt32]
    }

    /// A token's text and id, as BERT's and RoBERTa's processors write them: `["</s>", 2]`.
    private struct TokenPair: Decodable {
        let id: Int

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            _ = try container.decode(String.self)
            id = Int(try container.decode(UInt32.self))
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        switch type {
        case "ByteLevel":
            // It moves character offsets only, and no offsets are kept here.
            break
        case "TemplateProcessing":
            let tokens = try container.decode([String: SpecialToken].self, forKey: .specialTokens)
            pieces = try container.decode([PieceDescription].self, forKey: .single).map { piece in
                try Self.piece(piece, tokens: tokens)
            }
        case "RobertaProcessing", "BertProcessing":
            let first = try container.decode(TokenPair.self, forKey: .cls).id
            let last = try container.decode(TokenPair.self, forKey: .sep).id
            pieces = [.special([first]), .text, .special([last])]
        case "Sequence":
            let parts = try container.decode([SequenceTemplate].self, forKey: .processors)
            let adding = parts.filter(\.addsTokens)
            guard adding.count <= 1 else {
                throw TokenizationError(
                    .unsupportedComponent,
                    "the post-processor \"Sequence\" with more than one part that adds tokens is not supported yet.")
            }
            pieces = adding.first?.pieces ?? [.text]
        default:
            throw TokenizationError(
                .unsupportedComponent,
                "the post-processor \"\(type)\" is not supported yet; ByteLevel, TemplateProcessing, "
                    + "RobertaProcessing and BertProcessing are.")
        }
    }

    private static func piece(
        _ piece: PieceDescription, tokens: [String: SpecialToken]
    ) throws(TokenizationError) -> Piece {
        if let sequence = piece.sequence, sequence.id == "A" { return .text }
        guard let special = piece.special, let token = tokens[special.id] else {
            let name = piece.special?.id ?? piece.sequence?.id ?? "nothing"
            throw TokenizationError(
                .invalidSpecialToken,
                "the template for one text names \"\(name)\", which is neither the text (A) nor among its special tokens."
            )
        }
        return .special(token.ids.map(Int.init))
    }
}
