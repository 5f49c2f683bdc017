import Songs

/// What is typed into a search for a song: its title, then its artist, on one line and not too long.
struct SearchWords {
    /// Bytes of UTF-8; percent-encoded at most three times as many, which every browser and server takes.
    static let mostTitleBytes = 200
    static let mostArtistBytes = 100

    let text: String

    init(_ song: Song) {
        let title = Self.cut(Self.oneLine(song.title), to: Self.mostTitleBytes)
        let artist = Self.cut(Self.oneLine(song.artist), to: Self.mostArtistBytes)
        text = [title, artist].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// The text with single spaces, without control characters and the marks that turn the writing's direction.
    ///
    /// Letters that run from right to left stay, and so do the joiners within emoji.
    static func oneLine(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: continue
            default: scalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
            }
        }
        return String(scalars).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The beginning, of whole words where there is a space in its second half, else of whole characters.
    static func cut(_ text: String, to mostBytes: Int) -> String {
        guard text.utf8.count > mostBytes else { return text }
        var count = 0
        var end = text.startIndex
        var wordEnd: String.Index?
        for index in text.indices {
            count += text[index].utf8.count
            if count > mostBytes { break }
            end = text.index(after: index)
            if text[end...].first == " ", count >= mostBytes / 2 { wordEnd = end }
        }
        // One character may have any number of marks on it.
        guard end > text.startIndex else {
            return text.unicodeScalars.prefix(mostBytes / 4).reduce(into: "") { $0.unicodeScalars.append($1) }
        }
        return String(text[..<(wordEnd ?? end)])
    }
}
