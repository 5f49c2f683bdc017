import ArgumentParser
import Moods
import Recommendation
import Serving
import Songs

/// What is asked of songs.
struct SongFlags: ParsableArguments {
    @Option(help: "The number of songs, 1 to 100.")
    var limit = 10

    @Option(name: .customLong("song-seed"), help: "The seed that decides between songs that fit equally well.")
    var songSeed: UInt64 = 0

    @Option(
        parsing: .unconditional,
        help: "With --arousal: the mood to match instead of the picture's, from -1 (unpleasant) to 1 (pleasant).")
    var valence: Double?

    @Option(parsing: .unconditional, help: "With --valence: from -1 (calm) to 1 (energetic).")
    var arousal: Double?

    @Option(help: "Words to look for in the songs' tags.")
    var text: String?

    @Flag(name: .customLong("no-explicit"), help: "Leave out songs that are known to be explicit.")
    var isClean = false

    @Option(help: ArgumentHelp("Only songs from these years.", valueName: "FROM-TO"))
    var years: String?

    @Option(help: ArgumentHelp("Only songs with a tempo in this range, in beats per minute.", valueName: "FROM-TO"))
    var tempo: String?

    @Option(help: ArgumentHelp("Only songs of this genre. May be repeated, to allow several.", valueName: "GENRE"))
    var genre: [String] = []

    @Option(help: ArgumentHelp("A song to leave out. May be repeated.", valueName: "ID"))
    var exclude: [Int64] = []

    @Option(
        help: ArgumentHelp(
            "A song that you like; similar songs come first. May be repeated.", valueName: "ID"))
    var like: [Int64] = []

    func validate() throws {
        guard SongQuery.limits.contains(limit) else { throw ValidationError("--limit may be 1 to 100.") }
        guard (valence == nil) == (arousal == nil) else {
            throw ValidationError("--valence and --arousal make a mood together; give both or neither.")
        }
        for (name, value) in [("--valence", valence), ("--arousal", arousal)] {
            if let value, !(-1...1).contains(value) { throw ValidationError("\(name) may be -1 to 1.") }
        }
        _ = try query
    }

    /// The query that the flags make.
    var query: SongQuery {
        get throws {
            var query = SongQuery()
            query.limit = limit
            query.seed = songSeed
            query.text = text
            query.liked = Set(like)
            if let valence, let arousal { query.affect = Affect(valence: valence, arousal: arousal) }
            query.filters.allowsExplicit = !isClean
            query.filters.genres = Set(genre.map { $0.lowercased() })
            query.filters.excluded = Set(exclude)
            query.filters.years = try Self.range(years, "--years", { Int($0) })
            query.filters.tempo = try Self.range(tempo, "--tempo", { Double($0) })
            return query
        }
    }

    private static func range<Value: Comparable>(
        _ text: String?, _ name: String, _ read: (Substring) -> Value?
    ) throws -> ClosedRange<Value>? {
        guard let text else { return nil }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(read)
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else {
            throw ValidationError("\(name) may be two numbers with a dash between them, the smaller one first.")
        }
        return first...last
    }
}
