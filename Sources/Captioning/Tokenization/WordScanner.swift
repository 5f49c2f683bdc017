/// GPT-2's way of cutting text into words, the pieces inside which byte pairs may merge.
enum WordScanner {
    /// The pattern that the scanner carries out, as tokenizer files spell it. It works on Unicode scalars.
    static let pattern = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    private enum Kind {
        case letter, number, space, other
    }

    /// Cuts `text` into words that, in order, make it up whole.
    static func words(in text: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
        var words: [ArraySlice<Unicode.Scalar>] = []
        var start = text.startIndex
        while start < text.endIndex {
            let end = endOfWord(in: text, from: start)
            words.append(text[start..<end])
            start = end
        }
        return words
    }

    private static func endOfWord(in text: ArraySlice<Unicode.Scalar>, from start: Int) -> Int {
        if let end = endOfContraction(in: text, from: start) { return end }

        let first = kind(of: text[start])
        if first != .space { return endOfRun(of: first, in: text, from: start + 1) }
        // A single space belongs to the word after it.
        if text[start] == " ", start + 1 < text.endIndex {
            let second = kind(of: text[start + 1])
            if second != .space { return endOfRun(of: second, in: text, from: start + 2) }
        }
        // `\s+(?!\S)` gives the last of several spaces back to the word after them; `\s+` takes a lone one.
        let end = endOfRun(of: .space, in: text, from: start + 1)
        return end == text.endIndex || end == start + 1 ? end : end - 1
    }

    private static func endOfContraction(in text: ArraySlice<Unicode.Scalar>, from start: Int) -> Int? {
        guard text[start] == "'", start + 1 < text.endIndex else { return nil }
        let second = text[start + 1]
        if second == "s" || second == "t" || second == "m" || second == "d" { return start + 2 }
        guard start + 2 < text.endIndex else { return nil }
        switch (second, text[start + 2]) {
        case ("r", "e"), ("v", "e"), ("l", "l"): return start + 3
        default: return nil
        }
    }

    private static func endOfRun(of wanted: Kind, in text: ArraySlice<Unicode.Scalar>, from start: Int) -> Int {
        text[start...].firstIndex { kind(of: $0) != wanted } ?? text.endIndex
    }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        if scalar.isASCII {
            switch scalar {
            case "a"..."z", "A"..."Z": return .letter
            case "0"..."9": return .number
            case " ", "\t"..."\r": return .space
            default: return .other
            }
        }
        let properties = scalar.properties
        if properties.isWhitespace { return .space }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            return properties.isKnownToReference ? .letter : .other
        case .decimalNumber, .letterNumber, .otherNumber:
            return properties.isKnownToReference ? .number : .other
        default:
            return .other
        }
    }
}

extension Unicode.Scalar.Properties {
    /// Whether the scalar is in Unicode 16, the version that version 0.23 of the tokenizers package knows. Letters
    /// newer than that are symbols to it, and a newer Swift must cut where it cuts.
    var isKnownToReference: Bool {
        guard let age else { return false }
        return age.major <= 16
    }
}
