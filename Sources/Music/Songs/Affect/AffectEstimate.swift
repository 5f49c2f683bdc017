internal import Moods

/// Where a song lies in the valence–arousal plane, from what the catalogue knows of it.
public enum AffectEstimate {
    /// The song's place, and how it is known; nil where nothing says anything.
    ///
    /// What somebody stated counts as it is. Next come valence and energy as a service measured them. Where those are missing, mood
    /// tags, genre tags and the score's facts are mixed, each by its confidence, for valence and arousal apart; the method is
    /// the one with the largest share. The same song gives the same answer.
    public static func affect(of song: Song) -> SongAffect? {
        if let known = song.affect, known.method == .stated { return known }
        if let valence = song.features.valence, let energy = song.features.energy {
            return measured(valence: valence, energy: energy, song.features)
        }
        let evidence = [moodTags(song), genreTags(song), partlyMeasured(song.features), score(song.features)]
        return mixed(evidence.flatMap(\.self))
    }

    /// What one kind of knowledge says; an axis with confidence 0 says nothing.
    struct Evidence {
        let method: SongAffect.Method
        let affect: Affect
        let valenceConfidence: Double
        let arousalConfidence: Double

        init(_ method: SongAffect.Method, _ affect: Affect, valence: Double, arousal: Double) {
            self.method = method
            self.affect = affect
            valenceConfidence = valence
            arousalConfidence = arousal
        }
    }

    /// Each axis is Σ c x / Σ c; its confidence 1 − Π (1 − c), as of independent witnesses, at most .9. The whole's is the mean of
    /// both axes', so that a song of which only the tempo is known is half known at best.
    static func mixed(_ evidence: [Evidence]) -> SongAffect? {
        let valenceWeight = evidence.reduce(0) { $0 + $1.valenceConfidence }
        let arousalWeight = evidence.reduce(0) { $0 + $1.arousalConfidence }
        guard valenceWeight + arousalWeight > 0 else { return nil }
        let valence = evidence.reduce(0) { $0 + $1.valenceConfidence * $1.affect.valence }
        let arousal = evidence.reduce(0) { $0 + $1.arousalConfidence * $1.affect.arousal }
        let doubts = evidence.reduce(into: (1.0, 1.0)) {
            $0.0 *= 1 - $1.valenceConfidence
            $0.1 *= 1 - $1.arousalConfidence
        }
        let confidence = (min(1 - doubts.0, 0.9) + min(1 - doubts.1, 0.9)) / 2
        let method = SongAffect.Method.allCases.max { share(of: $0, evidence) < share(of: $1, evidence) } ?? .tags
        return SongAffect(
            Affect(
                valence: valenceWeight > 0 ? valence / valenceWeight : 0,
                arousal: arousalWeight > 0 ? arousal / arousalWeight : 0),
            confidence: confidence, method: method)
    }

    private static func share(of method: SongAffect.Method, _ evidence: [Evidence]) -> Double {
        evidence.filter { $0.method == method }.reduce(0) { $0 + $1.valenceConfidence + $1.arousalConfidence }
    }
}

// MARK: Tags

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

// MARK: Score

extension AffectEstimate {
    /// What a score says: its mode, its tempo marking, its beats a minute.
    ///
    /// Major is heard as happier than minor, and fast as more stirred and a little happier than slow (Hevner 1935, 1937; Eerola,
    /// Friberg & Bresin 2013). Each alone is weak: mode .3 for valence, a marking .45 for arousal (its author wrote it), beats a
    /// minute .3, since a file's tempo is often half or double of what one hears.
    static func score(_ features: SongFeatures) -> [Evidence] {
        var evidence: [Evidence] = []
        if let isMajor = features.isMajor {
            // Minor is no more than a little sad at a lively tempo, hence the smaller number.
            let affect = Affect(valence: isMajor ? 0.35 : -0.4, arousal: 0)
            evidence.append(Evidence(.score, affect, valence: 0.3, arousal: 0))
        }
        if let affect = features.tempoMarking.flatMap(TempoWord.affect) {
            evidence.append(Evidence(.score, affect, valence: 0.25, arousal: 0.45))
        }
        if let tempo = features.tempo, tempo > 0, features.energy == nil {
            let speed = bounded((tempo - 105) / 75)
            evidence.append(
                Evidence(.score, Affect(valence: 0.2 * speed, arousal: 0.8 * speed), valence: 0.1, arousal: 0.3))
        }
        return evidence
    }
}

// MARK: Features

extension AffectEstimate {
    /// Valence and energy as Spotify has them, from 0 to 1, stretched to the plane.
    ///
    /// Energy is .8 of the arousal; tempo (about 120 beats a minute is the middle, ±60 its range) and loudness (−10 dB the middle, ±10)
    /// are .1 each, and where they are unknown energy takes their place. The confidence .75 leaves room for what one number for a
    /// whole song cannot tell.
    static func measured(valence: Double, energy: Double, _ features: SongFeatures) -> SongAffect {
        SongAffect(
            Affect(valence: stretched(valence), arousal: arousal(energy: energy, features)), confidence: 0.75,
            method: .features)
    }

    /// Valence or energy where the other is missing.
    static func partlyMeasured(_ features: SongFeatures) -> [Evidence] {
        if let valence = features.valence {
            return [Evidence(.features, Affect(valence: stretched(valence), arousal: 0), valence: 0.75, arousal: 0)]
        }
        guard let energy = features.energy else { return [] }
        let affect = Affect(valence: 0, arousal: arousal(energy: energy, features))
        return [Evidence(.features, affect, valence: 0, arousal: 0.75)]
    }

    private static func stretched(_ value: Double) -> Double { 2 * value - 1 }

    private static func arousal(energy: Double, _ features: SongFeatures) -> Double {
        let energy = stretched(energy)
        let tempo = features.tempo.map { bounded(($0 - 120) / 60) } ?? energy
        let loudness = features.loudness.map { bounded(($0 + 10) / 10) } ?? energy
        return 0.8 * energy + 0.1 * tempo + 0.1 * loudness
    }

    static func bounded(_ value: Double) -> Double { value.isNaN ? 0 : min(max(value, -1), 1) }
}
