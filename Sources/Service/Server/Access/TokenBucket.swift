/// How many requests one client may still make: a bucket that fills up steadily and loses a token a request.
struct TokenBucket: Equatable {
    /// The answer to one request.
    enum Answer: Equatable {
        /// It may pass; `remaining` more may follow at once, and after `reset` the bucket is full again.
        case admitted(remaining: Int, reset: Duration)
        /// It may not; after `wait` one may.
        case refused(wait: Duration, reset: Duration)
    }

    private let perMinute: Int
    private var tokens: Double
    private(set) var lastAsked: ContinuousClock.Instant

    /// Makes a full bucket.
    ///
    /// - Parameter perMinute: how many tokens it holds, and how many come back in a minute; at least one.
    init(perMinute: Int, at now: ContinuousClock.Instant) {
        self.perMinute = perMinute
        tokens = Double(perMinute)
        lastAsked = now
    }

    /// Takes a token, if there is one.
    mutating func take(at now: ContinuousClock.Instant) -> Answer {
        tokens = level(at: now)
        lastAsked = now
        guard tokens >= 1 else { return .refused(wait: time(for: 1 - tokens), reset: untilFull) }
        tokens -= 1
        return .admitted(remaining: Int(tokens), reset: untilFull)
    }

    /// Whether the bucket has filled up, so that nothing is lost with it.
    func isFull(at now: ContinuousClock.Instant) -> Bool { level(at: now) >= Double(perMinute) }

    private var untilFull: Duration { time(for: Double(perMinute) - tokens) }

    private func level(at now: ContinuousClock.Instant) -> Double {
        let minutes = max(.zero, now - lastAsked) / .seconds(60)
        return min(Double(perMinute), tokens + minutes * Double(perMinute))
    }

    private func time(for tokens: Double) -> Duration { .seconds(60 * tokens / Double(perMinute)) }
}
