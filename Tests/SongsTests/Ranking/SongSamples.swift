import Moods
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

/// SplitMix64; Steele et al. 2014.
struct RandomNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func unit() -> Double { .random(in: -1...1, using: &self) }
}

/// Songs that are all different, the same each time.
func manySongs(_ count: Int, seed: UInt64 = 1) -> [Song] {
    var numbers = RandomNumbers(state: seed)
    let themes = ["rain", "night", "sea", "forest", "city", "winter", "love", "dance"]
    let moods = ["calm", "joyful", "sad", "fierce", "tender", "majestic"]
    return (1...Int64(count)).map { id in
        song(
            id, "Artist \(Int.random(in: 0..<max(count / 4, 1), using: &numbers))", valence: numbers.unit(),
            arousal: numbers.unit(), confidence: 0.8, moods: [moods.randomElement(using: &numbers) ?? ""],
            themes: [themes.randomElement(using: &numbers) ?? ""])
    }
}
