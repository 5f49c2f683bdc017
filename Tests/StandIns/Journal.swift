import Synchronization

/// What happened, in order.
public final class Journal: Sendable {
    private let lines = Mutex<[String]>([])

    /// Makes an empty journal.
    public init() {}

    /// Every line by now.
    public var all: [String] { lines.withLock { $0 } }

    /// Adds a line.
    public func note(_ line: String) { lines.withLock { $0.append(line) } }
}
