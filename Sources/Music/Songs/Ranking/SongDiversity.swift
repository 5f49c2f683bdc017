internal import Foundation

/// Chooses songs that fit and differ: maximal marginal relevance (Carbonell & Goldstein 1998).
struct SongDiversity {
    private let index: SongIndex
    private let settings: RankingSettings
    /// The best first.
    private let candidates: [Int]
    /// The candidates' embeddings side by side, where the processor finds them faster.
    private let vectors: VectorTable?

    init(_ index: SongIndex, _ candidates: [Int], _ settings: RankingSettings) {
        self.index = index
        self.candidates = candidates
        self.settings = settings
        vectors = index.vectors?.picked(candidates)
    }

    /// Takes, time and again, the song with the largest λ · score − (1 − λ) · likeness to the most alike of those taken; of equals the
    /// first.
    func choose(_ count: Int, scores: [Float]) -> [Int] {
        let relevance = Float(settings.relevance)
        guard relevance < 1, candidates.count > count else { return Array(candidates.prefix(count)) }
        // Without this bound a song that fits badly would come for being different.
        let least = Float(settings.leastShare) * scores[candidates[count - 1]]
        var isLeft = candidates.map { scores[$0] >= least }
        var likeness = [Float](repeating: 0, count: candidates.count)
        var chosen: [Int] = []
        while chosen.count < count {
            var best: Int?
            var bestValue = -Float.infinity
            for place in candidates.indices where isLeft[place] {
                let value = relevance * scores[candidates[place]] - (1 - relevance) * likeness[place]
                if value > bestValue { (best, bestValue) = (place, value) }
            }
            guard let best else { break }
            isLeft[best] = false
            chosen.append(candidates[best])
            let cosines = vectors?.cosines(with: best)
            for place in candidates.indices where isLeft[place] {
                likeness[place] = max(likeness[place], self.likeness(best, place, cosine: cosines?[place]))
            }
        }
        return chosen
    }

    /// How alike two candidates are, 0 to 1: the mean of what is known of both of nearness in the plane, common tags, and embeddings.
    private func likeness(_ first: Int, _ second: Int, cosine: Float?) -> Float {
        var (sum, count): (Float, Float) = (0, 0)
        let (one, other) = (index.affects[candidates[first]], index.affects[candidates[second]])
        if one.confidence > 0, other.confidence > 0 {
            let spread = Float(settings.spread)
            sum += exp(-one.squaredDistance(valence: other.valence, arousal: other.arousal) / (2 * spread * spread))
            count += 1
        }
        if let overlap = index.tags.overlap(candidates[first], candidates[second]) {
            sum += overlap
            count += 1
        }
        if let cosine, let vectors, vectors.has(first), vectors.has(second) {
            sum += max(0, cosine)
            count += 1
        }
        return count > 0 ? sum / count : 0
    }
}

/// The best few songs of each artist: only these can be among the answers.
struct ArtistShare {
    private let order: SongOrder
    private let artists: [UInt32]
    private let most: Int
    /// [artists, most], the best first; -1 where an artist has fewer.
    private var best: [Int32]

    init(_ index: SongIndex, _ order: SongOrder, most: Int) {
        self.order = order
        self.most = most
        artists = index.artists
        best = [Int32](repeating: -1, count: (index.artistCount + 1) * most)
    }

    mutating func add(_ song: Int) {
        guard artists[song] != 0 else { return }
        var newcomer = Int32(song)
        let first = Int(artists[song]) * most
        for place in first..<(first + most) {
            if best[place] < 0 {
                best[place] = newcomer
                return
            }
            if order.precedes(Int(newcomer), Int(best[place])) { swap(&newcomer, &best[place]) }
        }
    }

    /// Whether a song is one of its artist's best, or of nobody in particular.
    func holds(_ song: Int) -> Bool {
        guard artists[song] != 0 else { return true }
        let first = Int(artists[song]) * most
        return best[first..<(first + most)].contains(Int32(song))
    }
}
