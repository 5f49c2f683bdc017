import Synchronization

/// A way to stop a caption from another thread: before it starts, between two tokens, or inside a network's run.
public final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        var nextID = 0
        /// What stops the work that is going on, by number.
        var handlers: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// Stops the work as soon as possible; calls that were given this object throw `CancellationError`.
    public func cancel() {
        let handlers = state.withLock { state in
            state.isCancelled = true
            return Array(state.handlers.values)
        }
        for handler in handlers { handler() }
    }

    public var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// - Throws: `CancellationError` after ``cancel()``.
    public func check() throws(CancellationError) {
        if isCancelled { throw CancellationError() }
    }

    /// Does work that can be stopped, unless it was cancelled already.
    ///
    /// - Parameters:
    ///   - stop: called from ``cancel()`` while `work` goes on, at most once for each call; must not wait for it.
    ///   - work: blocks. Its failure after a cancellation counts as a cancellation.
    /// - Throws: what `work` throws; `CancellationError`.
    public func withHandler<Result>(stop: @escaping @Sendable () -> Void, _ work: () throws -> Result) throws -> Result
    {
        let id: Int? = state.withLock { state in
            guard !state.isCancelled else { return nil }
            defer { state.nextID += 1 }
            state.handlers[state.nextID] = stop
            return state.nextID
        }
        guard let id else { throw CancellationError() }
        defer { state.withLock { $0.handlers[id] = nil } }
        do {
            return try work()
        } catch {
            try check()
            throw error
        }
    }
}
