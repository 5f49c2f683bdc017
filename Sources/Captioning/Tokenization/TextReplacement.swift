/// Puts one text in the place of another, or of a run of one character; "Replace" in `tokenizer.json`.
struct TextReplacement: Sendable, Equatable {
    enum Pattern: Sendable, Equatable {
        case text([Unicode.Scalar])
        /// So many of the scalar, or more.
        case run(Unicode.Scalar, least: Int)
    }

    let pattern: Pattern
    let content: [Unicode.Scalar]

    func apply(to text: String) -> String {
        var result = String.UnicodeScalarView()
        let scalars = Array(text.unicodeScalars)
        var position = 0
        while position < scalars.count {
            let length = matchLength(in: scalars, at: position)
            if length > 0 {
                result.append(contentsOf: content)
            } else {
                result.append(scalars[position])
            }
            position += max(length, 1)
        }
        return String(result)
    }

    private func matchLength(in scalars: [Unicode.Scalar], at start: Int) -> Int {
        switch pattern {
        case .text(let wanted):
            return scalars[start...].starts(with: wanted) ? wanted.count : 0
        case .run(let wanted, let least):
            let end = scalars[start...].firstIndex { $0 != wanted } ?? scalars.endIndex
            return end - start >= least ? end - start : 0
        }
    }
}

extension TextReplacement: Decodable {
    private enum CodingKeys: CodingKey {
        case pattern, content
    }

    private struct PatternDescription: Decodable {
        let string: String?
        let regex: String?

        enum CodingKeys: String, CodingKey {
            case string = "String"
            case regex = "Regex"
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        content = Array(try container.decode(String.self, forKey: .content).unicodeScalars)
        let description = try container.decode(PatternDescription.self, forKey: .pattern)
        if let text = description.string, !text.isEmpty {
            pattern = .text(Array(text.unicodeScalars))
        } else if let regex = description.regex, let run = Self.run(regex) {
            pattern = run
        } else {
            let name = description.regex ?? description.string ?? ""
            throw TokenizationError(
                .unsupportedComponent,
                "\"Replace\" is supported for a text and for a run of one character (\" {2,}\") only; this one has "
                    + "\"\(name)\".")
        }
    }

    /// What stands for itself in no regular expression.
    private static let metacharacters: Set<Unicode.Scalar> = Set(#"\.[](){}*+?^$|"#.unicodeScalars)

    /// The pattern of a regular expression such as ` {2,}` or ` +`.
    private static func run(_ regex: String) -> Pattern? {
        guard let scalar = regex.unicodeScalars.first, !metacharacters.contains(scalar) else { return nil }
        let rest = String(regex.unicodeScalars.dropFirst())
        if rest == "+" { return .run(scalar, least: 1) }
        guard rest.hasPrefix("{"), rest.hasSuffix(",}"), let least = Int(rest.dropFirst().dropLast(2)), least >= 1
        else { return nil }
        return .run(scalar, least: least)
    }
}
