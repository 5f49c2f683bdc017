/// Spaces that are spelt as a visible character, "▁", so that pieces may hold them; as a pre-tokeniser and as a decoder
/// in `tokenizer.json`.
struct Metaspace: Sendable {
    /// Where a text that does not begin with a space gets one in front.
    enum PrependScheme: String, Sendable, Decodable {
        case always
        /// At the beginning of the whole text only, not behind an added token.
        case first
        case never
    }

    let replacement: Unicode.Scalar
    let prependScheme: PrependScheme
    /// Whether a piece ends where the next space begins.
    let splits: Bool

    /// The words of a text, spaces replaced.
    /// - Parameter isBeginning: whether the whole text begins here.
    func words(in text: ArraySlice<Unicode.Scalar>, isBeginning: Bool) -> [ArraySlice<Unicode.Scalar>] {
        var scalars = text.map { $0 == " " ? replacement : $0 }
        let prepends = prependScheme == .always || (prependScheme == .first && isBeginning)
        if prepends, scalars.first != replacement { scalars.insert(replacement, at: 0) }
        guard splits else { return [scalars[...]] }

        var words: [ArraySlice<Unicode.Scalar>] = []
        var start = 0
        for index in scalars.indices.dropFirst() where scalars[index] == replacement {
            words.append(scalars[start..<index])
            start = index
        }
        words.append(scalars[start...])
        return words
    }

    /// The text of a token; the first one loses its spaces where a text got one in front.
    func text(of token: String, isFirst: Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in token.unicodeScalars {
            if scalar != replacement {
                result.append(scalar)
            } else if !isFirst || prependScheme == .never {
                result.append(" ")
            }
        }
        return String(result)
    }
}

extension Metaspace: Decodable {
    private enum CodingKeys: String, CodingKey {
        case replacement, split
        case prependScheme = "prepend_scheme"
        case addsPrefixSpace = "add_prefix_space"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let text = try container.decode(String.self, forKey: .replacement)
        guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
            throw TokenizationError(
                .unsupportedComponent, "the replacement \"\(text)\" of \"Metaspace\" is not a single character.")
        }
        replacement = scalar
        splits = try container.decodeIfPresent(Bool.self, forKey: .split) ?? true
        // Files from before 2024 say with `add_prefix_space` alone that every text gets a space.
        prependScheme = try container.decodeIfPresent(PrependScheme.self, forKey: .prependScheme) ?? .always
        if try container.decodeIfPresent(Bool.self, forKey: .addsPrefixSpace) == false, prependScheme != .never {
            throw TokenizationError(
                .unsupportedComponent,
                "\"Metaspace\" says both that texts get a space in front (prepend_scheme) and that they do not "
                    + "(add_prefix_space).")
        }
    }
}
