import Foundation

/// Texts of songs as the catalogue keeps them. Every limit counts bytes of UTF-8: one character may have thousands.
enum SongText {
    /// Bytes that a text may have; what is longer is cut.
    static let longest = 1000
    /// Bytes that a path may have, as Linux has it; a longer one is none.
    static let longestPath = 4096
    private static let longestTag = 100

    /// A text on one line, without control characters and the spaces around it.
    static func plain(_ text: String) -> String {
        cut(oneLine(text), longest).trimmed
    }

    private static func oneLine(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        guard !isPlain else { return text.trimmed }
        let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String.UnicodeScalarView(scalars)).trimmed
    }

    /// The same; nil where nothing is left.
    static func nonempty(_ text: String?) -> String? {
        guard let text, case let plain = plain(text), !plain.isEmpty else { return nil }
        return plain
    }

    /// A path or an address on one line; nil where there is none, or more of it than a path may have.
    static func path(_ text: String?) -> String? {
        guard let text, case let path = oneLine(text), !path.isEmpty, path.utf8.count <= longestPath else { return nil }
        return path
    }

    /// The beginning of a text, whole characters of Unicode, in at most `count` bytes.
    static func cut(_ text: String, _ count: Int) -> String {
        guard text.utf8.count > count else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: count)
        while end > text.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
        return String(text.unicodeScalars[..<end])
    }

    /// The beginning of a text between quotation marks, for messages.
    static func excerpt(_ text: some StringProtocol) -> String { cut(String(text), 60).debugDescription }

    /// A tag: in lower case, no longer than a few words.
    static func tag(_ text: String) -> String {
        cut(plain(cut(text, longest)).lowercased().precomposedStringWithCanonicalMapping, longestTag)
    }

    /// A recording code without its dashes; nil for what is none: two letters, three letters or digits, seven digits (ISO 3901).
    /// A row of noughts is none, or all songs with it would be one.
    static func isrc(_ text: String?) -> String? {
        guard let text, text.utf8.count < 100 else { return nil }
        let code = text.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        guard code.count == 12, code.prefix(2).allSatisfy(\.isLetter), code.suffix(7).allSatisfy(\.isNumber),
            code.suffix(7) != "0000000"
        else { return nil }
        return code
    }

    /// The identifier in `spotify:track:…` or `https://open.spotify.com/track/…`; nil for what is no track.
    static func spotifyID(_ text: String) -> String? {
        guard text.utf8.count < 500, text.holds("track:") || text.holds("/track/"),
            let start = text.lastIndex(where: { $0 == ":" || $0 == "/" })
        else { return nil }
        let identifier = text[start...].dropFirst().prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return identifier.count == 22 ? String(identifier) : nil
    }

    /// Whether an address of Spotify's is that of something spoken: an episode, a show, a chapter of a book.
    static func isSpoken(_ address: String) -> Bool {
        let address = cut(address, 100)
        guard address.holds("spotify") else { return false }
        return address.holds(":episode:") || address.holds("/episode/") || address.holds(":show:")
            || address.holds("/show/") || address.holds(":chapter:") || address.holds("/chapter/")
    }
}
