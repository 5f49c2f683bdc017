import GRDB
import Moods

extension SongCatalogue {
    private static let everything = """
        SELECT song.*, song_feature.*, song_affect.valence AS affect_valence, song_affect.arousal,
            song_affect.confidence, song_affect.method
        FROM song LEFT JOIN song_feature ON song_feature.song_id = song.id
            LEFT JOIN song_affect ON song_affect.song_id = song.id
        """

    /// The song with a number; nil where there is none.
    public func song(id: Int64) throws(SongsError) -> Song? {
        try songs(ids: [id]).first
    }

    /// The songs with some numbers, in their order; those that are not there are left out.
    public func songs(ids: [Int64]) throws(SongsError) -> [Song] {
        try read { database in try ids.compactMap { try Self.song(id: $0, database) } }
    }

    static func song(id: Int64, _ database: Database) throws -> Song? {
        let statement = try database.cachedStatement(sql: everything + " WHERE song.id = ?")
        guard var song = try Row.fetchOne(statement, arguments: [id]).map(Song.init(row:)) else { return nil }
        let tags = try database.cachedStatement(
            sql: "SELECT kind, tag, weight FROM song_tag WHERE song_id = ? ORDER BY kind, tag")
        song.tags = try Row.fetchAll(tags, arguments: [id]).compactMap(SongTag.init(row:))
        return song
    }

    /// Hands over every song, by rising numbers. However many there are, a few are in memory at a time.
    public func forEachSong(_ body: (Song) throws -> Void) throws(SongsError) {
        try read { database in
            let songs = try Row.fetchCursor(database, sql: Self.everything + " ORDER BY song.id")
            let tags = try Row.fetchCursor(
                database, sql: "SELECT song_id, kind, tag, weight FROM song_tag ORDER BY song_id, kind, tag")
            var tag = try tags.next().map { (id: $0["song_id"] as Int64, value: SongTag(row: $0)) }
            while let row = try songs.next() {
                var song = Song(row: row)
                while let next = tag, next.id <= song.id {
                    if next.id == song.id, let value = next.value { song.tags.append(value) }
                    tag = try tags.next().map { (id: $0["song_id"] as Int64, value: SongTag(row: $0)) }
                }
                try body(song)
            }
        }
    }
}

extension SongTag {
    fileprivate init?(row: Row) {
        guard let kind = Kind(rawValue: row["kind"]) else { return nil }
        self.init(row["tag"], kind, weight: row["weight"])
    }
}

extension Song {
    fileprivate init(row: Row) {
        self.init(title: row["title"], artist: row["artist"], source: row["source"])
        id = row["id"]
        album = row["album"]
        year = row["year"]
        durationMilliseconds = row["duration_ms"]
        isExplicit = row["explicit"]
        isrc = row["isrc"]
        musicBrainzID = row["mbid"]
        spotifyID = row["spotify_id"]
        path = row["path"]
        licence = row["licence"]
        isEmbeddable = row["embeddable"]
        features = SongFeatures(row: row)
        if let valence: Double = row["affect_valence"], let method = SongAffect.Method(rawValue: row["method"] ?? "") {
            affect = SongAffect(
                Affect(valence: valence, arousal: row["arousal"]), confidence: row["confidence"], method: method)
        }
    }
}

extension SongFeatures {
    fileprivate init(row: Row) {
        self.init()
        tempo = row["tempo"]
        key = row["key"]
        isMajor = row["major"]
        energy = row["energy"]
        valence = row["valence"]
        danceability = row["danceability"]
        acousticness = row["acousticness"]
        instrumentalness = row["instrumentalness"]
        liveness = row["liveness"]
        speechiness = row["speechiness"]
        loudness = row["loudness"]
        timeSignature = row["time_signature"]
        tempoMarking = row["tempo_marking"]
    }
}

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
