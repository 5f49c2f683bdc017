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
