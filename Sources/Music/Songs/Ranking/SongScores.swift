internal import Foundation
internal import Moods

/// What each song of a pool is worth to a request.
struct SongScores {
    private let index: SongIndex
    private let settings: RankingSettings
    private let valence: Float
    private let arousal: Float
    private let hasMood: Bool
    /// Beside the index's songs: Σ weight · worth over the query's words; empty where no song has one of them.
    private let matches: [Float]
    private let bestMatch: Float
    /// The same for the words of the songs that somebody likes.
    private let likings: [Float]
    private let bestLiking: Float
    /// Beside the index's songs; empty where there are no embeddings.
    private let cosines: [Float]
    private let meanCosine: Float
    private let inverseDeviation: Float

    init(_ index: SongIndex, _ pool: SongPool, _ request: SongRequest, _ settings: RankingSettings) {
        self.index = index
        self.settings = settings
        valence = Float(request.mood.affect.valence)
        arousal = Float(request.mood.affect.arousal)
        hasMood = request.mood.confidence > 0 && settings.moodWeight > 0
        (matches, bestMatch) = Self.matches(index, pool, settings.tagWeight) {
            TagQuery(mood: request.mood, stems: request.stems, vocabulary: index.tags.vocabulary, settings: settings)
        }
        (likings, bestLiking) = Self.matches(index, pool, settings.tasteWeight) {
            TagQuery(songs: request.liked.compactMap { index.ids.place(ofAscending: $0) }, index.tags)
        }
        let cosines = Self.cosines(index, request, settings)
        let spread = Self.spread(cosines, index, pool)
        self.cosines = cosines
        meanCosine = Float(spread.mean)
        inverseDeviation = spread.deviation > 1e-6 ? Float(1 / spread.deviation) : 0
    }

    private static func matches(
        _ index: SongIndex, _ pool: SongPool, _ weight: Double, _ query: () -> TagQuery
    ) -> ([Float], best: Float) {
        guard weight > 0 else { return ([], 0) }
        let query = query()
        guard !query.words.isEmpty else { return ([], 0) }
        var matches = [Float](repeating: 0, count: index.count)
        for (word, weight) in query.words {
            for place in index.tags.songs.range(Int(word)) {
                matches[Int(index.tags.songs.values[place])] += weight * index.tags.worths[place]
            }
        }
        var best: Float = 0
        for song in matches.indices where matches[song] > best && pool.isIn[song] { best = matches[song] }
        return best > 0 ? (matches, best) : ([], 0)
    }

    private static func cosines(_ index: SongIndex, _ request: SongRequest, _ settings: RankingSettings) -> [Float] {
        guard settings.embeddingWeight > 0, let vectors = index.vectors, let query = request.embedding,
            query.count == vectors.width
        else { return [] }
        return vectors.cosines(query)
    }

    /// The mean and the standard deviation in the pool.
    private static func spread(
        _ cosines: [Float], _ index: SongIndex, _ pool: SongPool
    ) -> (mean: Double, deviation: Double) {
        guard !cosines.isEmpty, let vectors = index.vectors else { return (0, 0) }
        var (count, sum, squares) = (0.0, 0.0, 0.0)
        for song in cosines.indices where pool.isIn[song] && vectors.has(song) {
            let cosine = Double(cosines[song])
            count += 1
            sum += cosine
            squares += cosine * cosine
        }
        guard count > 0 else { return (0, 0) }
        let mean = sum / count
        return (mean, max(0, squares / count - mean * mean).squareRoot())
    }

    /// How well a song's place fits the mood: confidence · exp(−d² / 2σ²) + (1 − confidence) · prior.
    private func mood(_ song: Int) -> Float {
        let affect = index.affects[song]
        let spread = Float(settings.spread)
        let bell = exp(-affect.squaredDistance(valence: valence, arousal: arousal) / (2 * spread * spread))
        return affect.confidence * bell + (1 - affect.confidence) * Float(settings.prior)
    }

    /// Where a song's cosine stands in the pool, by its z-score: the mean is at .5, two deviations above at .85, and nothing reaches 1, so
    /// that the best of a large pool still differ.
    private func embedding(_ song: Int) -> Float {
        let z = (cosines[song] - meanCosine) * inverseDeviation
        return 0.5 + 0.5 * z / (z * z + 4).squareRoot()
    }

    private func hasEmbedding(_ song: Int) -> Bool { !cosines.isEmpty && index.vectors?.has(song) == true }

    private func hasTags(_ song: Int) -> Bool { !matches.isEmpty && index.tags.hasTags(song) }

    private func hasTaste(_ song: Int) -> Bool { !likings.isEmpty && index.tags.hasTags(song) }

    /// Σ w x / Σ w over the components that are there; 0 where none is.
    func score(_ song: Int) -> Float {
        var (sum, weights): (Float, Float) = (0, 0)
        if hasMood {
            weights = Float(settings.moodWeight)
            sum = weights * mood(song)
        }
        if hasEmbedding(song) {
            let weight = Float(settings.embeddingWeight)
            weights += weight
            sum += weight * embedding(song)
        }
        if hasTags(song) {
            let weight = Float(settings.tagWeight)
            weights += weight
            sum += weight * matches[song] / bestMatch
        }
        if hasTaste(song) {
            let weight = Float(settings.tasteWeight)
            weights += weight
            sum += weight * likings[song] / bestLiking
        }
        return weights > 0 ? sum / weights : 0
    }

    /// What the score was made of.
    func components(_ song: Int) -> ScoreComponents {
        ScoreComponents(
            mood: hasMood ? Double(mood(song)) : nil, embedding: hasEmbedding(song) ? Double(embedding(song)) : nil,
            tags: hasTags(song) ? Double(matches[song] / bestMatch) : nil,
            taste: hasTaste(song) ? Double(likings[song] / bestLiking) : nil)
    }
}
