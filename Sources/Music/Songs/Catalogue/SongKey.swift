import Foundation

/// What two spellings of the same song have in common.
///
/// The first artist and the title, without accents, case, punctuation, guests ("feat. …") and remasterings. Live recordings,
/// remixes and other versions stay apart, since what tells them apart is part of the title. Where nobody is named, songs are
/// one only where their file, or else their album, is: many albums have a "Track 01".
enum SongKey {
    /// The key of a song; two songs with the same key are one.
    static func key(of song: Song) -> String {
        let first = song.artist.prefix { $0 != "," && $0 != ";" }
        let artist = words(SongGuests.removed(from: String(first), isName: true))
        let title = words(SongEdition.removed(from: SongGuests.removed(from: song.title, isName: false)))
        guard artist.isEmpty else { return artist + "|" + title }
        return "|" + title + "|" + (song.path ?? song.album.map(plain) ?? "")
    }

    /// The plain form, or what is left of a text that is all signs, such as ÷.
    private static func words(_ text: String) -> String {
        let plain = plain(withNamedSharps(text))
        return plain.isEmpty ? text.trimmed.lowercased() : plain
    }

    /// C# minor is not C minor.
    private static func withNamedSharps(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "#") || $0 == 0xE2 }) else { return text }
        var (result, last) = ("", Character(" "))
        for character in text {
            switch character {
            case "#" where "ABCDEFGHabcdefgh".contains(last), "♯": result += " sharp"
            case "♭": result += " flat"
            default: result.append(character)
            }
            last = character
        }
        return result
    }

    /// Letters and digits in lower case, single spaces between words.
    static func plain(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return plainASCII(text) }
        var scalars = String.UnicodeScalarView()
        var isAccented = false
        for scalar in text.decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
            if scalar.properties.generalCategory == .nonspacingMark {
                // On Latin, Greek and Cyrillic letters it is an accent; in other scripts it is part of the letter.
                if !isAccented { scalars.append(scalar) }
            } else {
                isAccented = scalar.value < 0x590
                if scalar == "ß" { scalars.append(contentsOf: "ss".unicodeScalars) } else { scalars.append(scalar) }
            }
        }
        return String(scalars).precomposedStringWithCanonicalMapping.filter { $0 != "'" && $0 != "’" }
            .split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
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
}

/// "- Remastered 2011", "(2009 Digital Remaster)" at the end of a title: the same recording, made louder.
enum SongEdition {
    private static let words: Set<Substring> = [
        "remaster", "remastered", "remastering", "digital", "digitally", "version", "edition", "the", "album",
    ]

    /// The title without them. What else stands there ("- Live; 2005 Remaster") stays.
    static func removed(from title: String) -> String {
        guard title.holds("remaster") else { return title }
        var title = title[...]
        while let cut = title.lastIndex(where: { "-–([/;".contains($0) }) {
            let isHyphen = title[cut] == "-" && cut > title.startIndex && title[title.index(before: cut)] != " "
            let words = SongKey.plain(String(title[cut...])).split(separator: " ")
            guard !isHyphen, cut > title.startIndex, words.contains(where: { $0.hasPrefix("remaster") }),
                words.allSatisfy({ Self.words.contains($0) || $0.count == 4 && $0.allSatisfy(\.isNumber) })
            else { break }
            title = title[..<cut]
        }
        return String(title)
    }
}
