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
