import Synchronization

/// Lets a number of callers in at a time. The others wait in order of arrival, without polling, or are turned away.
///
/// A permit that is given back goes to the first waiter, so that nobody overtakes those who wait.
public final class AsyncSemaphore: Sendable {
    private typealias Waiter = CheckedContinuation<Void, any Error>

    private struct State {
        var permits: Int
        var nextID: UInt64 = 0
        var waiters: [(id: UInt64, continuation: Waiter)] = []
        /// Callers that were cancelled before they could wait.
        var cancelled: Set<UInt64> = []
    }

    private let state: Mutex<State>

    /// Makes a semaphore with `permits` permits, at least one.
    public init(permits: Int) {
        state = Mutex(State(permits: max(1, permits)))
    }

    /// How many callers wait for a permit.
    public var waiterCount: Int { state.withLock(\.waiters.count) }

    /// Takes a permit if one is free and nobody waits. Never suspends.
    ///
    /// - Returns: whether there was one. Then ``release()`` must be called once.
    public func tryAcquire() -> Bool {
        state.withLock { state in
            guard state.permits > 0, state.waiters.isEmpty else { return false }
            state.permits -= 1
            return true
        }
    }

    /// Waits for a permit, and takes it. Then ``release()`` must be called once.
    ///
    /// - Throws: `CancellationError` where the task is cancelled first; then no permit is held.
    public func acquire() async throws {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        defer { state.withLock { _ = $0.cancelled.remove(id) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Waiter) in
                let isLetIn: Bool? = state.withLock { state in
                    if state.cancelled.contains(id) { return false }
                    if state.permits > 0, state.waiters.isEmpty {
                        state.permits -= 1
                        return true
                    }
                    state.waiters.append((id, continuation))
                    return nil
                }
                switch isLetIn {
                case true?: continuation.resume()
                case false?: continuation.resume(throwing: CancellationError())
                case nil: break
                }
            }
        } onCancel: {
            let waiter: Waiter? = state.withLock { state in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.waiters.remove(at: index).continuation
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// Gives a permit back: to the first waiter, where there is one.
    public func release() {
        let next: Waiter? = state.withLock { state in
            guard !state.waiters.isEmpty else {
                state.permits += 1
                return nil
            }
            return state.waiters.removeFirst().continuation
        }
        next?.resume()
    }

    /// The result of `work`, which begins as soon as there is a permit, and holds it until it ends.
    ///
    /// - Throws: `CancellationError` where the task is cancelled before that; else what `work` throws.
    public func withPermit<Value: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Value
    ) async throws -> Value {
        try await acquire()
        defer { release() }
        return try await work()
    }
}
