import Captioning
import Synchronization

/// The listeners of one caption while it is generated.
final class CaptionListeners: Sendable {
    private struct State {
        var nextID = 0
        var listeners: [Int: CaptionListener] = [:]
    }

    private let state = Mutex(State())

    /// Whether there are no listeners.
    var isEmpty: Bool { state.withLock(\.listeners.isEmpty) }

    init(_ listener: CaptionListener? = nil) {
        if let listener { _ = add(listener) }
    }

    /// Lets somebody listen, until ``remove(_:)`` is called with what this returns.
    func add(_ listener: @escaping CaptionListener) -> Int {
        state.withLock { state in
            defer { state.nextID += 1 }
            state.listeners[state.nextID] = listener
            return state.nextID
        }
    }

    func remove(_ id: Int) {
        state.withLock { $0.listeners[id] = nil }
    }

    func tell(_ text: String) {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener(text) }
    }
}
