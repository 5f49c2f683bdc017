/// How the pieces of a Unigram model become text again; `decoder` in `tokenizer.json`.
///
/// Supported are `Metaspace`, `Replace`, `ByteFallback`, `Fuse`, `Strip`, and any `Sequence` of them.
struct PieceDecoder: Sendable {
    enum Step: Sendable {
        case metaspace(Metaspace)
        case replace(TextReplacement)
        /// Joins pieces that stand for bytes ("<0xE2>") to characters.
        case byteFallback
        /// Joins all pieces.
        case fuse
        /// Takes at most so many of a character away at either end of a piece.
        case strip(Unicode.Scalar, start: Int, end: Int)
    }

    let steps: [Step]

    /// Whether pieces that spell bytes are read together.
    var readsBytes: Bool {
        steps.contains { if case .byteFallback = $0 { true } else { false } }
    }

    /// Whether a piece reads the same whatever stands before it, the first piece and runs of bytes aside.
    var readsPieceByPiece: Bool {
        var isFused = false
        for step in steps {
            switch step {
            case .fuse: isFused = true
            case .strip(_, let start, let end): if isFused, start > 1 || end > 0 { return false }
            case .metaspace, .replace, .byteFallback: if isFused { return false }
            }
        }
        return text(of: [Self.neutralPiece]) == Self.neutralPiece
    }

    /// A piece that reads as it stands.
    static let neutralPiece = "x"

    func text(of pieces: [String]) -> String {
        steps.reduce(pieces) { Self.apply($1, to: $0) }.joined()
    }

    private static func apply(_ step: Step, to pieces: [String]) -> [String] {
        switch step {
        case .metaspace(let metaspace):
            pieces.enumerated().map { metaspace.text(of: $1, isFirst: $0 == 0) }
        case .replace(let replacement): pieces.map(replacement.apply)
        case .byteFallback: joiningBytes(pieces)
        case .fuse: [pieces.joined()]
        case .strip(let scalar, let start, let end): pieces.map { stripped($0, of: scalar, start: start, end: end) }
        }
    }

    /// A run of bytes becomes its text where the whole of it is UTF-8, else one U+FFFD for each byte.
    private static func joiningBytes(_ pieces: [String]) -> [String] {
        var result: [String] = []
        var bytes: [UInt8] = []
        func flush() {
            guard !bytes.isEmpty else { return }
            if let text = String(validating: bytes, as: UTF8.self) {
                result.append(text)
            } else {
                result += Array(repeating: "\u{FFFD}", count: bytes.count)
            }
            bytes = []
        }
        for piece in pieces {
            if let byte = ByteSpelling.byte(of: piece) {
                bytes.append(byte)
            } else {
                flush()
                result.append(piece)
            }
        }
        flush()
        return result
    }

    private static func stripped(_ piece: String, of scalar: Unicode.Scalar, start: Int, end: Int) -> String {
        var scalars = Array(piece.unicodeScalars)[...]
        scalars = scalars.dropFirst(scalars.prefix(start).prefix { $0 == scalar }.count)
        scalars = scalars.dropLast(scalars.suffix(end).reversed().prefix { $0 == scalar }.count)
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}

extension PieceDecoder: Decodable {
    private enum CodingKeys: CodingKey {
        case type, decoders, content, start, stop
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        switch type {
        case "Sequence": steps = try container.decode([PieceDecoder].self, forKey: .decoders).flatMap(\.steps)
        case "Metaspace": steps = [.metaspace(try Metaspace(from: decoder))]
        case "Replace": steps = [.replace(try TextReplacement(from: decoder))]
        case "ByteFallback": steps = [.byteFallback]
        case "Fuse": steps = [.fuse]
        case "Strip":
            let content = try container.decode(String.self, forKey: .content)
            let start = try container.decode(UInt32.self, forKey: .start)
            let stop = try container.decode(UInt32.self, forKey: .stop)
            guard let scalar = content.unicodeScalars.first, content.unicodeScalars.count == 1 else {
                throw TokenizationError(
                    .unsupportedComponent, "the content \"\(content)\" of \"Strip\" is not a single character.")
            }
            steps = [.strip(scalar, start: Int(start), end: Int(stop))]
        default:
            throw TokenizationError(
                .unsupportedComponent,
                "the decoder \"\(type)\" is not supported for Unigram models yet; Metaspace, Replace, ByteFallback, Fuse "
                    + "and Strip are.")
        }
    }
}

/// How a vocabulary spells a byte that no piece holds: "<0xE2>".
enum ByteSpelling {
    static func text(of byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
    }

    static func byte(of text: String) -> UInt8? {
        guard text.utf8.count == 6, text.hasPrefix("<0x"), text.hasSuffix(">") else { return nil }
        let digits = text.dropFirst(3).dropLast()
        // `UInt8(_:radix:)` would take a sign.
        guard digits.allSatisfy({ $0.isHexDigit && $0.isASCII }) else { return nil }
        return UInt8(digits, radix: 16)
    }
}
