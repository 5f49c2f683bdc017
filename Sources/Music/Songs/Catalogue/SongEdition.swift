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
