import Foundation
import Logging
import Songs
import StandIns
import Synchronization

@testable import MusicServices

extension String {
    var removingPercent: String { removingPercentEncoding ?? self }
}

/// A look-up against a server of its own, with a clock that only moves when it is told to.
struct Workbench {
    let server: FakeSpotify
    let lookup: SpotifyLookup
    let time = Moments()
    let outcomes = Outcomes()
    let log = Lines()

    /// - Parameter address: another one than the server's, where nothing listens.
    init(address: String? = nil, secret: String = "hush-hush", limits: SpotifyLimits = .forTests) async throws {
        HeavyTrait.require(for: "starts a server")
        server = try await FakeSpotify()
        let address = address ?? server.address
        let log = log
        lookup = SpotifyLookup(
            credentials: SpotifyCredentials(clientID: "id", clientSecret: secret), market: "DE",
            endpoints: SpotifyEndpoints(accounts: address, api: address), limits: limits, clock: time.clock,
            logger: Logger(label: "test") { _ in LineHandler(lines: log) }, report: outcomes.add)
    }

    static func song(_ title: String = "Clair de Lune", artist: String = "Claude Debussy") -> Song {
        Song(title: title, artist: artist, source: "csv")
    }

    /// Waits until something holds that is sure to come.
    static func until(_ condition: () async -> Bool) async throws {
        try await eventually("what is sure to come") { await condition() }
    }
}

extension SpotifyLimits {
    /// No test ends by these deadlines but those that say so.
    static var forTests: SpotifyLimits {
        var limits = SpotifyLimits()
        limits.lookupDeadline = .endless
        limits.matchDeadline = .endless
        return limits
    }
}

final class Moments: Sendable {
    private let state = Mutex((now: Duration.seconds(1000), sleeps: [Duration]()))

    var sleeps: [Duration] { state.withLock(\.sleeps) }

    func advance(_ time: Duration) { state.withLock { $0.now += time } }

    /// A sleep is over at once, and the time has moved.
    var clock: LookupClock {
        LookupClock(
            now: { self.state.withLock(\.now) },
            sleep: { time in
                self.state.withLock { state in
                    state.now += time
                    state.sleeps.append(time)
                }
            })
    }
}

final class Outcomes: Sendable {
    private let list = Mutex([SpotifyOutcome]())

    var all: [SpotifyOutcome] { list.withLock { $0 } }

    @Sendable func add(_ outcome: SpotifyOutcome) { list.withLock { $0.append(outcome) } }
}

final class Lines: Sendable {
    private let list = Mutex([String]())

    var all: [String] { list.withLock { $0 } }

    func add(_ line: String) { list.withLock { $0.append(line) } }
}

struct LineHandler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.add("\(event.level) \(event.message)") }
}
