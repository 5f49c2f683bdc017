import NIOCore
import Synchronization

/// All open connections of a server, so that silent ones cannot keep others out.
final class ConnectionRegister: Sendable {
    /// Asks a connection to close, if it still rests.
    struct MakeRoom: Sendable {}

    private struct Resting {
        let channel: any Channel
        let since: NIODeadline
    }

    private struct State {
        var open: Set<ObjectIdentifier> = []
        var resting: [ObjectIdentifier: Resting] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Makes a register for at most `limit` connections.
    init(limit: Int) {
        self.limit = limit
    }

    /// How many connections are open.
    var count: Int { state.withLock { $0.open.count } }

    /// Notes a new connection. Where there are too many, the one that has rested longest is asked to close.
    ///
    /// - Returns: false where there are too many and none of them rests: then the new one has to go.
    func open(_ channel: any Channel, at now: NIODeadline) -> Bool {
        let (isWelcome, victim) = state.withLock { state -> (Bool, (any Channel)?) in
            state.open.insert(ObjectIdentifier(channel))
            var victim: Resting?
            if state.open.count > limit {
                victim = state.resting.values.min { $0.since < $1.since }
                guard let victim else { return (false, nil) }
                state.resting[ObjectIdentifier(victim.channel)] = nil
            }
            state.resting[ObjectIdentifier(channel)] = Resting(channel: channel, since: now)
            return (true, victim?.channel)
        }
        victim?.pipeline.fireUserInboundEventTriggered(MakeRoom())
        return isWelcome
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
            state.resting[ObjectIdentifier(channel)] = nil
        }
    }
}
