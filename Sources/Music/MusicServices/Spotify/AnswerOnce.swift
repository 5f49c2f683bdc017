import Synchronization

/// Gives one waiter the value of a task, or another value when its time is over or it is cancelled.
///
/// The task itself goes on: what it finds is of use to the next who asks.
enum AnswerOnce {
    private final class Gate<Value: Sendable>: Sendable {
        private enum State {
            case empty
            case waiting(CheckedContinuation<Value, Never>)
            case given(Value)
            case over
        }

        private let state = Mutex(State.empty)

        func wait(_ continuation: CheckedContinuation<Value, Never>) {
            let value: Value? = state.withLock { state in
                guard case .given(let value) = state else {
                    state = .waiting(continuation)
                    return nil
                }
                state = .over
                return value
            }
            if let value { continuation.resume(returning: value) }
        }

        func give(_ value: Value) {
            let waiting: CheckedContinuation<Value, Never>? = state.withLock { state in
                switch state {
                case .empty:
                    state = .given(value)
                    return nil
                case .waiting(let continuation):
                    state = .over
                    return continuation
                case .given, .over:
                    return nil
                }
            }
            waiting?.resume(returning: value)
        }
    }

    static func value<Value: Sendable>(
        of task: Task<Value, Never>, within time: Duration, otherwise: Value
    ) async -> Value {
        let gate = Gate<Value>()
        let timer = Task {
            try await Task.sleep(for: time, clock: .continuous)
            gate.give(otherwise)
        }
        Task { gate.give(await task.value) }
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { gate.wait($0) }
        } onCancel: {
            gate.give(otherwise)
        }
    }
}
