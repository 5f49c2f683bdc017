import Foundation
import Moods
import Randomness
import Recommendation
import Serving
import Settings
import Songs

/// How well moments are answered, in several ways.
struct BenchSongsQuality: Encodable {
    /// One way of ranking.
    struct Way: Encodable {
        var name: String
        /// The share of the first ten that fit.
        let precision: BenchSongsSample
        /// How many of the first ten must not be there.
        let violations: BenchSongsSample
        /// The discounted gain of the first ten, to that of the best ten there are (Järvelin & Kekäläinen 2002).
        let gain: BenchSongsSample
        /// The gain less that of ranking as a whole, moment by moment; nil for that itself.
        var difference: BenchSongsSample?

        func renamed(_ name: String) -> Way {
            var way = self
            way.name = name
            return way
        }

        enum CodingKeys: String, CodingKey {
            case name, difference
            case precision = "precision_at_10"
            case violations = "violations_at_10"
            case gain = "ndcg_at_10"
        }
    }

    let songs: Int
    let moments: Int
    /// The share of moments whose mood lies in the region that is given for them; nil where none is.
    var withinRegion: Double?
    var ways: [Way] = []

    enum CodingKeys: String, CodingKey {
        case songs, moments, ways
        case withinRegion = "moods_within_region"
    }

    /// Random orders are many: their measures are means over so many seeds.
    private static let seeds: UInt64 = 50

    /// - Parameters:
    ///   - embeddings: compares moments with songs; nil leaves that out.
    ///   - other: settings that are tried besides the standard ones.
    static func measure(
        _ songs: [Song], _ moments: [BenchSongsMoment], _ embeddings: EmbeddingModel?, other: [RankingSettings] = []
    ) throws -> BenchSongsQuality {
        var quality = BenchSongsQuality(songs: songs.count, moments: moments.count)
        let reader = QueryReader(embeddings: embeddings)
        let asked = moments.map { (moment: $0, request: reader.request($0.query)) }
        let judged = asked.compactMap { $0.moment.isWithinRegion($0.request.mood.affect) }
        if !judged.isEmpty { quality.withinRegion = Double(judged.count { $0 }) / Double(judged.count) }
        let seeing = BenchSongsJudge(songs: songs, index: try index(songs, embeddings), asked: asked)
        let blind = BenchSongsJudge(songs: songs, index: try index(songs.map(\.withoutMoods), embeddings), asked: asked)
        let whole = seeing.way("all of it", .standard)
        quality.ways = [whole, seeing.way("without diversity", .only(relevance: 1))]
        quality.ways += seeing.parts(hasEmbeddings: embeddings != nil)
        quality.ways.append(
            seeing.way("random", .only(mood: 0, embedding: 0, tags: 0, relevance: 1), seeds: seeds))
        let rest = [blind.way("all of it", .standard)] + blind.parts(hasEmbeddings: embeddings != nil)
        quality.ways += rest.map { $0.renamed("without mood tags: \($0.name)") }
        quality.ways += other.map { seeing.way("weights \($0.moodWeight), \($0.embeddingWeight), \($0.tagWeight)", $0) }
        for place in quality.ways.indices.dropFirst() {
            quality.ways[place].difference = quality.ways[place].gain.minus(whole.gain)
        }
        return quality
    }

    private static func index(_ songs: [Song], _ embeddings: EmbeddingModel?) throws -> SongIndex {
        var builder = SongIndexBuilder()
        for song in songs.sorted(by: { $0.id < $1.id }) { builder.add(song) }
        for vector in try embeddings?.vectors(of: songs) ?? [] {
            vector.values.withUnsafeBytes { builder.addVector(id: vector.id, values: $0, scale: vector.scale) }
        }
        return builder.index()
    }
}

/// Songs as the ranking sees them, and moments that are held against what it answers.
private struct BenchSongsJudge {
    /// As the judge sees them.
    let songs: [Song]
    let index: SongIndex
    let asked: [(moment: BenchSongsMoment, request: SongRequest)]

    private static let depth = 10

    /// The ranking's parts, each by itself.
    func parts(hasEmbeddings: Bool) -> [BenchSongsQuality.Way] {
        let parts = [
            way("mood alone", .only(embedding: 0, tags: 0)), way("tags alone", .only(mood: 0, embedding: 0)),
        ]
        guard hasEmbeddings else { return parts }
        return parts + [
            way("embeddings alone", .only(mood: 0, tags: 0)), way("without embeddings", .only(embedding: 0)),
        ]
    }

