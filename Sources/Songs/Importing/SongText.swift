import Foundation

/// Texts of songs as the catalogue keeps them.
enum SongText {
    /// Characters that a text may have; what is longer is cut.
    static let longest = 1000

    /// A text on one line, without control characters and the spaces around it.
    static func plain(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        var result = text
        if !isPlain {
            result = String(
                String.UnicodeScalarView(
                    text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
        }
        result = result.trimmed
        return result.utf8.count > longest ? String(result.prefix(longest)) : result
    }

    /// The same; nil where nothing is left.
    static func nonempty(_ text: String?) -> String? {
        guard let text, case let plain = plain(text), !plain.isEmpty else { return nil }
        return plain
    }

    /// A tag: in lower case, no longer than a few words.
    static func tag(_ text: String) -> String {
        String(plain(text).lowercased().precomposedStringWithCanonicalMapping.prefix(60))
    }

    /// A recording code without its dashes; nil for what is none: two letters, three letters or digits, seven digits (ISO 3901).
    /// A row of noughts is none, or all songs with it would be one.
    static func isrc(_ text: String?) -> String? {
        guard let text else { return nil }
        let code = text.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        guard code.count == 12, code.prefix(2).allSatisfy(\.isLetter), code.suffix(7).allSatisfy(\.isNumber),
            code.suffix(7) != "0000000"
        else { return nil }
        return code
    }

    /// The identifier in `spotify:track:…` or `https://open.spotify.com/track/…`; nil for what is no track.
    static func spotifyID(_ text: String) -> String? {
        guard text.holds("track:") || text.holds("/track/"),
            let start = text.lastIndex(where: { $0 == ":" || $0 == "/" })
        else { return nil }
        let identifier = text[start...].dropFirst().prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return identifier.count == 22 ? String(identifier) : nil
    }
}
