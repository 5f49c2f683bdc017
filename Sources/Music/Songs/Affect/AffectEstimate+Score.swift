internal import Moods

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
