/// The buckets of the clients that came lately: a value without a clock, bounded in size.
struct ClientBuckets {
    private let perMinute: Int
    private let capacity: Int
    private var buckets: [Client: TokenBucket] = [:]

    /// Makes a table for at most `capacity` clients, each of which may make `perMinute` requests a minute.
    init(perMinute: Int, capacity: Int) {
        self.perMinute = perMinute
        self.capacity = capacity
    }

    /// How many clients are known.
    var count: Int { buckets.count }

    /// Takes a token of a client's bucket, if there is one.
    mutating func take(for client: Client, at now: ContinuousClock.Instant) -> TokenBucket.Answer {
        if buckets[client] == nil {
            makeRoom(at: now)
            buckets[client] = TokenBucket(perMinute: perMinute, at: now)
        }
        // Just put there.
        return buckets[client]?.take(at: now) ?? .refused(wait: .zero, reset: .zero)
    }

    /// Full buckets go first: a new one is their equal. Then the tenth that was not asked for longest, so that this is
    /// seldom needed.
    private mutating func makeRoom(at now: ContinuousClock.Instant) {
        guard buckets.count >= capacity else { return }
        buckets = buckets.filter { !$0.value.isFull(at: now) }
        guard buckets.count >= capacity else { return }
        let oldest = buckets.sorted { $0.value.lastAsked < $1.value.lastAsked }.prefix(max(1, capacity / 10))
        for (client, _) in oldest { buckets[client] = nil }
    }
}
