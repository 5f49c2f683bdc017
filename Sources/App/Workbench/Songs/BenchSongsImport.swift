import Concurrency
import Foundation
import Moods
import Recommendation
import Serving
import Songs

/// A synthetic catalogue in a file: how fast it is filled and searched, and queries are answered from it.
struct BenchSongsImport: Encodable {
    let rowsPerSecond: Double
    let fileBytes: Int
    let search: BenchSongsSpeed.Times
    /// All that `/songs/match` does besides captioning and HTTP: mood, embedding, ranking, reasons.
    let match: BenchSongsSpeed.Times

    enum CodingKeys: String, CodingKey {
        case search, match
        case rowsPerSecond = "rows_per_second"
        case fileBytes = "file_bytes"
    }

    /// Writes a CSV of so many songs, imports it, searches for words of their titles, and matches captions.
    /// - Parameter embeddings: reads the captions; the songs have random embeddings of its width then.
    static func take(songs count: Int, repetitions: Int, _ embeddings: EmbeddingModel?) throws -> BenchSongsImport {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bench-songs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let list = folder.appending(path: "songs.csv").path
        try write(count, to: list)
        let catalogue = try SongCatalogue(path: folder.appending(path: "songs.sqlite").path, withStarter: false)
        let clock = ContinuousClock()
        let took = try clock.measure { _ = try SongImport(catalogue: catalogue).run(path: list) }
        let words = SyntheticSongs(count: count).prefix(repetitions).map { String($0.title.split(separator: " ")[0]) }
        let times = try words.map { word in
            try clock.measure { _ = try catalogue.search(word, limit: 20) }.inSeconds * 1000
        }
        if let embeddings {
            try SyntheticSongs.storeVectors(
                width: embeddings.width, model: embeddings.name, count: count, in: catalogue)
        }
        let matcher = try SongMatcher(catalogue: catalogue, embeddings: embeddings)
        let warmUps = 3
        let matches = try (0..<(repetitions + warmUps)).map { number in
            let query = SyntheticSongs.query(number)
            return try clock.measure { _ = try matcher.match(query) }.inSeconds * 1000
        }
        let size = try FileManager.default.attributesOfItem(atPath: catalogue.path)[.size] as? NSNumber
        return BenchSongsImport(
            rowsPerSecond: Double(count) / took.inSeconds, fileBytes: size?.intValue ?? 0, search: .init(times),
            match: .init(Array(matches.dropFirst(warmUps))))
    }

    private static func write(_ count: Int, to path: String) throws {
        try Data().write(to: URL(fileURLWithPath: path))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        var text = "title,artist,album,year,duration_ms,explicit,genres,moods,themes,tempo,valence,arousal\n"
        for song in SyntheticSongs(count: count) {
            func tags(_ kind: SongTag.Kind) -> String {
                song.tags.filter { $0.kind == kind }.map(\.name).joined(separator: ";")
            }
            let affect = song.affect?.affect ?? .neutral
            text +=
                "\(song.title),\(song.artist),\(song.album ?? ""),\(song.year ?? 0),\(song.durationMilliseconds ?? 0),"
            text +=
                "\(song.isExplicit ?? false),\(tags(.genre)),\(tags(.mood)),\(tags(.theme)),\(song.features.tempo ?? 1),"
            text += "\(affect.valence),\(affect.arousal)\n"
            if text.utf8.count > 1 << 20 {
                try file.write(contentsOf: Data(text.utf8))
                text = ""
            }
        }
        try file.write(contentsOf: Data(text.utf8))
    }

    /// The songs of a list, or, without one, the starter catalogue.
    static func songs(_ list: String?) throws -> [Song] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bench-songs-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let catalogue = try SongCatalogue(path: folder.appending(path: "songs.sqlite").path, withStarter: list == nil)
        if let list { _ = try SongImport(catalogue: catalogue).run(path: list, format: .csv) }
        var songs: [Song] = []
        try catalogue.forEachSong { songs.append($0) }
        return songs
    }
}
