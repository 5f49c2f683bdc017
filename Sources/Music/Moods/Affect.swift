/// A point in the plane of core affect (Russell 1980): how pleasant, and how stirred.
public struct Affect: Sendable, Hashable, Codable {
    /// From -1, unpleasant, to 1, pleasant.
    public let valence: Double
    /// From -1, still, to 1, stirred.
    public let arousal: Double

    /// Neither pleasant nor unpleasant, neither still nor stirred.
    public static let neutral = Affect(valence: 0, arousal: 0)

    /// Makes a point; what lies outside of [-1, 1] moves to its edge, and what is no number to the middle.
    public init(valence: Double, arousal: Double) {
        self.valence = Self.bounded(valence)
        self.arousal = Self.bounded(arousal)
    }

    /// The Euclidean distance, 0 to 2√2.
    public func distance(to other: Affect) -> Double {
        let (dv, da) = (valence - other.valence, arousal - other.arousal)
        return (dv * dv + da * da).squareRoot()
    }

    private static func bounded(_ value: Double) -> Double {
        value.isNaN ? 0 : min(max(value, -1), 1)
    }
}
