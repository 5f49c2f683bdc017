import ONNXRuntime

/// A way to stop a caption from another thread: before it starts, between two tokens, or inside a network's run.
public final class Cancellation: Sendable {
    let options: RunOptions

    /// - Throws: `ONNXRuntimeError`, where the runtime library cannot be loaded.
    public init() throws {
        options = try RunOptions(runtime: try Runtime.load())
    }

    /// Stops the work as soon as possible; calls that were given this object throw ``Blip2Error/Code/cancelled``.
    public func cancel() { options.cancel() }

    public var isCancelled: Bool { options.isCancelled }

    func check() throws(Blip2Error) {
        if isCancelled { throw Blip2Error(.cancelled, "The caption was cancelled.") }
    }
}
