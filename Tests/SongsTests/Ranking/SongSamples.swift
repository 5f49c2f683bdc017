import Moods
import Randomness
import Songs

/// A song for a test.
func song(
    _ id: Int64, _ artist: String = "", valence: Double? = nil, arousal: Double = 0, confidence: Double = 1,
    genres: [String] = [], moods: [String] = [], themes: [String] = []
) -> Song {
    var song = Song(title: "Song \(id)", artist: artist, source: "csv")
    song.id = id
    song.tags =
        genres.map { SongTag($0, .genre) } + moods.map { SongTag($0, .mood) } + themes.map { SongTag($0, .theme) }
    song.affect = valence.map {
        SongAffect(Affect(valence: $0, arousal: arousal), confidence: confidence, method: .stated)
    }
    return song
}

/// A mood that somebody asked for.
func mood(_ valence: Double, _ arousal: Double, confidence: Double = 1, from source: MoodContribution.Source = .request)
    -> Mood
{
    let affect = Affect(valence: valence, arousal: arousal)
    return Mood(
        affect: affect, confidence: confidence,
        contributions: [
            MoodContribution(source: source, affect: affect, confidence: confidence, share: 1, evidence: [])
        ])
}

extension RankingSettings {
    /// The standard ones without diversity.
    static var plain: RankingSettings {
        var settings = RankingSettings.standard
        settings.relevance = 1
        return settings
    }
}

extension SplitMix64 {
    /// From -1 to 1.
    mutating func unit() -> Double { .random(in: -1...1, using: &self) }
}

/// Songs that are all different, the same each time.
func manySongs(_ count: Int, seed: UInt64 = 1) -> [Song] {
    var numbers = SplitMix64(seed: seed)
    let themes = ["rain", "night", "sea", "forest", "city", "winter", "love", "dance"]
    let moods = ["calm", "joyful", "sad", "fierce", "tender", "majestic"]
    return (1...Int64(count)).map { id in
        song(
            id, "Artist \(Int.random(in: 0..<max(count / 4, 1), using: &numbers))", valence: numbers.unit(),
            arousal: numbers.unit(), confidence: 0.8, moods: [moods.randomElement(using: &numbers) ?? ""],
            themes: [themes.randomElement(using: &numbers) ?? ""])
    }
}
