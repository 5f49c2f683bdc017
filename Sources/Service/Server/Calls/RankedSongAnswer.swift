import Moods
public import MusicServices
public import Songs

/// A song that was chosen, as answers have it.
public struct RankedSongAnswer: Encodable, Sendable {
    private struct Components: Encodable, Sendable {
        let mood: Double?
        let embedding: Double?
        let tags: Double?
        let taste: Double?

        init(_ components: ScoreComponents) {
            mood = components.mood?.rounded(to: 4)
            embedding = components.embedding?.rounded(to: 4)
            tags = components.tags?.rounded(to: 4)
            taste = components.taste?.rounded(to: 4)
        }
    }

    private let song: SongObject
    private let score: Double
    private let components: Components
    private let reason: String
    private let links: [LinkObject]

    /// - Parameter showsPath: whether the song's file is named.
    public init(_ ranked: RankedSong, links: [SongLink], showsPath: Bool) {
        song = SongObject(ranked.song, showsPath: showsPath)
        score = ranked.score.rounded(to: 4)
        components = Components(ranked.components)
        reason = ranked.reason
        self.links = links.map(LinkObject.init)
    }
}

/// Where a song can be heard, as answers have it.
public struct LinkObject: Encodable, Sendable {
    private let service: String
    private let url: String
    private let exact: Bool

    public init(_ link: SongLink) {
        service = link.service.rawValue
        url = link.url
        exact = link.isExact
    }
}

/// A song as answers have it; what is unknown is left out.
public struct SongObject: Encodable, Sendable {
    private struct Tag: Encodable, Sendable {
        let name: String
        let kind: String
    }

    private struct Affect: Encodable, Sendable {
        let valence: Double
        let arousal: Double
        let confidence: Double
        let method: String
    }

    private let id: Int64
    private let title: String
    private let artist: String
    private let album: String?
    private let year: Int?
    private let duration: Int?
    private let explicit: Bool?
    private let isrc: String?
    private let mbid: String?
    private let path: String?
    private let source: String
    private let licence: String?
    private let tags: [Tag]
    private let affect: Affect?

    enum CodingKeys: String, CodingKey {
        case id, title, artist, album, year, explicit, isrc, mbid, path, source, licence, tags, affect
        case duration = "duration_ms"
    }

    /// - Parameter showsPath: whether the song's file is named.
    public init(_ song: Song, showsPath: Bool) {
        id = song.id
        title = song.title
        artist = song.artist
        album = song.album
        year = song.year
        duration = song.durationMilliseconds
        explicit = song.isExplicit
        isrc = song.isrc
        mbid = song.musicBrainzID
        path = showsPath ? song.path : nil
        source = song.source
        licence = song.licence
        tags = song.tags.map { Tag(name: $0.name, kind: $0.kind.rawValue) }
        affect = song.affect.map {
            Affect(
                valence: $0.affect.valence.rounded(to: 4), arousal: $0.affect.arousal.rounded(to: 4),
                confidence: $0.confidence.rounded(to: 4), method: $0.method.rawValue)
        }
    }
}
