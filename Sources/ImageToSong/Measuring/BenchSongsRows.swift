import Foundation
import Moods
import Songs

/// Songs of a file in our own CSV, for measurements that shall not depend on anybody's catalogue.
enum BenchSongsRows {
    static func read(_ path: String) throws -> [Song] {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else {
            throw CommandError("\(path) cannot be read as UTF-8 text; name a file of our own CSV.")
        }
        let rows = cells(text)
        guard let names = rows.first, names.contains("title") else {
            throw CommandError("\(path) has no column \"title\"; its first line has to name the columns.")
        }
        return rows.dropFirst().enumerated().compactMap { place, row in
            song(Dictionary(zip(names, row)) { first, _ in first }, id: Int64(place + 1))
        }
    }

    private static func song(_ row: [String: String], id: Int64) -> Song? {
        guard let title = row["title"], !title.isEmpty else { return nil }
        var song = Song(title: title, artist: row["artist"] ?? "", source: "starter")
        song.id = id
        song.year = row["year"].flatMap { Int($0) }
        song.features.tempo = row["tempo"].flatMap { Double($0) }
        song.features.tempoMarking = row["tempo_marking"].flatMap { $0.isEmpty ? nil : $0 }
        song.features.isMajor = row["mode"].flatMap { $0 == "major" ? true : $0 == "minor" ? false : nil }
        let kinds: [(String, SongTag.Kind)] = [
            ("genres", .genre), ("moods", .mood), ("themes", .theme), ("instruments", .instrument),
        ]
        song.tags = kinds.flatMap { column, kind in
            (row[column] ?? "").split(separator: ";").map {
                SongTag($0.trimmingCharacters(in: .whitespaces).lowercased(), kind)
            }
        }
        if let valence = row["valence"].flatMap({ Double($0) }), let arousal = row["arousal"].flatMap({ Double($0) }) {
            song.affect = SongAffect(Affect(valence: valence, arousal: arousal), confidence: 1, method: .stated)
        }
        return song
    }

    /// The cells of RFC 4180: quotes around a cell may hold commas, line ends and doubled quotes.
    private static func cells(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell = ""
        var isQuoted = false
        var characters = text.unicodeScalars.makeIterator()
        var next = characters.next()
        while let character = next {
            next = characters.next()
            switch character {
            case "\"" where isQuoted && next == "\"":
                cell.append("\"")
                next = characters.next()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                row.append(cell)
                cell = ""
            case "\n" where !isQuoted:
                rows.append(row + [cell])
                (row, cell) = ([], "")
            case "\r" where !isQuoted: break
            default: cell.unicodeScalars.append(character)
            }
        }
        return cell.isEmpty && row.isEmpty ? rows : rows + [row + [cell]]
    }
}
