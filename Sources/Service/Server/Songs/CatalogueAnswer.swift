public import Songs

/// The answer of `GET /songs/stats`, and of the command `songs stats --json`.
public struct CatalogueAnswer: Encodable, Sendable {
    private struct Count: Encodable {
        let name: String
        let count: Int

        init(_ count: CatalogueStatistics.Count) {
            name = count.name
            self.count = count.count
        }
    }

    private struct Years: Encodable {
        let first: Int
        let last: Int
    }

    private let success = true
    private let total: Int
    private let sources: [String: Int]
    private let genres: [Count]
    private let moods: [Count]
    private let withAffect: Int
    private let years: Years?

    enum CodingKeys: String, CodingKey {
        case success, total, sources, genres, moods, years
        case withAffect = "with_affect"
    }

    /// - Parameter statistics: of the catalogue.
    public init(_ statistics: CatalogueStatistics) {
        total = statistics.total
        sources = Dictionary(statistics.sources.map { ($0.name, $0.count) }) { first, _ in first }
        genres = statistics.genres.map(Count.init)
        moods = statistics.moods.map(Count.init)
        withAffect = statistics.withAffect
        years = statistics.years.map { Years(first: $0.lowerBound, last: $0.upperBound) }
    }
}
