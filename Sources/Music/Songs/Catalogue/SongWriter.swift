import GRDB
import Moods

/// Puts songs into a catalogue within a transaction: new ones whole, known ones enriched.
///
/// A song is known by its key, else by its recording code, however its title is spelt. What a known song lacks it takes
/// from the new one; what it has stays, unless both come from the same source: then the new one is right. A starter song
/// that a list of somebody's own names is theirs from then on, source and all. Of several rows of one list that are the
/// same song the first is right, so that bringing the list again changes nothing; for the same reason a song takes no
/// recording code that another one has. Tags of both are kept. A song is embeddable as long as all its sources allow it.
struct SongWriter {
    private let database: Database
    private var written = WrittenSongs()
    /// Whether a path that is known stays, whatever a new row says.
    private let keepsPaths: Bool
    /// Songs behind it are new.
    private let lastKnown: Int64
    private let find: Statement
    private let findRecording: Statement
    private let insert: Statement
    private let update: Statement
    private let insertTag: Statement
    private let insertFeature: Statement
    private let insertAffect: Statement
    private let insertText: Statement
    private let removeText: Statement
    private let removeVectors: Statement

    /// - Parameter keepsPaths: whether a path that is known stays, whatever a new row of the same source says.
    init(_ database: Database, keepsPaths: Bool = false) throws {
        self.database = database
        self.keepsPaths = keepsPaths
        lastKnown = try Int64.fetchOne(database, sql: "SELECT max(id) FROM song") ?? 0
        find = try database.makeStatement(sql: "SELECT id FROM song WHERE norm_key = ?")
        findRecording = try database.makeStatement(sql: "SELECT id FROM song WHERE isrc = ? ORDER BY id LIMIT 1")
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
    mutating func put(_ song: Song) throws -> SongOutcome {
        let key = SongKey.key(of: song)
        var new = song
        // In the order that they come back in: an estimate is a sum, whose last digit depends on the order.
        new.tags = song.sortedTags
        if let id = try Int64.fetchOne(find, arguments: [key]) ?? recording(song.isrc) {
            return try enrich(id, with: new, isFirst: written.insert(id))
        }
        new.affect = song.affect ?? AffectEstimate.affect(of: new)
        try insert.execute(arguments: new.columns + [key])
        new.id = database.lastInsertedRowID
        _ = written.insert(new.id)
        try writeParts(of: new, isNew: true)
        return .added
    }

    /// The song with a recording code.
    private func recording(_ isrc: String?) throws -> Int64? {
        guard let isrc else { return nil }
        return try Int64.fetchOne(findRecording, arguments: [isrc])
    }

    private func enrich(_ id: Int64, with song: Song, isFirst: Bool) throws -> SongOutcome {
        guard let known = try SongCatalogue.song(id: id, database) else { return .unchanged }
        let isOfOneSource = known.source == song.source || known.source == StarterCatalogue.source
        var merged = known.enriched(with: song, isRight: isFirst && isOfOneSource)
        if keepsPaths, let path = known.path { merged.path = path }
        if merged.isrc != known.isrc, let other = try recording(merged.isrc), other != id { merged.isrc = known.isrc }
        let stated = known.affect.flatMap { $0.method == .stated ? $0 : nil }
        merged.affect = (isFirst ? song.affect ?? stated : stated ?? song.affect) ?? AffectEstimate.affect(of: merged)
        guard merged != known else { return .unchanged }
        try update.execute(arguments: merged.columns + [id])
        try writeParts(of: merged, isNew: false)
        return .updated
    }

    /// Makes the new songs searchable, many at once: any other statement between makes the index write what it gathered.
    ///
    /// - Parameter goOn: is called before each of them, and throws where the import is to end.
    func finish(_ goOn: () throws -> Void) throws {
        let last = try Int64.fetchOne(database, sql: "SELECT max(id) FROM song") ?? 0
        let songsAtOnce: Int64 = 50_000
        for known in stride(from: lastKnown, to: last, by: Int64.Stride(songsAtOnce)) {
            try goOn()
            try database.execute(
                sql: """
                    INSERT INTO song_text (rowid, title, artist, album, tags)
                    SELECT id, title, artist, album, (SELECT group_concat(tag, ' ') FROM song_tag WHERE song_id = song.id)
                    FROM song WHERE id > ? AND id <= ?
                    """, arguments: [known, known + songsAtOnce])
        }
    }

    /// What is not in the song's own row.
    private func writeParts(of song: Song, isNew: Bool) throws {
        let isIndexed = song.id <= lastKnown
        if !isNew {
            if isIndexed { try removeText.execute(arguments: [song.id]) }
            try removeVectors.execute(arguments: [song.id])
        }
        for tag in song.tags { try insertTag.execute(arguments: [song.id, tag.kind.rawValue, tag.name, tag.weight]) }
        if song.features != SongFeatures() { try insertFeature.execute(arguments: [song.id] + song.features.columns) }
        if let affect = song.affect {
            try insertAffect.execute(arguments: [
                song.id, affect.affect.valence, affect.affect.arousal, affect.confidence, affect.method.rawValue,
            ])
        }
        guard isIndexed else { return }
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

/// Which songs an import has met: a bit for each, since there may be millions.
struct WrittenSongs {
    private var words: [UInt64] = []

    /// Notes a song; false where it was noted before.
    mutating func insert(_ id: Int64) -> Bool {
        guard let (word, bit) = Int(exactly: id).map({ $0.quotientAndRemainder(dividingBy: 64) }), word >= 0 else {
            return true
        }
        if word >= words.count { words += repeatElement(0, count: word + 1 - words.count) }
        let isNew = words[word] & (1 << UInt64(bit)) == 0
        words[word] |= 1 << UInt64(bit)
        return isNew
    }
}
