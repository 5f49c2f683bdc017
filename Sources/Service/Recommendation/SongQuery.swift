public import Moods
public import Songs

/// What songs are wanted for.
public struct SongWish: Sendable {
    /// What the picture shows; nil where there is none.
    public var caption: String?
    /// The picture's colours.
    public var palette: [ColourMood.Area] = []
    /// The mood that is wanted instead of the picture's.
    public var affect: Affect?
    /// Words that the songs' tags should have, besides the caption's.
    public var text: String?
    /// Numbers of songs that somebody likes.
    public var liked: Set<Int64> = []
    /// How many songs.
    public var limit = 10
    /// Decides between songs that fit equally well.
    public var seed: UInt64 = 0
    public var filters = SongFilters()

    /// How many songs may be asked for.
    public static let limits = 1...100

    public init() {}
}

/// The songs that were found.
public struct SongMatch: Sendable {
    public let mood: Mood
    /// The best first.
    public let songs: [RankedSong]
    /// Why there are none; nil where there are some.
    public let reason: String?
}
