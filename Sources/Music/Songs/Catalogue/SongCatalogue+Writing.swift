import GRDB

/// What became of a song that was brought.
public enum SongOutcome: String, Sendable, CaseIterable {
    /// It was not there.
    case added
    /// It was there, and something new was learned of it.
    case updated
    /// It was there as it is.
    case unchanged
}

extension SongCatalogue {
    /// Writes songs in one transaction; see ``SongWriter``. The revision rises where `work` says that something changed.
    func change(_ work: (Database) throws -> Bool) throws(SongsError) {
        try write { database in
            if try work(database) { try Self.raiseRevision(database) }
        }
    }

    private static func raiseRevision(_ database: Database) throws {
        try database.execute(sql: "UPDATE catalogue SET value = value + 1 WHERE name = 'revision'")
    }

    /// Removes the songs with some numbers, and answers how many there were.
    @discardableResult
    public func remove(ids: [Int64]) throws(SongsError) -> Int {
        var removed = 0
        try change { database in
            for id in Set(ids) {
                try database.execute(sql: "DELETE FROM song WHERE id = ?", arguments: [id])
                guard database.changesCount > 0 else { continue }
                removed += 1
                try database.execute(sql: "DELETE FROM song_text WHERE rowid = ?", arguments: [id])
            }
            return removed > 0
        }
        return removed
    }

    /// Removes all songs that came from one source, and answers how many there were.
    @discardableResult
    public func remove(source: String) throws(SongsError) -> Int {
        var removed = 0
        try change { database in
            try database.execute(
                sql: "DELETE FROM song_text WHERE rowid IN (SELECT id FROM song WHERE source = ?)", arguments: [source])
            try database.execute(sql: "DELETE FROM song WHERE source = ?", arguments: [source])
            removed = database.changesCount
            return removed > 0
        }
        return removed
    }
}
