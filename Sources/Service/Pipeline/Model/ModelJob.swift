import Captioning
import Synchronization

/// A picture on its way through the model, and the caller who waits for its caption.
///
/// A caller that is cancelled is let go at once; whoever holds the job then finds it ``isAbandoned`` and drops it.
final class ModelJob: Sendable {
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
    /// Who is told the text while it is written.
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

    /// Makes the caller wait; one that was cancelled already is let go.
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

    /// Lets the caller go.
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
