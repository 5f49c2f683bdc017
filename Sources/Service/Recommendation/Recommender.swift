public import Captioning
public import Colour
public import Moods
public import Serving
public import Songs

/// Picture or caption → palette, mood, songs: the one function behind `POST /songs/match` and the command `match`.
///
/// On this way a picture is hashed and decoded once, for its caption and its colours together.
public struct Recommender: Sendable {
    private let captioner: Captioner
    private let rank: @Sendable (SongQuery) async throws -> SongRecommendation

    /// Makes a recommender.
    ///
    /// - Parameters:
    ///   - captioner: makes captions, and finds colours.
    ///   - rank: finds the songs of a query; ``SongService/match(_:)`` or ``SongMatcher/match(_:)``.
    public init(
        _ captioner: Captioner, ranking rank: @escaping @Sendable (SongQuery) async throws -> SongRecommendation
    ) {
        self.captioner = captioner
        self.rank = rank
    }

    /// Songs for a picture.
    ///
    /// - Parameters:
    ///   - bytes: the picture's file.
    ///   - hash: the bytes' SHA-256, where it is known already.
    ///   - query: what else is asked of the songs; caption and colours are the picture's.
    ///   - options: what is asked of the caption.
    ///   - isFresh: whether the caption must be made now, whatever is in the cache.
    ///   - admission: what happens where the captioner's queue is full.
    /// - Throws: `ServingError` for the picture and its caption; `SongsError` for the songs.
    public func recommend(
        _ bytes: [UInt8], hash: String? = nil, query: SongQuery = SongQuery(),
        options: CaptionOptions = CaptionOptions(), isFresh: Bool = false, admission: Captioner.Admission = .orRefuse
    ) async throws -> SongRecommendation {
        let caption = try await captioner.caption(
            bytes, options: options, isFresh: isFresh, hash: hash, admission: admission, findsPalette: true)
        let palette = try await captioner.palette(of: bytes, hash: caption.picture.hash)
        var query = query
        query.caption = caption.caption
        query.palette = palette.map(ColourMood.Area.init)
        var recommendation = try await recommend(query)
        recommendation.picture = DescribedPicture(caption: caption, palette: palette)
        return recommendation
    }

    /// Songs for a caption, a palette or a mood that somebody has already.
    /// - Throws: `SongsError`.
    public func recommend(_ query: SongQuery) async throws -> SongRecommendation {
        let began = ContinuousClock.now
        var recommendation = try await rank(query)
        recommendation.rankingTime = ContinuousClock.now - began
        return recommendation
    }
}

/// What is known of a picture that songs are wanted for.
public struct DescribedPicture: Sendable {
    public let caption: CaptionResult
    /// The dominant colours, the one with the largest share first.
    public let palette: [PaletteColour]
}

/// What songs are wanted for.
public struct SongQuery: Sendable {
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

/// The songs that fit, and why.
public struct SongRecommendation: Sendable {
    /// The picture they are for; nil where a query had none.
    public var picture: DescribedPicture?
    /// The caption that the songs were found by; nil where there was none.
    public let caption: String?
    public let mood: Mood
    /// The best first.
    public let songs: [RankedSong]
    /// Why there are none; nil where there are some.
    public let reason: String?
    /// How long mood and ranking took, caption and colours not counted.
    public internal(set) var rankingTime = Duration.zero

    init(caption: String?, mood: Mood, songs: [RankedSong], reason: String?) {
        self.caption = caption
        self.mood = mood
        self.songs = songs
        self.reason = reason
    }
}
