/// How text is cut into words before byte pairs merge; `pre_tokenizer` in `tokenizer.json`.
///
/// Supported are `ByteLevel`, and a `Sequence` that ends in it and has nothing before it but `Split` by GPT-2's pattern.
struct PreTokenizer: Sendable {
    enum Step: Sendable {
        case split
        case prefixSpace
    }

    let steps: [Step]

    /// The pre-tokeniser of GPT-2 itself.
    init(addingPrefixSpace: Bool) {
        steps = addingPrefixSpace ? [.prefixSpace, .split] : [.split]
    }

    /// The words of a text, each perhaps with the space in front that stood there or was asked for.
    func words(in text: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
        var pieces = text.isEmpty ? [] : [text]
        for step in steps {
            switch step {
            case .split:
                pieces = pieces.flatMap(WordScanner.words)
            case .prefixSpace:
                pieces = pieces.map { $0.first == " " ? $0 : ([" "] + $0)[...] }
            }
        }
        return pieces
    }
}

extension PreTokenizer: Decodable {
    private struct Part: Decodable {
        struct Pattern: Decodable {
            let regex: String?

            enum CodingKeys: String, CodingKey {
                case regex = "Regex"
            }
        }

        let type: String
        let addPrefixSpace: Bool?
        let useRegex: Bool?
        let pattern: Pattern?
        let behavior: String?
        let invert: Bool?
        let parts: [Part]?

        enum CodingKeys: String, CodingKey {
            case type, pattern, behavior, invert
            case addPrefixSpace = "add_prefix_space"
            case useRegex = "use_regex"
            case parts = "pretokenizers"
        }

        /// A sequence's parts, those of sequences inside it in their places.
        var flattened: [Part] {
            type == "Sequence" ? (parts ?? []).flatMap(\.flattened) : [self]
        }
    }

    init(from decoder: any Decoder) throws {
        let parts = try Part(from: decoder).flattened
        // Bytes are spelt out by ByteLevel, so that whatever came after it would work on other text.
        guard parts.last?.type == "ByteLevel" else {
            let names = parts.map(\.type).joined(separator: ", ")
            throw TokenizationError(
                .unsupportedComponent,
                "the pre-tokeniser \"\(names)\" is not supported yet; one that ends in ByteLevel is.")
        }
        var steps = try parts.dropLast().map(Self.splitStep)
        if parts.last?.addPrefixSpace ?? true { steps.append(.prefixSpace) }
        if parts.last?.useRegex ?? true { steps.append(.split) }
        self.steps = steps
    }

    private static func splitStep(_ part: Part) throws(TokenizationError) -> Step {
        guard part.type == "Split" else {
            throw TokenizationError(
                .unsupportedComponent, "the pre-tokeniser \"\(part.type)\" before ByteLevel is not supported yet.")
        }
        guard part.pattern?.regex == WordScanner.pattern, part.behavior == "Isolated", part.invert != true else {
            let pattern = part.pattern?.regex ?? "a plain string"
            throw TokenizationError(
                .unsupportedComponent,
                "the pre-tokeniser \"Split\" is supported with GPT-2's pattern and the behaviour Isolated only; "
                    + "this one has \(pattern) and \(part.behavior ?? "no behaviour").")
        }
        return .split
    }
}
