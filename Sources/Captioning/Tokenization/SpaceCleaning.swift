/// What `clean_up_tokenization_spaces` asks for: no spaces in front of punctuation, nor within English contractions.
///
/// Source: transformers 5.24, `PreTrainedTokenizerBase.clean_up_tokenization`. Byte-pair tokenizers are left alone there.
enum SpaceCleaning {
    /// One after the other, each over the whole text.
    private static let replacements: [(old: [UInt8], new: [UInt8])] = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"),
        (" 've", "'ve"), (" 're", "'re"),
    ].map { (Array($0.utf8), Array($1.utf8)) }

    static func clean(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: " ")) else { return text }
        let cleaned = replacements.reduce(Array(text.utf8)) { replacing($1.old, with: $1.new, in: $0) }
        return String(decoding: cleaned, as: UTF8.self)
    }

    private static func replacing(_ old: [UInt8], with new: [UInt8], in text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var place = 0
        while place < text.count {
            if text[place] == old[0], text[place...].starts(with: old) {
                result += new
                place += old.count
            } else {
                result.append(text[place])
                place += 1
            }
        }
        return result
    }

    /// Cleans a text that comes in parts. What is behind the last space is held back, for it may still change.
    struct Stream: Sendable {
        private var pending: [UInt8] = []

        /// - Returns: the cleaned text that is certain now.
        mutating func append(_ text: String) -> String {
            pending += text.utf8
            // No replacement reaches over a space but at an apostrophe: "do n ' t" becomes "do n't", and that "don't".
            let apostrophe = UInt8(ascii: "'")
            let space = pending.indices.dropFirst().dropLast().last { place in
                pending[place] == UInt8(ascii: " ") && pending[place - 1] != apostrophe
                    && pending[place + 1] != apostrophe
            }
            guard let space else { return "" }
            defer { pending.removeFirst(space) }
            return SpaceCleaning.clean(String(decoding: pending[..<space], as: UTF8.self))
        }

        /// What was held back.
        mutating func finish() -> String {
            defer { pending = [] }
            return SpaceCleaning.clean(String(decoding: pending, as: UTF8.self))
        }
    }
}
