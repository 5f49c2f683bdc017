/// The client of Spotify's that asks: what the developer's dashboard shows. Its secret is in no description of it.
public struct SpotifyCredentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let clientID: String
    let clientSecret: String

    public init(clientID: String, clientSecret: String) {
        self.clientID = clientID
        self.clientSecret = clientSecret
    }

    public var description: String { "SpotifyCredentials" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Where Spotify answers.
public struct SpotifyEndpoints: Sendable {
    /// Without a slash at the end, such as `https://accounts.spotify.com`.
    public var accounts: String
    public var api: String

    public static let spotify = SpotifyEndpoints(
        accounts: "https://accounts.spotify.com", api: "https://api.spotify.com")

    public init(accounts: String, api: String) {
        self.accounts = accounts
        self.api = api
    }
}

/// How long a look-up may take, and what it may cost.
public struct SpotifyLimits: Sendable {
    /// For one song.
    public var lookupDeadline: Duration = .seconds(2)
    /// For all songs of a match.
    public var matchDeadline: Duration = .seconds(3)
    /// Rows asked for; the Web API refuses more than 10.
    public var rows = 10
    public var parallelism = 4
    /// Look-ups that may wait for their turn; more are skipped.
    public var mostWaiting = 100
    /// Bytes of an answer; ten tracks take about 30 thousand.
    public var mostBytes = 1 << 20
    /// The longest Retry-After that is waited for; a longer one opens the circuit for as long.
    public var longestWait: Duration = .seconds(1)
    /// How often one request is sent again after such a wait.
    public var mostWaits = 1
    /// The longest time for which Retry-After may open the circuit.
    public var longestPause: Duration = .seconds(86_400)
    /// How long the circuit is open after ``mostFailures``, or after a 429 that names no time.
    public var failurePause: Duration = .seconds(30)
    /// How long it is open when Spotify refuses the client, or its quota is used up.
    public var refusalPause: Duration = .seconds(3600)
    /// Failures one after the other that open the circuit.
    public var mostFailures = 3
    /// Songs whose answer is kept.
    public var cacheCapacity = 10_000
    public var foundLife: Duration = .seconds(86_400)
    public var notFoundLife: Duration = .seconds(21_600)
    /// A token is renewed this long before it expires.
    public var tokenMargin: Duration = .seconds(60)

    public init() {}
}

/// What became of a look-up; for each call there is one. The raw values are names of metrics' labels.
public enum SpotifyOutcome: String, Sendable, CaseIterable {
    case found
    /// Spotify was asked, and has no such track.
    case notFound = "not_found"
    /// Too many requests, or the quota is used up.
    case limited
    /// Spotify does not accept the client: a wrong secret, or an owner without Premium.
    case refused
    /// No usable answer, or none in time.
    case failed
    /// Nothing was asked: the circuit is open, too many wait, or the catalogue knows the track.
    case skipped
}

/// The time that tokens, the cache and the circuit go by; tests bring their own.
public struct LookupClock: Sendable {
    /// Since some fixed moment; never goes back.
    public let now: @Sendable () -> Duration
    public let sleep: @Sendable (Duration) async throws -> Void

    public init(now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        self.now = now
        self.sleep = sleep
    }

    public static let continuous: LookupClock = {
        let start = ContinuousClock.now
        return LookupClock(
            now: { ContinuousClock.now - start }, sleep: { try await Task.sleep(for: $0, clock: .continuous) })
    }()
}
