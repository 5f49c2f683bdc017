import HTTPTypes
import Synchronization

/// Says who has asked too often, for all connections at once.
final class RateLimiter: Sendable {
    /// How many clients are told apart; it takes about two megabytes.
    private static let capacity = 10_000

    private let perMinute: Int
    private let buckets: Mutex<ClientBuckets>

    /// Makes a limiter for `perMinute` requests of each client; nil for none at all.
    init?(perMinute: Int) {
        guard perMinute > 0 else { return nil }
        self.perMinute = perMinute
        buckets = Mutex(ClientBuckets(perMinute: perMinute, capacity: Self.capacity))
    }

    /// Counts a request, except for one that asks after the server's health, and for the files that the page is made of:
    /// a single visit fetches some sixteen of them.
    ///
    /// - Returns: the headers that tell the client what it may still do.
    /// - Throws: `rateLimited`, with these headers and `Retry-After`.
    func admit(
        _ client: Client, path: String, at now: ContinuousClock.Instant = .now
    ) throws(ServerError) -> HTTPFields {
        guard path != "/health", !path.hasPrefix("/health/"), !path.hasPrefix("/web/") else { return [:] }
        switch buckets.withLock({ $0.take(for: client, at: now) }) {
        case .admitted(let remaining, let reset):
            return fields(remaining: remaining, reset: reset)
        case .refused(let wait, let reset):
            var headers = fields(remaining: 0, reset: reset)
            headers[.retryAfter] = "\(max(1, wait.wholeSeconds))"
            throw ServerError(
                .rateLimited,
                "More than \(perMinute) requests a minute are not taken. Wait as long as Retry-After says.",
                headers: headers)
        }
    }

    /// The headers of draft-ietf-httpapi-ratelimit-headers-06, which most clients know.
    private func fields(remaining: Int, reset: Duration) -> HTTPFields {
        [.rateLimit: "\(perMinute)", .rateLimitRemaining: "\(remaining)", .rateLimitReset: "\(reset.wholeSeconds)"]
    }
}

extension HTTPField.Name {
    static let rateLimit = HTTPField.Name("RateLimit-Limit")!
    static let rateLimitRemaining = HTTPField.Name("RateLimit-Remaining")!
    static let rateLimitReset = HTTPField.Name("RateLimit-Reset")!
}

extension Duration {
    /// Whole seconds, rounded up.
    fileprivate var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
