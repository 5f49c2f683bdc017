import Colour
import Moods
import MusicServices
import Recommendation
import Serving
import Songs

/// The answer of `POST /songs/match`.
struct MatchAnswer: Encodable {
    private let success = true
    private let caption: String?
    /// The mean log-probability of the caption's tokens, where it was asked for.
    private let score: Double?
    private let mood: MoodAnswer
    private let palette: [DominantColor]?
    private let songs: [RankedSongAnswer]
    private let reason: String?
    private let imageInfo: ImageInfo?
    private let cached: Bool?
    private let processingTime: [String: Double]
    private let timestamp = WireFormat.now()

    enum CodingKeys: String, CodingKey {
        case success, caption, score, mood, palette, songs, reason, cached, timestamp
        case imageInfo = "image_info"
        case processingTime = "processing_time"
    }

    /// - Parameters:
    ///   - links: where each song can be heard.
    ///   - fileName: the client's name for the picture, where there is one.
    ///   - songsTime: how long the songs took, the caption not counted.
    init(
        _ recommendation: SongRecommendation, links: [[SongLink]], fileName: String?, total: Duration,
        songsTime: Duration, showsPaths: Bool
    ) {
        let picture = recommendation.picture
        caption = recommendation.caption
        score = picture?.caption.score
        mood = MoodAnswer(recommendation.mood)
        palette = picture?.palette.map(DominantColor.init)
        songs = zip(recommendation.songs, links).map { RankedSongAnswer($0, links: $1, showsPath: showsPaths) }
        reason = recommendation.reason
        imageInfo = picture.map { ImageInfo($0.caption.picture, fileName: fileName ?? "") }
        cached = picture?.caption.isCached
        processingTime = ["total_seconds": WireFormat.seconds(total), "songs_seconds": WireFormat.seconds(songsTime)]
    }
}
