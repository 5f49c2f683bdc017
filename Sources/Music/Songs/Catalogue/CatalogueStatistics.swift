import GRDB

/// What a catalogue holds, in numbers.
public struct CatalogueStatistics: Sendable {
    /// A word and how many songs have it.
    public struct Count: Sendable, Hashable {
        public let name: String
        public let count: Int
    }

    public let total: Int
    /// By source, the most first; so are the next two.
    public let sources: [Count]
    /// The twenty most frequent genres.
    public let genres: [Count]
    /// The twenty most frequent moods.
    public let moods: [Count]
    /// Songs whose place in the valence–arousal plane is known.
    public let withAffect: Int
    /// Songs with an embedding, by model.
    public let vectors: [Count]
    /// The first and the last year; nil where none is known.
    public let years: ClosedRange<Int>?
}

extension CatalogueStatistics.Count {
    fileprivate init(row: Row) {
        self.init(name: row[0], count: row[1])
    }
}

extension SongCatalogue {
    /// Counts what is there.
    public func statistics() throws(SongsError) -> CatalogueStatistics {
        try read { database in
            func counts(_ sql: String) throws -> [CatalogueStatistics.Count] {
                try Row.fetchAll(database, sql: sql).map(CatalogueStatistics.Count.init(row:))
            }
            func tags(_ kind: SongTag.Kind) throws -> [CatalogueStatistics.Count] {
                try counts(
                    "SELECT tag, count(*) FROM song_tag WHERE kind = '\(kind.rawValue)' GROUP BY tag ORDER BY 2 DESC, 1 LIMIT 20"
                )
            }
            let years = try Row.fetchOne(database, sql: "SELECT min(year), max(year) FROM song")
            let range: ClosedRange<Int>? =
                if let first: Int = years?[0], let last: Int = years?[1] { first...last } else { nil }
            return CatalogueStatistics(
                total: try Int.fetchOne(database, sql: "SELECT count(*) FROM song") ?? 0,
                sources: try counts("SELECT source, count(*) FROM song GROUP BY source ORDER BY 2 DESC, 1"),
                genres: try tags(.genre), moods: try tags(.mood),
                withAffect: try Int.fetchOne(database, sql: "SELECT count(*) FROM song_affect") ?? 0,
                vectors: try counts("SELECT model, count(*) FROM song_vector GROUP BY model ORDER BY 2 DESC, 1"),
                years: range)
        }
    }
}
