/// How text is cut before a Unigram model chooses its pieces; `pre_tokenizer` in `tokenizer.json`.
///
/// Supported are `WhitespaceSplit`, `Metaspace`, any `Sequence` of them, and none.
struct PieceSplitter: Sendable {
    enum Step: Sendable {
        /// Cuts at white space, which is dropped.
        case whitespace
        case metaspace(Metaspace)
    }

    var steps: [Step] = []

    /// - Parameter isBeginning: whether the whole text begins here.
    func words(in text: ArraySlice<Unicode.Scalar>, isBeginning: Bool) -> [ArraySlice<Unicode.Scalar>] {
        guard !text.isEmpty else { return [] }
        var pieces = [(scalars: text, isBeginning: isBeginning)]
        for step in steps {
            pieces = pieces.flatMap { piece in
                let words: [ArraySlice<Unicode.Scalar>]
                switch step {
                case .whitespace: words = piece.scalars.split { $0.properties.isWhitespace }
                case .metaspace(let metaspace):
                    words = metaspace.words(in: piece.scalars, isBeginning: piece.isBeginning)
                }
                return words.enumerated().map { index, word in
                    let isAtStart = index == 0 && piece.scalars.first?.properties.isWhitespace != true
                    return (word, piece.isBeginning && isAtStart)
                }
            }
        }
        return pieces.map(\.scalars)
    }
}

extension PieceSplitter: Decodable {
    private enum CodingKeys: String, CodingKey {
        case type
        case parts = "pretokenizers"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        switch type {
        case "Sequence": steps = try container.decode([PieceSplitter].self, forKey: .parts).flatMap(\.steps)
        case "WhitespaceSplit": steps = [.whitespace]
        case "Metaspace": steps = [.metaspace(try Metaspace(from: decoder))]
        default:
            throw TokenizationError(
                .unsupportedComponent,
                "the pre-tokeniser \"\(type)\" is not supported for Unigram models yet; WhitespaceSplit and Metaspace are."
            )
        }
    }
}
