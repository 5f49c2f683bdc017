/// Strings that end a text as soon as they occur in it (`stop_strings`), and what a reader gets to see of such a text.
///
/// A text is looked at by its bytes in UTF-8, as it stands. Only new tokens count: a string that begins in the prompt ends nothing,
/// where transformers' `StopStringCriteria` looks at the prompt, too.
public struct StopStrings: Sendable, Equatable {
    /// None of them empty.
    public let strings: [String]
    private let decode: @Sendable ([Int]) -> String
    /// Bytes of the longest one.
    private let longest: Int

    /// - Parameters:
    ///   - strings: each ends a text; none of them empty.
    ///   - decode: the text of some new tokens, as the reader gets it. It is called from the thread that generates.
    public init(_ strings: [String], decode: @escaping @Sendable ([Int]) -> String) {
        self.strings = strings
        self.decode = decode
        longest = strings.map(\.utf8.count).max() ?? 0
    }

    /// Equal where they end the same texts of one model.
    public static func == (left: StopStrings, right: StopStrings) -> Bool { left.strings == right.strings }

    /// A finished text up to the first stop string, which is left out as OpenAI, vLLM and Ollama leave out their `stop`.
    ///
    /// - Parameter start: bytes in front of the new text; a stop string there ends nothing.
    public func cut(_ text: String, from start: Int = 0) -> String {
        let new = text.utf8.dropFirst(start)
        guard let end = strings.compactMap({ new.firstRange(of: $0.utf8)?.lowerBound }).min() else { return text }
        return String(text[..<end])
    }

    /// What of an unfinished text stands in the finished one, whatever comes: not a stop string, and nothing that one may begin with.
    ///
    /// Where the text only gets longer, so does this, and ``cut(_:from:)`` of the finished text begins with it.
    ///
    /// - Parameter start: as for ``cut(_:from:)``.
    public func certainPrefix(of text: String, from start: Int = 0) -> String {
        let certain = cut(text, from: start)
        guard certain.utf8.count == text.utf8.count else { return certain }
        let new = text.utf8.dropFirst(start)
        let begun = strings.map { string in
            (1..<max(1, string.utf8.count)).last { new.suffix($0).elementsEqual(string.utf8.prefix($0)) } ?? 0
        }
        return String(text.utf8.dropLast(begun.max() ?? 0)) ?? text
    }

    /// Bytes in which the beginning of some tokens' text may differ from what these tokens are in a longer one: a space that
    /// is left out or put in, half a character, the mark of a word's inner piece.
    private static let margin = 8

    /// Whether a text that holds no stop string holds one with this token.
    ///
    /// Such a string ends in the token's text, so that as many bytes in front of it decide as the longest string has. As nearly
    /// every token has a byte at least, as many tokens are decoded, and all only where their text turns out too short, where it
    /// begins within a character, or to make sure of what was found.
    func isCompleted(by token: Int, after new: ArraySlice<Int>) -> Bool {
        let tail = Array(new.suffix(longest + Self.margin))
        let text = decode(tail + [token])
        if tail.count == new.count { return isHeld(in: text) }
        let isDecisive =
            !text.unicodeScalars.contains("\u{FFFD}") && decode(tail).utf8.count >= longest + Self.margin
        if isDecisive, !isHeld(in: text) { return false }
        return isHeld(in: decode(new + [token]))
    }

    private func isHeld(in text: String) -> Bool { strings.contains { text.utf8.firstRange(of: $0.utf8) != nil } }
}
