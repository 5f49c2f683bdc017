internal import Moods

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
