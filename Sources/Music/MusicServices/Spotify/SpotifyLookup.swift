public import Logging
public import Songs

/// Finds the exact track of a song at Spotify, where Spotify is willing and quick.
///
/// Nothing here throws, and no call takes longer than its deadline: whatever fails, the song has its search link. Only
/// the title, the artist and the ISRC of the song are sent.
public actor SpotifyLookup {
    /// A link or none, and what became of the look-up.
    typealias Answer = (link: SongLink?, outcome: SpotifyOutcome)

    let limits: SpotifyLimits
    let clock: LookupClock
    let connection: SpotifyConnection
    let logger: Logger
    private let report: @Sendable (SpotifyOutcome) -> Void

    var circuit: CircuitBreaker
    /// The failures that were logged since Spotify last answered.
    var told: Set<String> = []
    /// When the wait ends that Spotify asked for.
    var resumption: Duration = .zero
    var token: (value: SpotifyConnection.Token, expiry: Duration)?
    var tokenRequest: Task<Result<SpotifyConnection.Token, SpotifyFailure>, Never>?
    private let cache: LookupCache
    private var running: [LookupKey: Task<Answer, Never>] = [:]
    private var busy = 0
    private var queue: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - market: two letters of a country, in which the track must be available.
    ///   - report: called once for each song that a link is asked for.
    public init(
        credentials: SpotifyCredentials, market: String? = nil, endpoints: SpotifyEndpoints = .spotify,
        limits: SpotifyLimits = SpotifyLimits(), clock: LookupClock = .continuous,
        logger: Logger = Logger(label: "spotify"), report: @escaping @Sendable (SpotifyOutcome) -> Void = { _ in }
    ) {
        self.limits = limits
        self.clock = clock
        self.logger = logger
        self.report = report
        connection = SpotifyConnection(credentials, market: market, endpoints, limits)
        circuit = CircuitBreaker(mostFailures: limits.mostFailures, pause: limits.failurePause)
        cache = LookupCache(capacity: limits.cacheCapacity)
    }

    /// Closes the connections; what is asked afterwards fails. Without it they close with the last reference.
    public func shutdown() async {
        await connection.shutdown()
    }

    /// Whether Spotify is left alone for now.
    public var isCircuitOpen: Bool { circuit.isOpen(at: clock.now()) }

    /// The track, or nil where there is none, none can be had or the deadline of one look-up is over.
    public func link(for song: Song) async -> SongLink? {
        await link(for: song, within: limits.lookupDeadline)
    }

    /// The tracks of the songs of a match, in their order, as far as they are there at the deadline of a match.
    public nonisolated func links(for songs: [Song]) async -> [SongLink?] {
        let end = ContinuousClock.now + limits.matchDeadline
        return await withTaskGroup(of: (Int, SongLink?).self) { group in
            for (index, song) in songs.enumerated() {
                group.addTask { (index, await self.link(for: song, within: max(.zero, end - ContinuousClock.now))) }
            }
            var links = [SongLink?](repeating: nil, count: songs.count)
            for await (index, link) in group { links[index] = link }
            return links
        }
    }

    private func link(for song: Song, within time: Duration) async -> SongLink? {
        let answer = await answer(song, within: time)
        report(answer.outcome)
        return answer.link
    }

    private func answer(_ song: Song, within time: Duration) async -> Answer {
        if let id = song.spotifyID.flatMap(SpotifyTrackID.init) { return (id.link, .skipped) }
        let match = TrackMatch(song)
        let key = match.key
        if let known = cache.answer(key, at: clock.now()) { return (known, known == nil ? .notFound : .found) }
        if match.queries.isEmpty { return (nil, .skipped) }
        let task: Task<Answer, Never>
        if let other = running[key] {
            task = other
        } else {
            guard !isCircuitOpen, queue.count < limits.mostWaiting else { return (nil, .skipped) }
            let end = ContinuousClock.now + time
            task = Task { await self.lookUp(match, key, startingBefore: end) }
            running[key] = task
        }
        return await AnswerOnce.value(of: task, within: time, otherwise: (nil, .failed))
    }

    private func lookUp(_ match: TrackMatch, _ key: LookupKey, startingBefore end: ContinuousClock.Instant) async
        -> Answer
    {
        await takePlace()
        defer {
            running[key] = nil
            leavePlace()
        }
        guard ContinuousClock.now < end, circuit.admit(at: clock.now()) else { return (nil, .skipped) }
        do throws(SpotifyFailure) {
            let link = try await find(match)
            circuit.succeed()
            told = []
            let life = link == nil ? limits.notFoundLife : limits.foundLife
            cache.keep(link, for: key, until: clock.now() + life)
            return (link, link == nil ? .notFound : .found)
        } catch {
            note(error)
            return (nil, error.outcome)
        }
    }

    private func find(_ match: TrackMatch) async throws(SpotifyFailure) -> SongLink? {
        for query in match.queries {
            if let id = match.best(of: try await rows(query)) { return id.link }
        }
        return nil
    }

    private func takePlace() async {
        if busy < max(1, limits.parallelism) {
            busy += 1
        } else {
            await withCheckedContinuation { queue.append($0) }
        }
    }

    /// Hands the place to the first who waits.
    private func leavePlace() {
        if queue.isEmpty { busy -= 1 } else { queue.removeFirst().resume() }
    }
}

