import Synchronization

/// The result of `work`, unless it takes longer than `limit`.
///
/// When the time is up `work` is cancelled, and this returns as soon as `work` has noticed.
///
/// - Parameter error: what is thrown when the time is up.
/// - Throws: `error` when the time is up; else what `work` throws.
public func withDeadline<Value: Sendable>(
    _ limit: Duration, orThrow error: @autoclosure @escaping @Sendable () -> any Error,
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask(operation: work)
        group.addTask {
            try await Task.sleep(for: limit, clock: .continuous)
            throw error()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}

/// The result of `work`, or nil where it takes longer than `limit`: then the work goes on by itself.
public func value<Value: Sendable>(
    within limit: Duration, _ work: @escaping @Sendable () async -> Value
) async -> Value? {
    await withCheckedContinuation { continuation in
        let caller = Caller(continuation)
        let clock = Task {
            if (try? await Task.sleep(for: limit, clock: .continuous)) != nil { caller.resume(nil) }
        }
        Task {
            caller.resume(await work())
            clock.cancel()
        }
    }
}

/// Somebody who is answered once, by whoever comes first.
private final class Caller<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value?, Never>?>

    init(_ continuation: CheckedContinuation<Value?, Never>) {
        self.continuation = Mutex(continuation)
    }

    func resume(_ value: Value?) {
        let continuation = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        continuation?.resume(returning: value)
    }
}
