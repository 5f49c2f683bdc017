import Foundation

/// What two spellings of the same song have in common.
///
/// The first artist and the title, without accents, case, punctuation, guests ("feat. …") and remasterings. Live recordings,
/// remixes and other versions stay apart, since what tells them apart is part of the title.
enum SongKey {
    /// The key of a song; two songs with the same key are one.
    static func key(title: String, artist: String) -> String {
        let first = artist.prefix { $0 != "," && $0 != ";" }
        return plain(withoutGuests(String(first))) + "|" + plain(withoutEdition(withoutGuests(title)))
    }

    /// Letters and digits in lower case, single spaces between words.
    static func plain(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return plainASCII(text) }
        let folded = text.precomposedStringWithCompatibilityMapping.folding(
            options: [.diacriticInsensitive, .caseInsensitive, .widthInsensitive], locale: nil)
        return folded.split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
    }

    /// The same of ASCII, which most is.
    private static func plainASCII(_ text: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): result.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): result.append(byte)
            case UInt8(ascii: "'"): continue
            default: if let last = result.last, last != UInt8(ascii: " ") { result.append(UInt8(ascii: " ")) }
            }
        }
        if result.last == UInt8(ascii: " ") { result.removeLast() }
        return String(decoding: result, as: UTF8.self)
    }

    private static let guests = [
        " feat. ", " feat ", " ft. ", " ft ", " featuring ", "(feat.", "(feat ", "(ft.", "[feat.",
    ]

    /// What stands before "feat." and its like.
    private static func withoutGuests(_ text: String) -> String {
        guard let letter = text.utf8.first(where: { $0 | 0x20 == UInt8(ascii: "f") }), letter != 0 else { return text }
        let lower = text.lowercased()
        guard lower.count == text.count else { return text }
        for guest in guests {
            guard let range = lower.range(of: guest) else { continue }
            let length = lower.distance(from: lower.startIndex, to: range.lowerBound)
            if length > 0 { return String(text.prefix(length)) }
        }
        return text
    }

    /// What stands before " - Remastered 2011" and "(2009 Remaster)".
    private static func withoutEdition(_ text: String) -> String {
        // Most titles have no such word, and looking for it costs more than all else here.
        guard text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "m") }), text.lowercased().contains("remaster"),
            let start = text.range(of: "remaster", options: .caseInsensitive)?.lowerBound
        else { return text }
        let before = text[..<start]
        guard let cut = before.lastIndex(where: { $0 == "-" || $0 == "–" || $0 == "(" || $0 == "[" }) else {
            return text
        }
        return cut > text.startIndex ? String(text[..<cut]) : text
    }
}
