/// What ranking weighs, and how. `bench songs --quality` says what a change does.
public struct RankingSettings: Sendable, Hashable {
    /// The weights of the components; one of 0 is left out.
    public var moodWeight = 0.4
    public var embeddingWeight = 0.3
    public var tagWeight = 0.2
    public var tasteWeight = 0.1
    /// How near in the valence–arousal plane is near: the standard deviation of the bell that distances are read by.
    public var spread = 0.35
    /// What a song of unknown affect is taken to fit: the mean of the bell over the plane, 2π · .35² / 4, as if it lay anywhere.
    public var prior = 0.19
    /// What a song's own score counts against its likeness to those that were chosen already; 1 ignores likeness.
    public var relevance = 0.7
    /// How low the score of a song may be that comes for being different: a share of the score of the last one that would come without.
    public var leastShare = 0.85
    /// How many songs one artist may have among the answers.
    public var songsOfAnArtist = 2
    /// BM25's saturation of a word that comes again, and how much a song with many tags is held back (Robertson & Zaragoza 2009).
    public var saturation = 1.2
    public var lengthNormalization = 0.4
    /// What all words of the mood's neighbourhood count together, where a word of the caption counts 1.
    public var moodWordWeight = 2.0
    /// What a theme counts that a word of the caption only implies, as an umbrella does rain.
    public var impliedThemeWeight = 0.6

    public init() {}

    public static let standard = RankingSettings()
}
