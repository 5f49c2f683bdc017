/// A song that was chosen, by its number.
public struct RankedID: Sendable, Hashable {
    public let id: Int64
    /// 0 to 1.
    public let score: Double
    public let components: ScoreComponents
}
