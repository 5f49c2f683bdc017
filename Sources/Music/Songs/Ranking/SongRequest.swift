public import Moods

/// What songs are asked for.
public struct SongRequest: Sendable {
    /// What the songs should feel like.
    public var mood: Mood
    /// Words that tags are held against: the caption's, or a text of one's own.
    public let text: String
    /// The stems of its words, which are found once.
    let stems: [String]
    /// The embedding of the query, of the model's width and length 1; nil where there is no embedding model.
    public var embedding: [Float]?
    /// Numbers of songs that somebody likes: songs with tags like theirs are preferred. Unknown ones count for nothing.
    public var liked: Set<Int64>
    /// How many songs, 1 to 100.
    public var limit: Int
    /// Decides between equals.
    public var seed: UInt64
    public var filters: SongFilters

    public init(
        mood: Mood, text: String = "", embedding: [Float]? = nil, liked: Set<Int64> = [], limit: Int = 10,
        seed: UInt64 = 0, filters: SongFilters = SongFilters()
    ) {
        self.mood = mood
        self.text = text
        stems = English.stems(of: text)
        self.embedding = embedding
        self.liked = liked
        self.limit = limit
        self.seed = seed
        self.filters = filters
    }
}

/// A song that was chosen, and why.
public struct RankedSong: Sendable {
    public let song: Song
    /// 0 to 1.
    public let score: Double
    public let components: ScoreComponents
    /// One sentence.
    public let reason: String

    public init(song: Song, score: Double, components: ScoreComponents, reason: String) {
        self.song = song
        self.score = score
        self.components = components
        self.reason = reason
    }
}

/// What a score was made of, each 0 to 1; nil where there was nothing to hold the song against.
public struct ScoreComponents: Sendable, Hashable {
    public let mood: Double?
    public let embedding: Double?
    public let tags: Double?
    public let taste: Double?

    public init(mood: Double?, embedding: Double?, tags: Double?, taste: Double?) {
        self.mood = mood
        self.embedding = embedding
        self.tags = tags
        self.taste = taste
    }
}
