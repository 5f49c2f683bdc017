import Concurrency
import Foundation
import Recommendation
import Songs

/// What a catalogue of one size takes.
struct BenchSongsSpeed: Encodable {
    let songs: Int
    /// The same songs in a catalogue's file.
    let file: BenchSongsImport
    /// From songs at hand to an index.
    var indexSeconds = Double.nan
    /// What the process holds more than before; nil where there is no `/proc`.
    var indexBytes: Int?
    var rank = Times([])
    /// The bytes of the vectors, 384 numbers a song.
    var vectorBytes: Int?
    var rankWithEmbeddings = Times([])

    enum CodingKeys: String, CodingKey {
        case songs, file, rank
        case indexSeconds = "index_seconds"
        case indexBytes = "index_bytes"
        case vectorBytes = "vector_bytes"
        case rankWithEmbeddings = "rank_with_embeddings"
    }

    /// Milliseconds: the middle one of several turns, and the one that 95 of 100 stay within.
    struct Times: Encodable {
        let median: Double
        let percentile95: Double

        init(_ times: [Double]) {
            median = times.median
            let sorted = times.sorted()
            percentile95 = sorted.isEmpty ? .nan : sorted[(sorted.count * 95 + 99) / 100 - 1]
        }

        enum CodingKeys: String, CodingKey {
            case median = "median_ms"
            case percentile95 = "p95_ms"
        }
    }

    static let vectorWidth = 384

    /// Measures a synthetic catalogue.
    /// - Parameter repetitions: how many queries, each another one.
    static func take(songs count: Int, repetitions: Int, _ embeddings: EmbeddingModel?) throws -> BenchSongsSpeed {
        var speed = BenchSongsSpeed(
            songs: count, file: try BenchSongsImport.take(songs: count, repetitions: repetitions, embeddings))
        let clock = ContinuousClock()
        let before = ResidentMemory.now?.anonymous
        var builder = SongIndexBuilder()
        let songs = SyntheticSongs(count: count)
        var busy = Duration.zero
        for song in songs {
            // What making a song takes does not count.
            let start = clock.now
            builder.add(song)
            busy += clock.now - start
        }
        let start = clock.now
        let index = builder.index()
        speed.indexSeconds = (busy + (clock.now - start)).inSeconds
        speed.indexBytes = ResidentMemory.now.flatMap { now in before.map { now.anonymous - $0 } }
        speed.rank = Self.times(index, repetitions, width: nil)

        SyntheticSongs.forEachVector(width: vectorWidth, count: count) { id, values, scale in
            values.withUnsafeBytes { builder.addVector(id: id, values: $0, scale: scale) }
        }
        speed.vectorBytes = count * (vectorWidth + MemoryLayout<Float>.size)
        speed.rankWithEmbeddings = Self.times(builder.index(), repetitions, width: vectorWidth)
        return speed
    }

    private static func times(_ index: SongIndex, _ repetitions: Int, width: Int?) -> Times {
        let clock = ContinuousClock()
        let warmUps = 2
        let times = (0..<(repetitions + warmUps)).map { number in
            let request = SyntheticSongs.request(number, embedding: width)
            return clock.measure { _ = index.rank(request) }.inSeconds * 1000
        }
        return Times(Array(times.dropFirst(warmUps)))
    }
}
