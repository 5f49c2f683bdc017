/// What a song must be to be among the answers. Filters are absolute: a song of which the filtered thing is unknown is out,
/// but for `explicit`, where only songs that are known to be explicit are out.
public struct SongFilters: Sendable, Hashable {
    /// With false, explicit songs are out.
    public var allowsExplicit = true
    public var years: ClosedRange<Int>?
    /// Beats a minute.
    public var tempo: ClosedRange<Double>?
    /// At least one of these must be among the song's genres, in lower case; empty asks nothing.
    public var genres: Set<String> = []
    /// Songs that must not come.
    public var excluded: Set<Int64> = []

    public init() {}
}
