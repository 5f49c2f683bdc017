import GRDB
import Moods

/// Puts songs into a catalogue within a transaction: new ones whole, known ones enriched.
///
/// What a known song lacks it takes from the new one; what it has stays, unless both come from the same source: then the
/// new one is right. Tags of both are kept. A song is embeddable as long as all its sources allow it.
struct SongWriter {
    private let database: Database
    private let find: Statement
    private let insert: Statement
    private let update: Statement
    private let insertTag: Statement
    private let insertFeature: Statement
    private let insertAffect: Statement
    private let insertText: Statement
    private let removeText: Statement
    private let removeVectors: Statement

    init(_ database: Database) throws {
        self.database = database
        find = try database.makeStatement(sql: "SELECT id FROM song WHERE norm_key = ?")
        insert = try database.makeStatement(
            sql: """
                INSERT INTO song (title, artist, album, year, duration_ms, explicit, isrc, mbid, spotify_id, path, source,
                    licence, embeddable, norm_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        update = try database.makeStatement(
            sql: """
                UPDATE song SET title = ?, artist = ?, album = ?, year = ?, duration_ms = ?, explicit = ?, isrc = ?, mbid = ?,
                    spotify_id = ?, path = ?, source = ?, licence = ?, embeddable = ? WHERE id = ?
                """)
        insertTag = try database.makeStatement(sql: "INSERT OR REPLACE INTO song_tag VALUES (?, ?, ?, ?)")
        insertFeature = try database.makeStatement(
            sql: "INSERT OR REPLACE INTO song_feature VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        insertAffect = try database.makeStatement(sql: "INSERT OR REPLACE INTO song_affect VALUES (?, ?, ?, ?, ?)")
        insertText = try database.makeStatement(
            sql: "INSERT INTO song_text (rowid, title, artist, album, tags) VALUES (?, ?, ?, ?, ?)")
        removeText = try database.makeStatement(sql: "DELETE FROM song_text WHERE rowid = ?")
        removeVectors = try database.makeStatement(sql: "DELETE FROM song_vector WHERE song_id = ?")
    }

    /// Puts in one song.
    func put(_ song: Song) throws -> SongOutcome {
        let key = SongKey.key(title: song.title, artist: song.artist)
        if let id = try Int64.fetchOne(find, arguments: [key]) { return try enrich(id, with: song) }
        var new = song
        new.affect = song.affect ?? AffectEstimate.affect(of: song)
        try insert.execute(arguments: new.columns + [key])
        new.id = database.lastInsertedRowID
        try writeParts(of: new, isNew: true)
        return .added
    }

    private func enrich(_ id: Int64, with song: Song) throws -> SongOutcome {
        guard let known = try SongCatalogue.song(id: id, database) else { return .unchanged }
        var merged = known.enriched(with: song)
        merged.affect =
            song.affect ?? (known.affect?.method == .stated ? known.affect : AffectEstimate.affect(of: merged))
        guard merged != known else { return .unchanged }
        try update.execute(arguments: merged.columns + [id])
        try writeParts(of: merged, isNew: false)
        return .updated
    }

    /// What is not in the song's own row.
    private func writeParts(of song: Song, isNew: Bool) throws {
        if !isNew {
            try removeText.execute(arguments: [song.id])
            try removeVectors.execute(arguments: [song.id])
        }
        for tag in song.tags { try insertTag.execute(arguments: [song.id, tag.kind.rawValue, tag.name, tag.weight]) }
        if song.features != SongFeatures() { try insertFeature.execute(arguments: [song.id] + song.features.columns) }
        if let affect = song.affect {
            try insertAffect.execute(arguments: [
                song.id, affect.affect.valence, affect.affect.arousal, affect.confidence, affect.method.rawValue,
            ])
        }
        let tags = song.tags.map(\.name).joined(separator: " ")
        try insertText.execute(arguments: [song.id, song.title, song.artist, song.album, tags])
    }
}

extension Song {
    /// In the order of the statements above.
    fileprivate var columns: StatementArguments {
        [
            title, artist, album, year, durationMilliseconds, isExplicit, isrc, musicBrainzID, spotifyID, path, source,
            licence, isEmbeddable,
        ]
    }
}

extension SongFeatures {
    fileprivate var columns: StatementArguments {
        [
            tempo, key, isMajor, energy, valence, danceability, acousticness, instrumentalness, liveness, speechiness,
            loudness, timeSignature, tempoMarking,
        ]
    }
}
