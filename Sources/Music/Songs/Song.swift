public import Moods

/// A recording, or a work, as the catalogue knows it.
///
/// What is unknown is nil; nothing is made up. Everything but the title may be missing.
public struct Song: Sendable, Hashable {
    /// The number in the catalogue; 0 for a song that is not in it yet.
    public var id: Int64 = 0
    public var title: String
    /// The artist, or the composer of a work; several have a comma between them.
    public var artist: String = ""
    public var album: String?
    public var year: Int?
    public var durationMilliseconds: Int?
    public var isExplicit: Bool?
    /// The International Standard Recording Code, twelve capital letters and digits.
    public var isrc: String?
    /// The MusicBrainz identifier of the recording.
    public var musicBrainzID: String?
    /// The Spotify track's identifier, where the row came from an export of Spotify's.
    public var spotifyID: String?
    /// The audio file, or its address, as the list that named it has it.
    public var path: String?
    /// What it came from: `starter`, `exportify`, `csv`, `m3u`, `jsonl`, `files`.
    public var source: String
    public var licence: String?
    /// Whether its descriptions may be fed to a model; Spotify's terms forbid that for what came from there.
    public var isEmbeddable: Bool = true
    public var tags: [SongTag] = []
    public var features: SongFeatures = SongFeatures()
    /// Where it lies in the valence–arousal plane.
    public var affect: SongAffect?

    public init(title: String, artist: String = "", source: String) {
        self.title = title
        self.artist = artist
        self.source = source
    }
}

/// A word on a song, in lower case.
public struct SongTag: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable, Codable {
        case genre, mood, theme, instrument
    }

    public let name: String
    public let kind: Kind
    /// How much it holds, 0 to 1.
    public let weight: Double

    public init(_ name: String, _ kind: Kind, weight: Double = 1) {
        self.name = name
        self.kind = kind
        self.weight = weight
    }
}

/// Where a song lies in the valence–arousal plane, and how that is known.
public struct SongAffect: Sendable, Hashable {
    /// The raw values are in the catalogue's file.
    public enum Method: String, Sendable, CaseIterable {
        /// Valence and energy as a service measured them.
        case features
        /// Mood and genre tags.
        case tags
        /// Key, mode and tempo.
        case score
        /// Somebody said so.
        case stated
    }

    public let affect: Affect
    /// From 0 to 1.
    public let confidence: Double
    public let method: Method

    public init(_ affect: Affect, confidence: Double, method: Method) {
        self.affect = affect
        self.confidence = confidence
        self.method = method
    }
}

/// What was measured or noted about how a song sounds. Everything may be missing.
public struct SongFeatures: Sendable, Hashable {
    /// Beats a minute.
    public var tempo: Double?
    /// The tonic as a pitch class, 0 for C to 11 for B.
    public var key: Int?
    /// Whether the mode is major; nil where it is neither or unknown.
    public var isMajor: Bool?
    /// 0 to 1, as Spotify's export has it; so are the next six.
    public var energy: Double?
    public var valence: Double?
    public var danceability: Double?
    public var acousticness: Double?
    public var instrumentalness: Double?
    public var liveness: Double?
    public var speechiness: Double?
    /// Decibels relative to full scale.
    public var loudness: Double?
    /// Beats in a bar.
    public var timeSignature: Int?
    /// The tempo in words, as the score has it: "Allegro con brio".
    public var tempoMarking: String?

    public init() {}
}
