/// How much longer a piece of work takes, from how long its part so far has taken.
public struct RemainingTime {
    private let start = ContinuousClock.now

    /// The work begins now.
    public init() {}

    /// What is left in words, ", about 2 min left" for instance; empty where that cannot be told yet, or nothing is left.
    ///
    /// - Parameter share: how much is done, 0 to 1.
    public func words(at share: Double) -> String {
        Self.words(elapsed: ContinuousClock.now - start, share: share)
    }

    static func words(elapsed: Duration, share: Double) -> String {
        guard share > 0, share < 1, elapsed >= .seconds(1) else { return "" }
        let seconds = elapsed.inSeconds * (1 - share) / share
        switch seconds {
        case ..<1: return ""
        case ..<90: return ", about \(Int(seconds.rounded(.up))) s left"
        case ..<5400: return ", about \(Int((seconds / 60).rounded())) min left"
        default: return ", about \(Int((seconds / 3600).rounded())) h left"
        }
    }
}
