import Dispatch

/// A door that threads wait at until a test opens it.
public final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// Makes a gate that is shut.
    public init() {}

    /// Blocks the calling thread.
    public func wait() { semaphore.wait() }

    /// Lets one waiting thread through, or the next that comes.
    public func open() { semaphore.signal() }
}
