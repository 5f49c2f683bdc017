import Colour
import Moods
import MusicServices
import Pipeline
import Songs

/// What was found for a picture, or for words.
struct MatchResult {
    /// What is known of a picture.
    struct Matched {
        let caption: CaptionResult
        let palette: [PaletteColour]
        let fileName: String
    }

    var picture: Matched?
    let caption: String?
    let mood: Mood
    let songs: [(RankedSong, [SongLink])]
    let reason: String?
    /// How long the songs took, the caption not counted.
    let took: Duration
}

/// The answer of `POST /songs/match`.
struct MatchAnswer: Encodable {
    private let success = true
    private let caption: String?
    private let mood: MoodAnswer
    private let palette: [DominantColor]?
    private let songs: [RankedSongAnswer]
    private let reason: String?
    private let imageInfo: ImageInfo?
    private let cached: Bool?
    private let processingTime: [String: Double]
    private let timestamp = WireFormat.now()

    enum CodingKeys: String, CodingKey {
        case success, caption, mood, palette, songs, reason, cached, timestamp
        case imageInfo = "image_info"
        case processingTime = "processing_time"
    }

    init(_ result: MatchResult, total: Duration, showsPaths: Bool) {
        caption = result.caption
        mood = MoodAnswer(result.mood)
        palette = result.picture?.palette.map(DominantColor.init)
        songs = result.songs.map { RankedSongAnswer($0.0, links: $0.1, showsPath: showsPaths) }
        reason = result.reason
        imageInfo = result.picture.map { ImageInfo($0.caption.picture, fileName: $0.fileName) }
        cached = result.picture?.caption.isCached
        processingTime = [
            "total_seconds": WireFormat.seconds(total), "songs_seconds": WireFormat.seconds(result.took),
        ]
    }
}
