import Serving
import Synchronization

/// What happens to a caption that is being written: the model leaves it here, and the stream to the client fetches it.
///
/// However slow the client is, at most one text waits here, since a newer one holds all that the older one held.
final class CaptionEvents: Sendable {
    /// What has happened since the stream last asked.
    struct Update: Sendable {
        /// All of the text that is certain, where there is more of it now.
        var text: String?
        /// How it ended, if it has.
        var end: Result<CaptionResult, any Error>?
        /// Whether time has passed.
        var isPause = false

        fileprivate var isEmpty: Bool { text == nil && end == nil && !isPause }
    }

    private let pending = Mutex(Update())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init() {
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The text has grown, or not.
    func grow(to text: String) {
        let isNew = pending.withLock { update in
            guard !text.isEmpty, text.utf8.count > update.text?.utf8.count ?? 0 else { return false }
            update.text = text
            return true
        }
        if isNew { signal.yield() }
    }

    /// The caption is there, or there will be none.
    func end(_ result: Result<CaptionResult, any Error>) {
        pending.withLock { $0.end = result }
        signal.yield()
    }

    /// Nothing has happened, but time has passed.
    func pass() {
        pending.withLock { $0.isPause = true }
        signal.yield()
    }

    /// Waits for something new, or for ``pass()``. One at a time may wait.
    ///
    /// - Throws: `CancellationError` where the task is cancelled.
    func next() async throws -> Update {
        for await _ in signals {
            let update = pending.withLock { update in
                defer { update = Update() }
                return update
            }
            // The signal may be for an update that the last call took along already.
            if !update.isEmpty { return update }
        }
        throw CancellationError()
    }
}
