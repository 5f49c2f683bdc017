import NIOCore

/// What one HTTP/1 connection is doing, and how long it may go on: a value without input or output.
///
/// It is told what happens, and says by when something must happen next (``deadline``) and what to do if it does not.
struct ConnectionWatch {
    /// What has to be done about a connection.
    enum Verdict: Equatable {
        /// Close it without an answer.
        case close
        /// Say that nothing more comes, and close it once the client has seen that.
        case part
        /// Answer a head that takes too long.
        case slowHead
        /// Tell the reader of the body that it arrives too slowly.
        case slowBody
    }

    /// What the client is doing.
    enum Stage: Equatable {
        /// Nothing, since then.
        case resting(since: NIODeadline)
        /// Sending the head of a request.
        case head(since: NIODeadline)
        /// Sending a body.
        case body(BodyClock)
        /// Anything: its input is ignored from now on.
        case ignored
        /// The same, once the answer is out: how many bytes came since then.
        case lingering(since: NIODeadline, bytes: Int)
    }

    private let limits: ConnectionLimits
    private(set) var stage: Stage
    /// How many requests wait for the end of their answers. Their bodies are complete, except perhaps that of the last.
    private(set) var unanswered = 0
    private var closesAfterLast = false
    /// Since when the server is shutting down.
    private var windingUpSince: NIODeadline?
    private var isClosing = false
    /// Since when the last answer is out although its request is not complete.
    private var drainingSince: NIODeadline?
    private var stalledSince: NIODeadline?

    /// Begins with a connection on which nothing has happened.
    init(limits: ConnectionLimits, at now: NIODeadline) {
        self.limits = limits
        stage = .resting(since: now)
    }

    /// Whether no request is in, and none is being answered.
    var isResting: Bool {
        switch stage {
        case .resting, .head: unanswered == 0
        default: false
        }
    }

    /// Whether what comes from the client is thrown away.
    var isDeaf: Bool {
        switch stage {
        case .ignored, .lingering: true
        default: false
        }
    }

    /// Whether bytes that are thrown away should still be read, for the sake of a client that only reads when it has
    /// sent everything.
    var readsOn: Bool {
        switch stage {
        case .ignored: true
        case .lingering(_, let bytes): bytes < limits.lingerBytes
        default: false
        }
    }

    /// Since when the head of a request comes in, where one does.
    var headBegan: NIODeadline? {
        if case .head(let since) = stage { since } else { nil }
    }

    // The client's side -----------------------------------------------------------------------------------------

    /// Bytes came over the wire, before anything is known of what they mean.
    ///
    /// - Parameter first: the first of them. Line breaks before a request are no beginning of one (RFC 9112 §2.2).
    mutating func received(_ count: Int, first: UInt8, at now: NIODeadline) {
        switch stage {
        case .resting:
            if first != UInt8(ascii: "\r"), first != UInt8(ascii: "\n") { stage = .head(since: now) }
        case .body(var clock):
            clock.received(count, at: now)
            stage = .body(clock)
        case .lingering(let since, let bytes):
            stage = .lingering(since: since, bytes: bytes + count)
        case .head, .ignored: break
        }
    }

    /// The server is ready to read.
    mutating func serverReads(at now: NIODeadline) {
        guard case .body(var clock) = stage else { return }
        clock.serverReads(at: now)
        stage = .body(clock)
    }

    /// The head of a request is complete.
    ///
    /// - Parameter bodyBytes: how many bytes its body has, if that is known.
    /// - Parameter isLast: whether no other request may follow it.
    mutating func headArrived(bodyBytes: Int?, isLast: Bool, at now: NIODeadline) {
        unanswered += 1
        if isLast { closesAfterLast = true }
        stage = .body(BodyClock(length: bodyBytes, limits: limits, at: now))
    }

    /// A piece of a body came.
    mutating func bodyArrived(_ count: Int) {
        guard case .body(var clock) = stage else { return }
        clock.tookIn(count)
        stage = .body(clock)
    }

    /// A request is complete.
    mutating func requestEnded(at now: NIODeadline) {
        guard case .body = stage else { return }
        drainingSince = nil
        stage = .resting(since: now)
    }

    /// Ignores the client's input from now on; the connection ends after the answers under way.
    mutating func ignoreClient() {
        guard !isDeaf else { return }
        stage = .ignored
        closesAfterLast = true
    }

    // The server's side -----------------------------------------------------------------------------------------

    /// The server shuts down: the next answer is the last one.
    ///
    /// An idle connection stays open for a moment longer: its client may have sent a request that is still on its way,
    /// and would find the connection reset.
    mutating func windUp(at now: NIODeadline) {
        closesAfterLast = true
        windingUpSince = windingUpSince ?? now
    }

    /// An answer begins.
    ///
    /// - Returns: whether it is the last of this connection, and has to say so.
    mutating func answerBegins() -> Bool {
        guard unanswered == 1 else { return false }
        isClosing = closesAfterLast
        if case .body(let clock) = stage, (clock.remaining ?? .max) > limits.keepBytes { isClosing = true }
        return isClosing
    }

    /// An answer is complete.
    ///
    /// - Returns: whether the connection must be closed now.
    mutating func answerEnded(at now: NIODeadline) -> Bool {
        unanswered = max(0, unanswered - 1)
        guard unanswered == 0 else { return false }
        if isClosing {
            stage = .ignored
            return true
        }
        switch stage {
        case .body: drainingSince = now
        // Its sender may have waited for this answer.
        case .head: stage = .head(since: now)
        case .resting: stage = .resting(since: now)
        case .ignored, .lingering: return true
        }
        return false
    }

    /// The client does, or does not, read what is sent to it.
    mutating func writabilityChanged(isWritable: Bool, at now: NIODeadline) {
        stalledSince = isWritable ? nil : stalledSince ?? now
    }

    /// The last answer is out and this side is closed; the client may still see it.
    mutating func linger(at now: NIODeadline) {
        stage = .lingering(since: now, bytes: 0)
    }

    // Time ------------------------------------------------------------------------------------------------------

    /// When ``timeIsUp(at:)`` must be asked; nil while the server has all the time it wants.
    var deadline: NIODeadline? {
        let own: NIODeadline? =
            switch stage {
            case .resting(let since): unanswered == 0 ? endOfRest(since) : nil
            case .head(let since): unanswered == 0 ? since + limits.headTime : nil
            case .body(let clock): drainingSince.map { $0 + limits.lingerTime } ?? clock.deadline
            case .lingering(let since, _): since + limits.lingerTime
            case .ignored: nil
            }
        return [own, stalledSince.map { $0 + limits.answerTime }].compactMap(\.self).min()
    }

    private func endOfRest(_ since: NIODeadline) -> NIODeadline {
        let end = since + limits.restTime
        return windingUpSince.map { min(end, max($0, since) + limits.windUpTime) } ?? end
    }

    /// What a deadline that has passed means, if it has.
    mutating func timeIsUp(at now: NIODeadline) -> Verdict? {
        guard let deadline, deadline <= now else { return nil }
        if let stalledSince, stalledSince + limits.answerTime <= now { return .close }
        switch stage {
        case .head: return .slowHead
        case .body(var clock) where drainingSince == nil:
            let isTooSlow = clock.isTooSlow(at: now)
            stage = .body(clock)
            return isTooSlow ? .slowBody : nil
        case .resting where windingUpSince != nil: return .part
        case .resting, .body, .lingering: return .close
        case .ignored: return nil
        }
    }
}
