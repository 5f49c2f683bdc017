internal import Moods

extension AffectEstimate {
    /// Mood tags, where our table knows their words.
    ///
    /// One is believed to .6, each further one halves the doubt that is left down to .2; tags that contradict each other (their spread
    /// about the mean is wide) are believed less.
    static func moodTags(_ song: Song) -> [Evidence] {
        let known = song.tags.filter { $0.kind == .mood && $0.weight > 0 }
            .compactMap { tag in MoodWord.affect(of: tag.name).map { ($0, tag.weight) } }
        guard let (mean, spread) = mean(of: known) else { return [] }
        let weight = min(known.reduce(0) { $0 + $1.1 }, 8)
        let confidence = (0.8 - 0.2 * halved(weight - 1)) * max(0.3, 1 - spread)
        return [Evidence(.tags, mean, valence: confidence, arousal: confidence)]
    }

    /// Genre tags: believed to .3 however many they are, since a genre holds songs of all moods. A tag that is no genre we know
    /// may still be a mood's word ("chill"); that is believed to .5.
    static func genreTags(_ song: Song) -> [Evidence] {
        let tags = song.tags.filter { $0.kind == .genre && $0.weight > 0 }
        let genres = tags.compactMap { tag in GenreWord.affect(of: tag.name).map { ($0, tag.weight) } }
        let moods = tags.filter { GenreWord.affect(of: $0.name) == nil }
            .compactMap { tag in MoodWord.affect(of: tag.name).map { ($0, tag.weight) } }
        return [(genres, 0.3), (moods, 0.5)].compactMap { known, confidence in
            mean(of: known).map { Evidence(.tags, $0.mean, valence: confidence, arousal: confidence) }
        }
    }

    /// The weighted mean, and the mean distance from it; nil where there is nothing.
    private static func mean(of known: [(Affect, Double)]) -> (mean: Affect, spread: Double)? {
        let weight = known.reduce(0) { $0 + $1.1 }
        guard weight > 0 else { return nil }
        let mean = Affect(
            valence: known.reduce(0) { $0 + $1.0.valence * $1.1 } / weight,
            arousal: known.reduce(0) { $0 + $1.0.arousal * $1.1 } / weight)
        return (mean, known.reduce(0) { $0 + $1.0.distance(to: mean) * $1.1 } / weight)
    }

    /// 2^−x for whole steps and straight lines between: no library's rounding is in it.
    private static func halved(_ steps: Double) -> Double {
        var (value, rest) = (1.0, max(0, steps))
        while rest >= 1 { (value, rest) = (value / 2, rest - 1) }
        return value * (1 - rest / 2)
    }
}
