import Foundation

/// What BERT's tokenizers do to text before it is cut into words: `BertNormalizer` in `tokenizer.json`.
///
/// Source: huggingface/tokenizers, `normalizers/bert.rs`, after google-research/bert, `BasicTokenizer`.
struct BERTNormalizer: Sendable {
    /// Takes control characters out and makes all white space plain spaces.
    let cleansText: Bool
    /// Puts spaces around ideographs, each of which is then a word.
    let separatesIdeographs: Bool
    /// Takes letters and accents apart and leaves the accents out.
    let stripsAccents: Bool
    let lowercases: Bool

    func normalize(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.isASCII, !cleansText || scalar.value >= 0x20 && scalar.value != 0x7F {
                scalars.append(scalar)
            } else if let clean = cleansText ? Self.clean(scalar) : scalar {
                if separatesIdeographs, clean.isIdeographToBERT {
                    scalars.append(contentsOf: [" ", clean, " "])
                } else {
                    scalars.append(clean)
                }
            }
        }
        if stripsAccents, scalars.contains(where: { !$0.isASCII }) {
            scalars = String(scalars).decomposedStringWithCanonicalMapping.unicodeScalars
            scalars.removeAll { $0.isAccentToBERT }
        }
        guard lowercases else { return String(scalars) }
        // Scalar by scalar, without regard to the neighbours: a final capital sigma becomes "σ" here.
        var lowercased = ""
        for scalar in scalars {
            if scalar.isASCII {
                let isCapital = "A"..."Z" ~= scalar
                lowercased.unicodeScalars.append(isCapital ? Unicode.Scalar(UInt8(scalar.value) + 0x20) : scalar)
            } else {
                lowercased.unicodeScalars.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return lowercased
    }

    /// What a scalar becomes; nil where it is left out.
    private static func clean(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case "\t", "\n", "\r": return " "
        case "\0", "\u{FFFD}": return nil
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .privateUse: return nil
        case .format where scalar.isKnownToBERT: return nil
        default: return scalar.properties.isWhitespace ? " " : scalar
        }
    }
}

extension BERTNormalizer: Decodable {
    private enum CodingKeys: String, CodingKey {
        case lowercase
        case cleanText = "clean_text"
        case handleChineseCharacters = "handle_chinese_chars"
        case stripAccents = "strip_accents"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        cleansText = try container.decode(Bool.self, forKey: .cleanText)
        separatesIdeographs = try container.decode(Bool.self, forKey: .handleChineseCharacters)
        lowercases = try container.decode(Bool.self, forKey: .lowercase)
        // Whoever does not say so means it with lower case alone.
        stripsAccents = try container.decodeIfPresent(Bool.self, forKey: .stripAccents) ?? lowercases
    }
}

/// Categories as the tokenizers package knows them, which for BERT are those of Unicode 8.
extension Unicode.Scalar {
    /// Whether the scalar is in Unicode 8.
    fileprivate var isKnownToBERT: Bool { (properties.age?.major ?? .max) <= 8 }

    /// The blocks that the package lists; its range of extension E begins 0x100 behind the block's own beginning.
    fileprivate var isIdeographToBERT: Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }

    /// Marks that take no room of their own, a few of which were or became something else after Unicode 8.
    fileprivate var isAccentToBERT: Bool {
        if isASCII { return false }
        switch value {
        case 0x1734: return true
        case 0x1885, 0x1886, 0xA9BD, 0x111C9: return false
        default: return properties.generalCategory == .nonspacingMark && isKnownToBERT
        }
    }

    /// Whether the scalar is a word of its own: punctuation, and the symbols that ASCII has.
    var isPunctuationToBERT: Bool {
        if isASCII {
            switch value {
            case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
            default: return false
            }
        }
        // Two that were punctuation then and are not now.
        if value == 0x166D || value == 0x111C9 { return true }
        switch properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return isKnownToBERT
        default: return false
        }
    }
}
