package import Concurrency

/// How downloads behave; the defaults suit the Hub, tests make them small.
public struct HubOptions: Sendable {
    /// What the program calls itself.
    public var userAgent = "image-to-song"
    /// How many requests for bytes run at the same time.
    public var parallelism = 8
    /// Files of more bytes than this are fetched in parts of this size, several at a time.
    public var partByteCount = 16 << 20
    /// How long a connection may take to open.
    public var connectTimeout = Duration.seconds(10)
    /// When and how often a request that failed is made again.
    public var retry = RetryPolicy()
    /// The cache's file system; for tests.
    package var fileSystem = FileSystemCalls.system

    public init() {}
}

/// When and how often a request that failed is made again.
public struct RetryPolicy: Sendable {
    /// How often a request is made before its failure is final; bytes that came begin the count anew.
    public var attempts = 6
    /// The same where nobody answers at all.
    public var attemptsWithoutAnswer = 3
    /// The first wait; each further one is twice as long.
    public var firstDelay = Duration.seconds(1)
    public var longestDelay = Duration.seconds(30)
    /// The longest wait that the Hub may ask for; asked for more, the download ends.
    public var longestRequestedDelay = Duration.seconds(300)
    /// How to wait; for tests.
    public var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    public init() {}

    /// The wait after the attempt of that number, from 0: what the Hub asked for, or twice as long each time, with up to
    /// a quarter more so that many clients do not come back at once.
    func delay(after attempt: Int, requested: Duration?) -> Duration {
        if let requested { return requested }
        let delay = min(longestDelay, firstDelay * (1 << min(attempt, 16)))
        return delay * Double.random(in: 1...1.25)
    }

    func attempts(for code: HubError.Code) -> Int {
        code == .noNetwork ? attemptsWithoutAnswer : attempts
    }
}

/// A failure that may pass by itself.
struct PassingFailure: Error {
    let error: HubError
    /// How long the Hub asks to be left alone.
    var requestedDelay: Duration?

    init(_ error: HubError, requestedDelay: Duration? = nil) {
        self.error = error
        self.requestedDelay = requestedDelay
    }
}

extension RetryPolicy {
    /// Does a piece of work until it succeeds, fails for good, or has failed too often.
    ///
    /// - Parameters:
    ///   - mark: how far the work has come; an attempt that has come further than any before begins the count anew.
    ///   - report: told in a sentence of every failure that is followed by another attempt.
    func run<Value>(
        mark: () -> Int = { 0 }, report: (String) -> Void, _ work: () async throws -> Value
    ) async throws -> Value {
        var (attempt, farthest) = (0, mark())
        while true {
            do {
                return try await work()
            } catch let failure as PassingFailure {
                if mark() > farthest { (attempt, farthest) = (0, mark()) }
                attempt += 1
                guard attempt < attempts(for: failure.error.code) else { throw failure.error }
                if let requested = failure.requestedDelay, requested > longestRequestedDelay { throw failure.error }
                let delay = delay(after: attempt - 1, requested: failure.requestedDelay)
                report("\(failure.error.message) Trying again in \(max(1, delay.components.seconds)) s.")
                try await sleep(delay)
            }
        }
    }
}
