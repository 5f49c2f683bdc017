internal import Foundation

/// Chooses songs that fit and differ: maximal marginal relevance (Carbonell & Goldstein 1998).
struct SongDiversity {
    let index: SongIndex
    let settings: RankingSettings

    /// Takes, time and again, the song with the largest λ · score − (1 − λ) · likeness to the most alike of those taken.
    /// - Parameter candidates: the best first; of equals the first is taken.
    func choose(_ count: Int, from candidates: [Int], scores: [Float]) -> [Int] {
        let relevance = Float(settings.relevance)
        guard relevance < 1, candidates.count > count else { return Array(candidates.prefix(count)) }
        // Without this bound a song that fits badly would come for being different.
        let least = Float(settings.leastShare) * scores[candidates[count - 1]]
        var left = candidates.filter { scores[$0] >= least }.map { (song: $0, likeness: Float(0)) }
        var chosen: [Int] = []
        while chosen.count < count, !left.isEmpty {
            var best = 0
            var bestValue = -Float.infinity
            for (place, candidate) in left.enumerated() {
                let value = relevance * scores[candidate.song] - (1 - relevance) * candidate.likeness
                if value > bestValue { (best, bestValue) = (place, value) }
            }
            let song = left.remove(at: best).song
            chosen.append(song)
            for place in left.indices {
                left[place].likeness = max(left[place].likeness, likeness(song, left[place].song))
            }
        }
        return chosen
    }

    /// How alike two songs are, 0 to 1: the mean of what is known of both of nearness in the plane, common tags, and embeddings.
    func likeness(_ first: Int, _ second: Int) -> Float {
        var (sum, count): (Float, Float) = (0, 0)
        let (one, other) = (index.affects[first], index.affects[second])
        if one.confidence > 0, other.confidence > 0 {
            let spread = Float(settings.spread)
            sum += exp(-one.squaredDistance(valence: other.valence, arousal: other.arousal) / (2 * spread * spread))
            count += 1
        }
        if let overlap = index.tags.overlap(first, second) {
            sum += overlap
            count += 1
        }
        if let vectors = index.vectors, vectors.has(first), vectors.has(second) {
            sum += max(0, vectors.cosine(first, second))
            count += 1
        }
        return count > 0 ? sum / count : 0
    }
}
