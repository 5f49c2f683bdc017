/// Where a song may be heard or read about.
public struct SongLink: Sendable, Hashable {
    /// The raw values are in the answers of the server.
    public enum Service: String, Sendable, CaseIterable, Codable {
        case spotify
        case appleMusic = "apple_music"
        case youTubeMusic = "youtube_music"
        case musicBrainz = "musicbrainz"
    }

    public let service: Service
    /// An address of scheme https, in ASCII.
    public let url: String
    /// Whether it leads to the recording itself; else it is a search, whose first row is most often the song.
    public let isExact: Bool

    public init(service: Service, url: String, isExact: Bool) {
        self.service = service
        self.url = url
        self.isExact = isExact
    }
}
