import Foundation

/// What a tokenizer does to text before anything else; `normalizer` in `tokenizer.json`.
///
/// The four forms are Foundation's, and differ from the tokenizers package in two rare places: combining marks and
/// compatibility characters newer than Unicode 9, the package's version, are ordered and taken apart here only; and
/// Foundation of Swift 6.3 composes a scalar beyond U+FFFF like the one with the same lower 16 bits (U+E006E, U+0301
/// becomes "ń").
indirect enum Normalizer: Decodable, Sendable {
    case nfc, nfd, nfkc, nfkd, lowercase
    /// Takes white space away at either end.
    case strip(left: Bool, right: Bool)
    case replace(TextReplacement)
    /// Puts a text in front, except of nothing.
    case prepend(String)
    case precompiled(CharacterMap)
    case bert(BERTNormalizer)
    case sequence([Normalizer])

    private enum CodingKeys: String, CodingKey {
        case type, normalizers, prepend
        case stripsLeft = "strip_left"
        case stripsRight = "strip_right"
        case characterMap = "precompiled_charsmap"
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
        case "Strip":
            self = .strip(
                left: try container.decode(Bool.self, forKey: .stripsLeft),
                right: try container.decode(Bool.self, forKey: .stripsRight))
        case "Replace": self = .replace(try TextReplacement(from: decoder))
        case "Prepend": self = .prepend(try container.decode(String.self, forKey: .prepend))
        case "Precompiled":
            self = .precompiled(try CharacterMap(base64: container.decode(String.self, forKey: .characterMap)))
        case "BertNormalizer": self = .bert(try BERTNormalizer(from: decoder))
        case "Sequence": self = .sequence(try container.decode([Normalizer].self, forKey: .normalizers))
        default:
            throw TokenizationError(
                .unsupportedComponent,
                "the normaliser \"\(type)\" is not supported yet; NFC, NFD, NFKC, NFKD, Lowercase, Strip, Replace, Prepend, "
                    + "Precompiled and BertNormalizer are.")
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
        case .strip(let left, let right):
            var scalars = text.unicodeScalars[...]
            if left { scalars = scalars.drop { $0.properties.isWhitespace } }
            while right, let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
            return String(scalars)
        case .replace(let replacement): return replacement.apply(to: text)
        case .prepend(let beginning): return text.isEmpty ? text : beginning + text
        case .precompiled(let map): return map.normalize(text)
        case .bert(let normalizer): return normalizer.normalize(text)
        case .sequence(let steps):
            return steps.reduce(text) { $1.normalize($0) }
        }
    }

    /// Whether a normalised text begins with what the text itself begins with, rather than with something after it.
    func keepsBeginning(of text: some Collection<Unicode.Scalar>) -> Bool {
        guard text.first?.properties.isWhitespace == true else { return true }
        switch self {
        case .strip(let left, _): return !left
        case .sequence(let steps): return steps.allSatisfy { $0.keepsBeginning(of: text) }
        default: return true
        }
    }
}
