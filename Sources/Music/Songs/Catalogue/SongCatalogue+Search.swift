import GRDB

/// Some of the songs that were found.
public struct SongPage: Sendable {
    public let songs: [Song]
    /// How many there are in all.
    public let total: Int
}

extension SongCatalogue {
    /// The songs in whose title, artist, album or tags all words of `query` occur, each as the beginning of a word, the best
    /// first; without a word, all songs by their numbers.
    ///
    /// Spaces stand between words; accents and case do not matter, and signs mean nothing.
    public func search(_ query: String, limit: Int = 20, offset: Int = 0) throws(SongsError) -> SongPage {
        let words = query.split { $0.isWhitespace || $0 == "\0" }.prefix(16)
        // Between quotation marks the index takes a word apart just as it took the titles apart.
        let pattern = words.map { "\"\($0.prefix(100).replacing("\"", with: "\"\""))\"*" }.joined(separator: " ")
        return try read { database in
            let (ids, total): ([Int64], Int)
            if words.isEmpty {
                ids = try Int64.fetchAll(
                    database, sql: "SELECT id FROM song ORDER BY id LIMIT ? OFFSET ?", arguments: [limit, offset])
                total = try Int.fetchOne(database, sql: "SELECT count(*) FROM song") ?? 0
            } else {
                ids = try Int64.fetchAll(
                    database,
                    sql: """
                        SELECT rowid FROM song_text WHERE song_text MATCH ?
                        ORDER BY bm25(song_text, 4, 3, 1, 1), rowid LIMIT ? OFFSET ?
                        """, arguments: [pattern, limit, offset])
                total =
                    try Int.fetchOne(
                        database, sql: "SELECT count(*) FROM song_text WHERE song_text MATCH ?", arguments: [pattern])
                    ?? 0
            }
            return SongPage(songs: try ids.compactMap { try Self.song(id: $0, database) }, total: total)
        }
    }
}
