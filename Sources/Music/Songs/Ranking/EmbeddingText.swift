public import Moods

/// The sentences that songs and queries are embedded as: descriptions on both sides, never titles, which would make "dog" find songs
/// that are named dog.
public enum EmbeddingText {
    /// "<mood words> music, <energy words>, for: <caption>"; of an unknown mood only the caption is there, of an empty caption only the
    /// mood. Empty where neither is known.
    public static func query(mood: Mood, caption: String) -> String {
        var parts: [String] = []
        if mood.confidence > 0 {
            let words = MoodWord.nearest(to: mood.affect, count: 3)
            parts = ["\(words.joined(separator: ", ")) music", energy(mood.affect.arousal)]
        }
        if !caption.isEmpty { parts.append(parts.isEmpty ? "music for: \(caption)" : "for: \(caption)") }
        return parts.joined(separator: ", ")
    }

    /// "<genres>; <moods>; <themes>; <tempo word>; <era>", without what is not known. Where no mood is tagged but the affect is
    /// known well, the nearest words stand for it. Empty where nothing is known.
    public static func song(_ song: Song) -> String {
        var parts: [String] = []
        for kind in [SongTag.Kind.genre, .mood, .theme] {
            var names = song.tags.filter { $0.kind == kind && $0.weight > 0 }.map(\.name)
            if kind == .mood, names.isEmpty, let known = song.affect, known.confidence >= 0.5 {
                names = MoodWord.nearest(to: known.affect, count: 2)
            }
            if !names.isEmpty { parts.append(names.joined(separator: ", ")) }
        }
        if let tempo = tempo(song.features) { parts.append(tempo) }
        if let year = song.year { parts.append(era(year)) }
        return parts.joined(separator: "; ")
    }

    private static func energy(_ arousal: Double) -> String {
        switch arousal {
        case ..<(-0.6): "very slow and quiet"
        case ..<(-0.2): "slow and gentle"
        case ..<0.2: "of moderate tempo"
        case ..<0.6: "lively"
        default: "fast and powerful"
        }
    }

    private static func tempo(_ features: SongFeatures) -> String? {
        let speed: Double
        if let marked = features.tempoMarking.flatMap(TempoWord.affect) {
            speed = marked.arousal
        } else if let tempo = features.tempo, tempo > 0 {
            speed = (tempo - 105) / 75
        } else {
            return nil
        }
        return switch speed {
        case ..<(-0.6): "very slow"
        case ..<(-0.2): "slow"
        case ..<0.2: "moderate tempo"
        case ..<0.6: "fast"
        default: "very fast"
        }
    }

    /// A decade from 1900 on, a century before.
    private static func era(_ year: Int) -> String {
        guard year < 1900 else { return "\(year / 10 * 10)s" }
        let century = (year + 99) / 100
        let ending = [11, 12, 13].contains(century) ? "th" : [1: "st", 2: "nd", 3: "rd"][century % 10] ?? "th"
        return "\(century)\(ending) century"
    }
}
