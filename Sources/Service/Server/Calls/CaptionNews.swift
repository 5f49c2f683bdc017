import Serving
import Synchronization

/// What is new of a caption that is being written, left by the model and fetched by whoever sends it on.
///
/// However slowly it is fetched, no more than one text waits here: a newer one holds all that the older one held.
final class CaptionNews: Sendable {
    /// What has come since the last time.
    struct Item: Sendable {
        /// All of the text that is certain, where there is more of it now.
        var text: String?
        /// How it ended, if it has.
        var end: Result<CaptionResult, any Error>?
        /// Whether time has passed.
        var isPause = false

        fileprivate var isEmpty: Bool { text == nil && end == nil && !isPause }
    }

    private let unread = Mutex(Item())
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation

    init() {
        (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The text has grown, or not.
    func grow(to text: String) {
        let isNew = unread.withLock { item in
            guard !text.isEmpty, text.utf8.count > item.text?.utf8.count ?? 0 else { return false }
            item.text = text
            return true
        }
        if isNew { ring.yield() }
    }

    /// The caption is there, or there will be none.
    func end(_ result: Result<CaptionResult, any Error>) {
        unread.withLock { $0.end = result }
        ring.yield()
    }

    /// Nothing has happened, but time has passed.
    func pass() {
        unread.withLock { $0.isPause = true }
        ring.yield()
    }

    /// Waits for something new, or for ``pass()``. One at a time may wait.
    ///
    /// - Throws: `CancellationError` where the task is cancelled.
    func next() async throws -> Item {
        for await _ in bell {
            let item = unread.withLock { item in
                defer { item = Item() }
                return item
            }
            // The bell may ring for what somebody who came before it has taken along.
            if !item.isEmpty { return item }
        }
        throw CancellationError()
    }
}
