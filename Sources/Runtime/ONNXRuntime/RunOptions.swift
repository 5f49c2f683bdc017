internal import CONNXRuntime
internal import Synchronization

/// What can be said to a single run, while it goes on too.
public final class RunOptions: Sendable {
    let options: Owned
    private let runtime: Runtime
    private let cancelled = Atomic(false)

    public init(runtime: Runtime) throws(ONNXRuntimeError) {
        let api = runtime.api
        options = try api.make(api.functions.pointee.ReleaseRunOptions) { $0.pointee.CreateRunOptions($1) }
        self.runtime = runtime
    }

    /// Whether ``cancel()`` was called, and ``reset()`` not since.
    public var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    /// Ends the runs that these options were given to, before their next operator, and lets no new one start: they throw
    /// the error ``ONNXRuntimeError/Code-swift.enum/cancelled``. May be called from any thread, and does not wait.
    public func cancel() {
        cancelled.store(true, ordering: .releasing)
        // Sets a flag; it has no way to fail.
        try? runtime.api.call { $0.pointee.RunOptionsSetTerminate(options.pointer) }
    }

    /// Makes the options fit for another run after ``cancel()``.
    public func reset() {
        try? runtime.api.call { $0.pointee.RunOptionsUnsetTerminate(options.pointer) }
        cancelled.store(false, ordering: .releasing)
    }

    /// Sets one of ONNX Runtime's run settings, such as `memory.enable_memory_arena_shrinkage`. Not while a run goes on.
    public func configure(_ key: String, _ value: String) throws(ONNXRuntimeError) {
        try runtime.api.call { $0.pointee.AddRunConfigEntry(options.pointer, key, value) }
    }
}
