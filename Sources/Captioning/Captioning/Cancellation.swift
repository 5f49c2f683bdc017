import ONNXRuntime
import Synchronization

/// A way to stop a caption from another thread: before it starts, between two tokens, or inside a network's run.
public final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        /// What stops ONNX Runtime; made when the first network runs.
        var options: RunOptions?
    }

    private let state = Mutex(State())

    public init() {}

    /// Stops the work as soon as possible; calls that were given this object throw ``Blip2Error/Code/cancelled``.
    public func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.options?.cancel()
        }
    }

    public var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// The options of a network's run, which ends when this is cancelled.
    func runOptions(_ runtime: Runtime) throws -> RunOptions {
        try state.withLock { state in
            let options = try state.options ?? RunOptions(runtime: runtime)
            if state.isCancelled { options.cancel() }
            state.options = options
            return options
        }
    }

    func check() throws(Blip2Error) {
        if isCancelled { throw Blip2Error(.cancelled, "The caption was cancelled.") }
    }
}

extension Blip2Model {
    /// Runs networks, unless the work was cancelled already; a failure after a cancellation is a cancellation.
    /// - Parameter body: is given what the networks' runs have to be given.
    func cancellable<Result>(_ cancellation: Cancellation?, _ body: (RunOptions?) throws -> Result) throws -> Result {
        try cancellation?.check()
        do {
            return try body(try cancellation?.runOptions(runtime))
        } catch {
            try cancellation?.check()
            throw error
        }
    }
}
