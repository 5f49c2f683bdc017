import Foundation

/// The words of a text: runs of letters and digits, in lower case and without accents. "don't" and "isn't" are their verb and
/// "not".
struct CaptionWords {
    let words: [String]

    init(_ text: some StringProtocol) {
        var plain = text.lowercased()
        if !plain.utf8.allSatisfy({ $0 < 0x80 }) {
            plain = plain.folding(options: .diacriticInsensitive, locale: nil).replacing("’", with: "'")
        }
        words = plain.split { !$0.isLetter && !$0.isNumber && $0 != "'" }.flatMap { word in
            if word.hasSuffix("n't") { return [String(word.dropLast(3)), "not"].filter { !$0.isEmpty } }
            return word.split(separator: "'").prefix(1).map(String.init)
        }
    }
}
