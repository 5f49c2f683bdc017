import Captioning
import Synchronization

/// The requests that wait for a slot of the model's batch and those that have one, as seen from any thread.
final class RequestQueue: Sendable {
    private struct State {
        var waiting: [QueuedRequest] = []
        var running: [QueuedRequest] = []
        /// Whether the scheduler is serving the queue.
        var isServed = false
        /// Stops the model's present call.
        var cancellation = Cancellation()
    }

    private let state = Mutex(State())

    /// How many requests wait for a slot.
    var waitingCount: Int { state.withLock(\.waiting.count) }

    /// The cancellation of the model's calls: it is set when nobody waits for any picture in the batch.
    var cancellation: Cancellation { state.withLock(\.cancellation) }

    /// Puts a request at the end of the queue.
    ///
    /// - Returns: whether the caller must start the scheduler, because it is not serving the queue.
    func add(_ request: QueuedRequest) -> Bool {
        state.withLock { state in
            state.waiting.append(request)
            defer { state.isServed = true }
            return !state.isServed
        }
    }

    /// Moves the next requests from the queue into the batch, as many as there are free slots.
    ///
    /// While the model works, requests join it together or not at all: several wait until half of the slots are free,
    /// because looking at two pictures at once takes less time than at one after the other.
    ///
    /// - Parameters:
    ///   - free: how many slots are free.
    ///   - slots: how many there are.
    /// - Returns: nil when there is nothing left to do, in the queue or in the batch: then the queue is not served any more.
    func take(_ free: Int, of slots: Int) -> [QueuedRequest]? {
        state.withLock { state in
            state.waiting.removeAll(where: \.isAbandoned)
            let isTooEarly = !state.running.isEmpty && free < min((slots + 1) / 2, state.waiting.count)
            let requests = Array(state.waiting.prefix(isTooEarly ? 0 : free))
            state.waiting.removeFirst(requests.count)
            state.running += requests
            renew(&state)
            guard !state.running.isEmpty else {
                state.isServed = false
                return nil
            }
            return requests
        }
    }

    /// Notes that requests have left the batch.
    func leave(_ requests: [QueuedRequest]) {
        state.withLock { state in
            state.running.removeAll { running in requests.contains { $0 === running } }
        }
    }

    /// Notices that a caller has gone: drops its request from the queue, or stops the model if it was the last.
    func noteAbandoned() {
        state.withLock { state in
            state.waiting.removeAll(where: \.isAbandoned)
            if !state.running.isEmpty, state.running.allSatisfy(\.isAbandoned) { state.cancellation.cancel() }
        }
    }

    /// No call is running now: the next one must not be cancelled for callers who left before.
    private func renew(_ state: inout State) {
        if state.cancellation.isCancelled { state.cancellation = Cancellation() }
    }
}

/// A picture on its way through the model, and the caller who waits for its caption.
///
/// A cancelled caller returns at once; the scheduler then finds the request ``isAbandoned`` and drops it.
final class QueuedRequest: Sendable {
    /// A caption, and when the model began with its picture.
    struct Completion: Sendable {
        let caption: GeneratedCaption
        let began: ContinuousClock.Instant
    }

    private enum State {
        case new
        case pending(CheckedContinuation<Completion, any Error>)
        /// The caller has its answer, or has gone.
        case over
    }

    let input: CaptionInput
    /// The listeners of the growing text.
    let listeners: CaptionListeners
    private let state = Mutex(State.new)

    init(_ input: CaptionInput, listeners: CaptionListeners) {
        self.input = input
        self.listeners = listeners
    }

    /// Whether nobody waits any more.
    var isAbandoned: Bool {
        state.withLock { if case .over = $0 { true } else { false } }
    }

    /// Suspends the caller, unless it was cancelled already.
    func wait(_ continuation: CheckedContinuation<Completion, any Error>) {
        let isLate = state.withLock { state in
            guard case .new = state else { return true }
            state = .pending(continuation)
            return false
        }
        if isLate { continuation.resume(throwing: CancellationError()) }
    }

    /// Gives the caller its answer, if it still waits.
    func finish(_ result: Result<Completion, any Error>) {
        end()?.resume(with: result)
    }

    /// Resumes the caller with a cancellation.
    func cancel() {
        end()?.resume(throwing: CancellationError())
    }

    private func end() -> CheckedContinuation<Completion, any Error>? {
        state.withLock { state in
            defer { state = .over }
            guard case .pending(let continuation) = state else { return nil }
            return continuation
        }
    }
}
