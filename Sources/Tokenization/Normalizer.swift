import Foundation

/// What a tokenizer does to text before anything else; `normalizer` in `tokenizer.json`.
///
/// The four forms are Foundation's, and differ from the tokenizers package in two rare places: combining marks and
/// compatibility characters newer than Unicode 9, the package's version, are ordered and taken apart here only; and
/// Foundation of Swift 6.3 composes a scalar beyond U+FFFF like the one with the same lower 16 bits (U+E006E, U+0301
/// becomes "ń").
indirect enum Normalizer: Decodable, Sendable {
    case nfc, nfd, nfkc, nfkd, lowercase
    case sequence([Normalizer])

    private enum CodingKeys: CodingKey {
        case type, normalizers
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        switch type {
        case "NFC": self = .nfc
        case "NFD": self = .nfd
        case "NFKC": self = .nfkc
        case "NFKD": self = .nfkd
        case "Lowercase": self = .lowercase
        case "Sequence": self = .sequence(try container.decode([Normalizer].self, forKey: .normalizers))
        default:
            throw TokenizationError(
                .unsupportedComponent,
                "the normaliser \"\(type)\" is not supported yet; NFC, NFD, NFKC, NFKD and Lowercase are.")
        }
    }

    func normalize(_ text: String) -> String {
        switch self {
        case .nfc: return text.precomposedStringWithCanonicalMapping
        case .nfd: return text.decomposedStringWithCanonicalMapping
        case .nfkc: return text.precomposedStringWithCompatibilityMapping
        case .nfkd: return text.decomposedStringWithCompatibilityMapping
        case .lowercase:
            // Scalar by scalar, without regard to the neighbours: a final capital sigma becomes "σ" here.
            return text.unicodeScalars.reduce(into: "") { $0 += $1.properties.lowercaseMapping }
        case .sequence(let steps):
            return steps.reduce(text) { $1.normalize($0) }
        }
    }
}
