import Synchronization

/// Work that is done once, however many callers wait for its result (single flight). It is cancelled when the last one leaves.
public final class SharedTask<Value: Sendable>: Sendable {
    /// Tells the callers of one task apart.
    public typealias WaiterID = Int

    private struct State {
        var nextID = 1
        /// Those who wait; nil for one that has joined and does not wait yet.
        var waiters: [WaiterID: CheckedContinuation<Value, any Error>?] = [SharedTask.firstWaiter: nil]
        var result: Result<Value, any Error>?
        var task: Task<Void, Never>?
    }

    private let state = Mutex(State())

    /// The caller who begins the work.
    public static var firstWaiter: WaiterID { 0 }

    /// Begins the work, for ``firstWaiter``.
    public init(_ work: @escaping @Sendable () async throws -> Value) {
        let task = Task {
            do {
                finish(.success(try await work()))
            } catch {
                finish(.failure(error))
            }
        }
        state.withLock { $0.task = task }
    }

    /// Lets one more caller wait. Nil where the work is over or has been cancelled, and must be begun anew.
    public func join() -> WaiterID? {
        state.withLock { state in
            guard state.result == nil, state.task?.isCancelled == false else { return nil }
            defer { state.nextID += 1 }
            state.waiters[state.nextID] = .some(nil)
            return state.nextID
        }
    }

    /// The result, for a caller that has begun or joined the work. One that is cancelled is let go at once.
    ///
    /// - Throws: `CancellationError` where the task is cancelled; else what the work throws.
    public func value(for waiter: WaiterID) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Value, any Error>? = state.withLock { state in
                    if let result = state.result { return result }
                    guard state.waiters[waiter] != nil else { return .failure(CancellationError()) }
                    state.waiters[waiter] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            leave(waiter)
        }
    }

    /// Returns when the work is over, whatever came of it.
    public func finished() async {
        await state.withLock(\.task)?.value
    }

    private func leave(_ waiter: WaiterID) {
        let continuation = state.withLock { state in
            guard state.result == nil, let continuation = state.waiters.removeValue(forKey: waiter) else {
                return CheckedContinuation<Value, any Error>?.none
            }
            if state.waiters.isEmpty { state.task?.cancel() }
            return continuation
        }
        continuation?.resume(throwing: CancellationError())
    }

    private func finish(_ result: Result<Value, any Error>) {
        let waiters = state.withLock { state in
            state.result = result
            defer { state.waiters = [:] }
            return state.waiters.values.compactMap(\.self)
        }
        for waiter in waiters { waiter.resume(with: result) }
    }
}
