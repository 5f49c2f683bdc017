import NIOCore

/// Measures how a body arrives: how many bytes, and how much of the client's time.
///
/// The client's time runs only from the moment at which the server is ready to read until bytes arrive.
struct BodyClock: Equatable {
    private let limits: ConnectionLimits
    /// How many bytes of the body are still to come; nil where its length was not announced.
    private(set) var remaining: Int?
    /// The client's time in total, and within the present span.
    private var spent = TimeAmount.zero
    private var spentInSpan = TimeAmount.zero
    private var bytesInSpan = 0
    /// Since when the server waits for the client.
    private var waitingSince: NIODeadline?

    /// Begins to wait for a body.
    ///
    /// - Parameter length: how many bytes it has, if that was announced.
    init(length: Int?, limits: ConnectionLimits, at now: NIODeadline) {
        self.limits = limits
        remaining = length
        waitingSince = now
    }

    /// When the body will be too slow if nothing comes; nil while the server itself holds it back.
    var deadline: NIODeadline? {
        waitingSince.map { $0 + min(limits.bodyTime - spent, limits.rateSpan - spentInSpan) }
    }

    /// The server is ready to read.
    mutating func serverReads(at now: NIODeadline) {
        if waitingSince == nil { waitingSince = now }
    }

    /// Bytes arrived. The client's time stands still until the server reads again.
    mutating func received(_ count: Int, at now: NIODeadline) {
        passTime(until: now)
        waitingSince = nil
        bytesInSpan += count
    }

    /// Bytes of the body itself came.
    mutating func tookIn(_ count: Int) {
        remaining = remaining.map { max(0, $0 - count) }
    }

    /// Whether the client takes too long; begins a new span where one is over.
    mutating func isTooSlow(at now: NIODeadline) -> Bool {
        passTime(until: now)
        if spent >= limits.bodyTime { return true }
        guard spentInSpan >= limits.rateSpan else { return false }
        let least = Double(limits.leastRate) * Double(spentInSpan.nanoseconds) / 1e9
        let isTooSlow = Double(bytesInSpan) < least
        spentInSpan = .zero
        bytesInSpan = 0
        return isTooSlow
    }

    private mutating func passTime(until now: NIODeadline) {
        guard let since = waitingSince else { return }
        let passed = max(.zero, now - since)
        spent = spent + passed
        spentInSpan = spentInSpan + passed
        waitingSince = now
    }
}
