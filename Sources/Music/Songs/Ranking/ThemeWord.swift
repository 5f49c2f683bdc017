internal import CSongFiles
internal import Moods

/// Words of captions and the themes that music has for them: themes.csv.
enum ThemeWord {
    /// The themes, as stems, that a stem stands for besides itself.
    static func themes(of stem: String) -> [String] { table[stem] ?? [] }

    private static let table: [String: [String]] = {
        var table: [String: [String]] = [:]
        for row in EmbeddedTable(song_themes, columns: 2).rows {
            let themes = row[1].split(separator: " ").map { English.stem(String($0)) }
            for word in row[0].split(separator: " ") {
                let stem = English.stem(String(word))
                table[stem, default: []] += themes.filter { $0 != stem && table[stem]?.contains($0) != true }
            }
        }
        return table
    }()
}
