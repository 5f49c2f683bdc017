import Foundation
import Songs

/// How well moments are answered, in several ways.
struct BenchSongsQuality: Encodable {
    /// One way of ranking.
    struct Way: Encodable {
        let name: String
        /// The share of the first ten that fit.
        let precision: BenchSongsSample
        /// How many of the first ten must not be there.
        let violations: BenchSongsSample
        /// The discounted gain of the first ten, to that of the best ten there are (Järvelin & Kekäläinen 2002).
        let gain: BenchSongsSample
        /// The gain less that of ranking as a whole, moment by moment; nil for that itself.
        var difference: BenchSongsSample?

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

    private static let depth = 10
    /// Random orders are many: their measures are means over so many seeds.
    private static let seeds: UInt64 = 50

    static func measure(_ songs: [Song], _ moments: [BenchSongsMoment]) -> BenchSongsQuality {
        var quality = BenchSongsQuality(songs: songs.count, moments: moments.count)
        let judged = moments.compactMap(\.isWithinRegion)
        if !judged.isEmpty { quality.withinRegion = Double(judged.count { $0 }) / Double(judged.count) }
        let index = SongIndex(songs: songs)
        let blind = SongIndex(songs: songs.map(\.withoutMoods))
        let whole = way("all of it", index, songs, moments, .standard)
        quality.ways = [
            whole,
            way("without diversity", index, songs, moments, .only(relevance: 1)),
            way("mood alone", index, songs, moments, .only(embedding: 0, tags: 0)),
            way("tags alone", index, songs, moments, .only(mood: 0, embedding: 0)),
            way("random", index, songs, moments, .only(mood: 0, embedding: 0, tags: 0, relevance: 1), seeds: seeds),
            way("without mood tags", blind, songs, moments, .standard),
            way("without mood tags: mood alone", blind, songs, moments, .only(embedding: 0, tags: 0)),
            way("without mood tags: tags alone", blind, songs, moments, .only(mood: 0, embedding: 0)),
        ]
        for place in quality.ways.indices.dropFirst() {
            quality.ways[place].difference = quality.ways[place].gain.minus(whole.gain)
        }
        return quality
    }

    private static func way(
        _ name: String, _ index: SongIndex, _ songs: [Song], _ moments: [BenchSongsMoment], _ settings: RankingSettings,
        seeds: UInt64 = 1
    ) -> Way {
        let judged = Dictionary(songs.map { ($0.id, $0) }) { first, _ in first }
        var (precision, violations, gain): ([Double], [Double], [Double]) = ([], [], [])
        for moment in moments {
            let best = discounted(songs.map(moment.gain).sorted(by: >))
            var sums = (precision: 0.0, violations: 0.0, gain: 0.0)
            for seed in 0..<seeds {
                let answer = index.rank(moment.request(limit: depth, seed: seed), settings: settings)
                    .compactMap { judged[$0.id] }
                sums.precision += Double(answer.count(where: moment.fits)) / Double(depth)
                sums.violations += Double(answer.count(where: moment.violates))
                sums.gain += best > 0 ? discounted(answer.map(moment.gain)) / best : 0
            }
            precision.append(sums.precision / Double(seeds))
            violations.append(sums.violations / Double(seeds))
            gain.append(sums.gain / Double(seeds))
        }
        return Way(
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