extension SpotifyLookup {
    /// The rows of one search, after a short wait or with a new token where Spotify wants that.
    func rows(_ query: String) async throws(SpotifyFailure) -> [SpotifyTrack] {
        var waits = 0
        var renewals = 0
        while true {
            try await awaitResumption()
            do throws(SpotifyFailure) {
                let token = try await currentToken()
                do throws(SpotifyFailure) {
                    return try await connection.search(query, token)
                } catch .tokenRefused where renewals == 0 {
                    renewals += 1
                    // Another may have renewed it meanwhile.
                    if self.token?.value == token { self.token = nil }
                }
            } catch .limited(let wait?) where wait <= limits.longestWait && waits < limits.mostWaits {
                waits += 1
                resumption = max(resumption, clock.now() + wait)
            }
        }
    }

    /// Everybody waits, not only the one who was told to.
    private func awaitResumption() async throws(SpotifyFailure) {
        let wait = resumption - clock.now()
        guard wait > .zero else { return }
        do {
            try await clock.sleep(wait)
        } catch {
            throw .limited(wait)
        }
    }

    /// The token that is held, or a new one; all who wait for one wait for the same request.
    private func currentToken() async throws(SpotifyFailure) -> SpotifyConnection.Token {
        if let token, clock.now() < token.expiry { return token.value }
        if let tokenRequest { return try await tokenRequest.value.get() }
        let start = clock.now()
        let request = Task { [connection] () -> Result<SpotifyConnection.Token, SpotifyFailure> in
            do throws(SpotifyFailure) {
                return .success(try await connection.token())
            } catch {
                return .failure(error)
            }
        }
        tokenRequest = request
        let result = await request.value
        tokenRequest = nil
        if case .success(let value) = result { token = (value, start + value.life - limits.tokenMargin) }
        return try result.get()
    }

    /// Counts a failure, or leaves Spotify alone at once, and says once what a person must do.
    func note(_ failure: SpotifyFailure) {
        let now = clock.now()
        switch failure {
        case .broken:
            circuit.fail(at: now)
        case .limited(let wait):
            circuit.open(at: now, for: min(wait ?? limits.failurePause, limits.longestPause))
        case .quotaExceeded(let wait):
            circuit.open(at: now, for: min(wait ?? limits.refusalPause, limits.longestPause))
        case .forbidden, .tokenRefused, .credentialsRefused:
            circuit.open(at: now, for: limits.refusalPause)
        }
        if let advice = failure.advice, told.insert(advice).inserted { logger.warning("\(advice)") }
    }
}
