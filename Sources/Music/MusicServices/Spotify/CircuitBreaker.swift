/// Keeps requests back from a service that fails, and lets one through now and then to see whether it is well again.
struct CircuitBreaker {
    private enum State {
        case closed(failures: Int)
        case open(until: Duration)
        /// One request is on its way to try.
        case halfOpen
    }

    private let mostFailures: Int
    private let pause: Duration
    private var state = State.closed(failures: 0)

    init(mostFailures: Int, pause: Duration) {
        self.mostFailures = mostFailures
        self.pause = pause
    }

    /// Whether a request would be kept back.
    func isOpen(at now: Duration) -> Bool {
        switch state {
        case .closed: false
        case .open(let until): now < until
        case .halfOpen: true
        }
    }

    /// Whether a request may go. Who was let through says how it ended.
    mutating func admit(at now: Duration) -> Bool {
        if isOpen(at: now) { return false }
        if case .open = state { state = .halfOpen }
        return true
    }

    mutating func succeed() {
        // An answer that was under way when another opened the circuit does not close it.
        if case .open = state { return }
        state = .closed(failures: 0)
    }

    mutating func fail(at now: Duration) {
        switch state {
        case .closed(let failures):
            state = failures + 1 >= mostFailures ? .open(until: now + pause) : .closed(failures: failures + 1)
        case .halfOpen:
            state = .open(until: now + pause)
        case .open:
            break
        }
    }

    mutating func open(at now: Duration, for time: Duration) {
        var until = now + time
        if case .open(let other) = state { until = max(until, other) }
        state = .open(until: until)
    }
}
