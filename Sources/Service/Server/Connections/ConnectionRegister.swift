import NIOCore
import Synchronization

/// All open connections of a server, so that silent ones cannot keep others out.
final class ConnectionRegister: Sendable {
    /// Asks a connection to close, if it is still idle.
    struct MakeRoom: Sendable {}

    private struct Resting {
        let channel: any Channel
        let since: NIODeadline
    }

    /// What becomes of a new connection.
    enum Admission: Equatable {
        /// It may ask for anything.
        case welcome
        /// There are too many; it may ask for health only.
        case forHealthOnly
        /// There are too many even for that.
        case refused
    }

    private struct State {
        var open: Set<ObjectIdentifier> = []
        /// The connections that are set up, but that no task reads yet.
        var unattended: Set<ObjectIdentifier> = []
        var resting: [ObjectIdentifier: Resting] = [:]
    }

    /// How many connections beyond the limit may ask for health.
    private static let spare = 8

    private let limit: Int
    private let state = Mutex(State())

    /// Makes a register for at most `limit` connections.
    init(limit: Int) {
        self.limit = limit
    }

    /// How many connections are open.
    var count: Int { state.withLock { $0.open.count } }

    /// How many connections are set up that no task reads yet.
    var countOfUnattended: Int { state.withLock { $0.unattended.count } }

    /// Notes that a connection is set up.
    func isUnattended(_ channel: any Channel) {
        state.withLock { _ = $0.unattended.insert(ObjectIdentifier(channel)) }
    }

    /// Notes that a task reads a connection.
    func isAttended(_ channel: any Channel) {
        state.withLock { _ = $0.unattended.remove(ObjectIdentifier(channel)) }
    }

    /// Notes a new connection. If there are too many, the one that has been idle longest is asked to close; if none is
    /// idle, the new one may ask for health only, and there may be a few of those.
    func open(_ channel: any Channel, at now: NIODeadline) -> Admission {
        let (admission, victim) = state.withLock { state -> (Admission, (any Channel)?) in
            state.open.insert(ObjectIdentifier(channel))
            var victim: Resting?
            if state.open.count > limit {
                victim = state.resting.values.min { $0.since < $1.since }
                guard let victim else {
                    return (state.open.count > limit + Self.spare ? .refused : .forHealthOnly, nil)
                }
                state.resting[ObjectIdentifier(victim.channel)] = nil
            }
            state.resting[ObjectIdentifier(channel)] = Resting(channel: channel, since: now)
            return (.welcome, victim?.channel)
        }
        victim?.pipeline.fireUserInboundEventTriggered(MakeRoom())
        return admission
    }

    /// Notes that a connection waits for its next request.
    func isResting(_ channel: any Channel, at now: NIODeadline) {
        state.withLock { $0.resting[ObjectIdentifier(channel)] = Resting(channel: channel, since: now) }
    }

    /// Notes that a connection has a request to answer.
    func isBusy(_ channel: any Channel) {
        state.withLock { $0.resting[ObjectIdentifier(channel)] = nil }
    }

    /// Forgets a connection.
    func close(_ channel: any Channel) {
        state.withLock { state in
            state.open.remove(ObjectIdentifier(channel))
            state.unattended.remove(ObjectIdentifier(channel))
            state.resting[ObjectIdentifier(channel)] = nil
        }
    }
}
