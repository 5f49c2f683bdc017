internal import CSongFiles
internal import Moods

/// What a tempo marking of a score says, in Italian, German, French or English: tempos.csv.
enum TempoWord {
    /// The words without accents.
    static let table = AffectTable(song_tempos)

    private static let negations: Set<String> = ["not", "non", "nicht", "pas"]
    private static let fainter: Set<String> = ["poco", "troppo", "tanto", "quasi", "etwas", "ziemlich", "peu", "too"]
    private static let stronger: Set<String> = ["molto", "assai", "sehr", "tres", "very"]

    /// What a marking says as a whole: the mean of its words, the first of which counts double, as it names the tempo.
    ///
    /// "Not fast" is moderate; "ma non troppo" and "poco" take a third off, "molto" adds a fifth. Nil where no word is known.
    static func affect(of marking: String) -> Affect? {
        let words = English.words(of: marking)
        var (valence, arousal, weight) = (0.0, 0.0, 0.0)
        var negatedUntil = -1
        var strength = 1.0
        for (place, word) in words.enumerated() {
            if negations.contains(word) { negatedUntil = place + 2 }
            if fainter.contains(word) { strength *= 2 / 3 }
            if stronger.contains(word) { strength *= 1.2 }
            guard let affect = table.affect(of: word) else { continue }
            let share = weight == 0 ? 2.0 : 1.0
            let sign = place <= negatedUntil ? 0.0 : 1.0
            valence += share * sign * affect.valence
            arousal += share * sign * affect.arousal
            weight += share
        }
        guard weight > 0 else { return nil }
        return Affect(valence: valence / weight, arousal: strength * arousal / weight)
    }
}
