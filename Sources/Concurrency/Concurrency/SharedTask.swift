import Synchronization

/// Work that is done once, however many callers wait for its result. When the last one has left it is cancelled.
final class SharedWork<Value: Sendable>: Sendable {
    private struct State {
        var nextPlace = 1
        /// Those who wait; nil for one that has a place and does not wait yet.
        var callers: [Int: CheckedContinuation<Value, any Error>?] = [SharedWork.firstPlace: nil]
        var result: Result<Value, any Error>?
        var task: Task<Void, Never>?
    }

    private let state = Mutex(State())

    /// The place of the caller who begins the work.
    static var firstPlace: Int { 0 }

    /// Begins the work, for a first caller at ``firstPlace``.
    init(_ work: @escaping @Sendable () async throws -> Value) {
        let task = Task {
            do {
                finish(.success(try await work()))
            } catch {
                finish(.failure(error))
            }
        }
        state.withLock { $0.task = task }
    }

    /// A place among those who wait; nil where the work is over or has been cancelled, and must be begun anew.
    func enter() -> Int? {
        state.withLock { state in
            guard state.result == nil, state.task?.isCancelled == false else { return nil }
            defer { state.nextPlace += 1 }
            state.callers[state.nextPlace] = .some(nil)
            return state.nextPlace
        }
    }

    /// The result, for whoever has `place`. A caller that is cancelled is let go at once.
    func value(_ place: Int) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Value, any Error>? = state.withLock { state in
                    if let result = state.result { return result }
                    guard state.callers[place] != nil else { return .failure(CancellationError()) }
                    state.callers[place] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            leave(place)
        }
    }

    /// Returns when the work is over, whatever came of it.
    func finished() async {
        await state.withLock(\.task)?.value
    }

    private func leave(_ place: Int) {
        let continuation = state.withLock { state in
            guard state.result == nil, let caller = state.callers.removeValue(forKey: place) else {
                return CheckedContinuation<Value, any Error>?.none
            }
            if state.callers.isEmpty { state.task?.cancel() }
            return caller
        }
        continuation?.resume(throwing: CancellationError())
    }

    private func finish(_ result: Result<Value, any Error>) {
        let callers = state.withLock { state in
            state.result = result
            defer { state.callers = [:] }
            return state.callers.values.compactMap(\.self)
        }
        for caller in callers { caller.resume(with: result) }
    }
}
