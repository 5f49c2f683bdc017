/// How pieces of words become text again: `WordPiece` as `decoder` in `tokenizer.json`.
struct WordPieceDecoder: Sendable, Decodable {
    let prefix: String
    /// Takes out the spaces that stand before punctuation and inside contractions.
    let cleansUp: Bool

    private enum CodingKeys: String, CodingKey {
        case prefix
        case cleansUp = "cleanup"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        prefix = try container.decodeIfPresent(String.self, forKey: .prefix) ?? "##"
        cleansUp = try container.decodeIfPresent(Bool.self, forKey: .cleansUp) ?? true
    }

    /// Source: huggingface/tokenizers, `cleanup` in `decoders/wordpiece.rs`.
    private static let replacements = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

    func text(of pieces: [String]) -> String {
        var bytes: [UInt8] = []
        for (index, piece) in pieces.enumerated() {
            var part = Array(piece.utf8)
            if index > 0 {
                part = part.starts(with: prefix.utf8) ? Array(part.dropFirst(prefix.utf8.count)) : [0x20] + part
            }
            // Piece by piece, as the package does: what spans two of them stays.
            if cleansUp { part = Self.replacements.reduce(part) { Self.replacing($1.0, with: $1.1, in: $0) } }
            bytes += part
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func replacing(_ pattern: [UInt8], with replacement: [UInt8], in text: [UInt8]) -> [UInt8] {
        guard text.count >= pattern.count else { return text }
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index...].starts(with: pattern) {
                result += replacement
                index += pattern.count
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }
}
