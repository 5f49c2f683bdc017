/// Bytes a second over the last seconds.
struct TransferRate {
    private static let span = Duration.seconds(10)
    private static let leastSpan = Duration.seconds(1)

    private var samples: [(time: Duration, byteCount: Int)] = []

    /// - Parameters:
    ///   - time: since any moment, the same for all samples.
    ///   - byteCount: all bytes up to now that came over the network.
    /// - Returns: the rate; nil before a second has passed.
    mutating func add(_ byteCount: Int, at time: Duration) -> Double? {
        samples.append((time, byteCount))
        // One sample from before the span stays, so that the rate always covers all of it.
        while samples.count > 2, time - samples[1].time >= Self.span { samples.removeFirst() }
        let elapsed = time - samples[0].time
        guard elapsed >= Self.leastSpan else { return nil }
        return max(0, Double(byteCount - samples[0].byteCount)) / (elapsed / .seconds(1))
    }
}
