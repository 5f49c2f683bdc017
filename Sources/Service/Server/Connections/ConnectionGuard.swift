import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1

/// Protects the server on one connection: it disconnects slow senders, refuses malformed HTTP with a problem document,
/// and closes a connection whose client keeps sending after a refusal.
///
/// ``ConnectionWatch`` makes the decisions. The reader of a body gets its failure as an error and answers itself; the
/// guard answers only if there is no reader yet.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// The most bytes that a body may announce, by the target of its request.
    typealias BodyLimit = @Sendable (_ target: String) -> Int

    private let limits: ConnectionLimits
    private let register: ConnectionRegister
    private let bodyLimit: BodyLimit
    private let metrics: RequestMetrics
    let logger: Logger
    var watch: ConnectionWatch
    /// Whether the connection is one too many, and may ask for health only.
    private var isForHealthOnly = false
    /// Set while the guard is in a pipeline.
    private var context: ChannelHandlerContext?
    private var timer: (deadline: NIODeadline, task: Scheduled<Void>)?
    /// Of the request whose head comes in, or came last.
    private var line = RequestLine()

    /// Makes a guard for one connection.
    init(
        limits: ConnectionLimits, register: ConnectionRegister, bodyLimit: @escaping BodyLimit,
        metrics: RequestMetrics, logger: Logger
    ) {
        self.limits = limits
        self.register = register
        self.bodyLimit = bodyLimit
        self.metrics = metrics
        self.logger = logger
        watch = ConnectionWatch(limits: limits, at: .now())
    }

    // The life of the connection --------------------------------------------------------------------------------

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watch = ConnectionWatch(limits: limits, at: now)
        if context.channel.isActive { open(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave(context) }

    func channelActive(context: ChannelHandlerContext) {
        open(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave(context)
        context.fireChannelInactive()
    }

    private func open(_ context: ChannelHandlerContext) {
        arm()
        switch register.open(context.channel, at: now) {
        case .welcome: break
        case .forHealthOnly: isForHealthOnly = true
        case .refused: refuse(Self.tooMany)
        }
    }

    private static let tooMany = ServerError(
        .tooManyConnections, "There are too many connections. Try again in a few seconds.")

    private func leave(_ context: ChannelHandlerContext) {
        timer?.task.cancel()
        timer = nil
        self.context = nil
        register.close(context.channel)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            watch.windUp(at: now)
            arm()
        case is ConnectionRegister.MakeRoom:
            if watch.isResting { context.close(promise: nil) }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    // The client's side -----------------------------------------------------------------------------------------

    /// Bytes came over the wire; the ``ByteMeter`` says so before they are decoded.
    func received(_ bytes: ByteBuffer) {
        guard let first = bytes.readableBytesView.first else { return }
        if case .resting = watch.stage { line = RequestLine() }
        line.receive(bytes.readableBytesView)
        watch.received(bytes.readableBytes, first: first, at: now)
        arm()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !watch.isDeaf else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            if let error = ServerError(refusing: head) { return refuse(error, head) }
            if isForHealthOnly, !Endpoint.isHealth(head.uri) { return refuse(Self.tooMany, head) }
            let length = head.headers.first(name: "content-length").flatMap { Int($0) }
            let isChunked = head.headers.contains(name: "transfer-encoding")
            watch.headArrived(bodyBytes: isChunked ? nil : length ?? 0, isLast: head.isLast || isForHealthOnly, at: now)
            register.isBusy(context.channel)
            encourage(head, length: length)
        case .body(let bytes):
            watch.bodyArrived(bytes.readableBytes)
        case .end:
            watch.requestEnded(at: now)
        }
        context.fireChannelRead(data)
        arm()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // The handlers behind do not want the rest, but some of it has to be read.
        if watch.readsOn { context.read() }
    }

    func read(context: ChannelHandlerContext) {
        guard !watch.isDeaf else { return }
        watch.serverReads(at: now)
        arm()
        context.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !watch.isDeaf else { return }
        guard let parserError = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        if case .body = watch.stage {
            fail(ServerError(inBody: parserError))
        } else {
            refuse(ServerError(inHead: parserError, behind: line, limits: limits))
        }
    }

    /// Answers `Expect: 100-continue` (RFC 9110 §10.1.1), so that curl sends a large picture at once, not after a second.
    ///
    /// A body that is announced as too large gets no such answer: its client then waits for the refusal and sends nothing.
    private func encourage(_ head: HTTPRequestHead, length: Int?) {
        // While an earlier answer is on its way, this one would be taken for a part of it.
        guard let context, watch.unanswered == 1, head.version != .http1_0,
            head.headers.first(name: "expect")?.lowercased() == "100-continue",
            length ?? 0 <= bodyLimit(head.uri)
        else { return }
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }

    // The server's side -----------------------------------------------------------------------------------------

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            guard head.status.code >= 200 else { return context.write(data, promise: promise) }
            if watch.answerBegins() { head.headers.replaceOrAdd(name: "connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            if watch.answerEnded(at: now) {
                writeLast(data, in: context, promise: promise)
            } else {
                context.write(data, promise: promise)
                if watch.isResting { register.isResting(context.channel, at: now) }
            }
            arm()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        watch.writabilityChanged(isWritable: context.channel.isWritable, at: now)
        arm()
        context.fireChannelWritabilityChanged()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        if watch.isDeaf {
            // The guard closes it itself, as soon as the answer is out.
            promise?.succeed()
        } else {
            watch.ignoreClient()
            linger(promise)
        }
    }

    // Endings ---------------------------------------------------------------------------------------------------

    /// Answers a request that no one else has seen, counts it, and closes the connection.
    ///
    /// - Parameter request: its head, where that could be read.
    func refuse(_ error: ServerError, _ request: HTTPRequestHead? = nil) {
        let took = watch.headBegan.map { now - $0 } ?? .zero
        let hasAnswersToCome = watch.unanswered > 0
        watch.ignoreClient()
        // No answer may follow one that says "close".
        guard !hasAnswersToCome, let context else { return arm() }
        let answer = ErrorAnswer(error)
        let requestID = RequestIDs.identify([:])
        guard let (head, body) = try? answer.lastWords(requestID: requestID) else {
            return context.close(promise: nil)
        }
        let hasBody = request.map { $0.method != .HEAD } ?? !line.asksForHead
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if hasBody { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let entry = AccessEntry(
            refused: request, status: answer.status, duration: .nanoseconds(took.nanoseconds),
            sentBytes: hasBody ? body.readableBytes : 0, client: context.remoteAddress?.ipAddress,
            facts: .init(requestID: requestID, code: answer.code, error: "\(error)"))
        metrics.refused(entry)
        entry.write(to: logger)
        writeLast(wrapOutboundOut(HTTPServerResponsePart.end(nil)), in: context, promise: nil)
        arm()
    }

    /// Tells the reader of a body that there is no more of it. Its answer will be the last one.
    private func fail(_ error: ServerError) {
        let hasReader = watch.unanswered > 0
        watch.ignoreClient()
        guard hasReader, let context else { return linger(nil) }
        context.fireErrorCaught(error)
    }

    /// Writes the end of the last answer; once it is out, no more is sent.
    private func writeLast(_ end: NIOAny, in context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        let isOut = promise ?? context.eventLoop.makePromise()
        isOut.futureResult.assumeIsolated().whenComplete { _ in self.linger(nil) }
        context.writeAndFlush(end, promise: isOut)
    }

    /// Closes the server's side, and soon the client's too: where bytes wait unread, closing both at once would take
    /// the answer away from a client that has not read it yet.
    private func linger(_ promise: EventLoopPromise<Void>?) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        watch.linger(at: now)
        context.close(mode: .output, promise: promise)
        context.read()
        arm()
    }

    // Time ------------------------------------------------------------------------------------------------------

    private var now: NIODeadline { context?.eventLoop.now ?? .now() }

    private func follow(_ verdict: ConnectionWatch.Verdict) {
        switch verdict {
        case .close:
            context?.close(promise: nil)
        case .part:
            watch.ignoreClient()
            linger(nil)
        case .slowHead:
            refuse(.slowHead(limits))
        case .slowBody:
            fail(.slowBody(limits))
        }
    }

    /// Schedules a timer for the next deadline. A timer that fires too early just checks again.
    private func arm() {
        guard let context, let deadline = watch.deadline else { return }
        if let timer, timer.deadline <= deadline { return }
        timer?.task.cancel()
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            if let verdict = self.watch.timeIsUp(at: self.now) { self.follow(verdict) }
            self.arm()
        }
        timer = (deadline, task)
    }
}