    func way(_ name: String, _ settings: RankingSettings, seeds: UInt64 = 1) -> BenchSongsQuality.Way {
        let judged = Dictionary(songs.map { ($0.id, $0) }) { first, _ in first }
        var (precision, violations, gain): ([Double], [Double], [Double]) = ([], [], [])
        for (moment, query) in asked {
            let best = Self.discounted(songs.map(moment.gain).sorted(by: >))
            var sums = (precision: 0.0, violations: 0.0, gain: 0.0)
            for seed in 0..<seeds {
                var request = query
                (request.limit, request.seed) = (Self.depth, seed)
                let answer = index.rank(request, settings: settings).compactMap { judged[$0.id] }
                sums.precision += Double(answer.count(where: moment.fits)) / Double(Self.depth)
                sums.violations += Double(answer.count(where: moment.violates))
                sums.gain += best > 0 ? Self.discounted(answer.map(moment.gain)) / best : 0
            }
            precision.append(sums.precision / Double(seeds))
            violations.append(sums.violations / Double(seeds))
            gain.append(sums.gain / Double(seeds))
        }
        return BenchSongsQuality.Way(
            name: name, precision: BenchSongsSample(values: precision),
            violations: BenchSongsSample(values: violations), gain: BenchSongsSample(values: gain))
    }

    /// Σ gain / log₂(place + 1) over the first ten.
    private static func discounted(_ gains: [Double]) -> Double {
        gains.prefix(depth).enumerated().reduce(0) { $0 + $1.element / log2(Double($1.offset + 2)) }
    }
}

extension BenchSongsQuality {
    var table: String {
        func cell(_ sample: BenchSongsSample?, _ digits: Int = 2) -> String {
            guard let sample else { return "" }
            let numbers = [sample.mean, sample.interval.lowerBound, sample.interval.upperBound]
                .map { BenchSongs.digits($0, digits) }
            return "\(numbers[0]) [\(numbers[1]), \(numbers[2])]"
        }
        var table = TextTable([
            "\(moments) moments, \(songs) songs", "precision at 10", "violations at 10", "nDCG at 10",
            "nDCG less all of it",
        ])
        for way in ways {
            table.add([way.name, cell(way.precision), cell(way.violations), cell(way.gain), cell(way.difference)])
        }
        guard let withinRegion else { return table.text }
        return table.text
            + "\n\(BenchSongs.digits(100 * withinRegion, 0)) % of the moods lie in the region that is given for them"
    }
}

extension RankingSettings {
    /// The standard settings with other weights.
    fileprivate static func only(
        mood: Double? = nil, embedding: Double? = nil, tags: Double? = nil, relevance: Double? = nil
    ) -> RankingSettings {
        var settings = RankingSettings.standard
        settings.moodWeight = mood ?? settings.moodWeight
        settings.embeddingWeight = embedding ?? settings.embeddingWeight
        settings.tagWeight = tags ?? settings.tagWeight
        settings.relevance = relevance ?? settings.relevance
        return settings
    }
}

extension Song {
    /// The same without its mood tags, and an affect that is estimated from the rest.
    fileprivate var withoutMoods: Song {
        var song = self
        song.tags.removeAll { $0.kind == .mood }
        song.affect = nil
        song.affect = AffectEstimate.affect(of: song)
        return song
    }
}

/// One number for each of several moments, and how sure their mean is.
struct BenchSongsSample: Encodable {
    let values: [Double]

    var mean: Double { values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count) }

    /// What 95 of 100 means of as many moments, drawn from these with replacement, lie within (Efron 1979). Always the same draws.
    var interval: ClosedRange<Double> {
        guard !values.isEmpty else { return 0...0 }
        var random = SplitMix64(seed: 7)
        let draws = 4000
        let means = (0..<draws).map { _ in
            (0..<values.count).reduce(0.0) { sum, _ in sum + values[Int.random(in: 0..<values.count, using: &random)] }
                / Double(values.count)
        }.sorted()
        return means[draws / 40]...means[draws - 1 - draws / 40]
    }

    /// The differences, moment by moment.
    func minus(_ other: BenchSongsSample) -> BenchSongsSample {
        BenchSongsSample(values: zip(values, other.values).map { $0 - $1 })
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(mean, forKey: .mean)
        try container.encode(interval.lowerBound, forKey: .low)
        try container.encode(interval.upperBound, forKey: .high)
    }

    private enum Keys: String, CodingKey {
        case mean, low, high
    }
}
