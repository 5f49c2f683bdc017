import BadRequests
import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Observability
import StandIns
import Testing

@testable import Server

/// The guard between a wire that is written by hand and a server that is read by hand.
@Suite("Connection guard")
struct ConnectionGuardTests {
    private let channel = EmbeddedChannel()
    private let journal = Journal()
    private let registry = ServerMetrics.registry()

    private var setup: GuardedChannel {
        GuardedChannel(
            responder: { _, _, _ in }, limits: ConnectionLimits(), register: ConnectionRegister(limit: 10),
            bodyLimit: { _ in 1_000_000 }, metrics: RequestMetrics(registry: registry, routes: ["/"]))
    }

    init() throws {
        try setup.addHandlers(
            to: channel.pipeline.syncOperations,
            logger: Logger(label: "test") { [journal] _ in JSONLogHandler(level: .info, write: journal.note) })
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func send(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

    private func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

    /// What went out over the wire since the last time.
    private func answer() throws -> WireAnswer {
        var text = ""
        while let piece = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: piece) }
        return WireAnswer(text)
    }

    @Test("A connection that nobody accepts, as when the server stops, closes cleanly")
    func orphan() throws {
        let channel = EmbeddedChannel()
        _ = try setup.setup(channel: channel, logger: Logger(label: "test")).wait()
        // From now on the channel does not hold what it was handed over as.
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        #expect(channel.isActive)
        try channel.close().wait()
        #expect(!channel.isActive)
    }

    @Test("The guard answers 408 to a head sent too slowly, and closes")
    func drippingHead() throws {
        for character in "GET / HTTP" {
            #expect(try answer().status == 0)
            try send(String(character))
            pass(.seconds(1))
        }
        let answer = try answer()
        #expect(answer.status == 408)
        #expect(answer.code == "slow_request")
        #expect(answer.isProblem)
        #expect(answer.headers.contains("connection: close"))
        #expect(answer.headers.contains { $0.hasPrefix("date: ") && $0.hasSuffix(" gmt") })
        #expect(journal.all.count == 1 && journal.all[0].contains("\"duration_ms\":10000.0"))
        pass(.seconds(1))
        #expect(!channel.isActive)
    }

    @Test(
        "The guard's own answers are counted and logged like every other",
        arguments: [
            ("GET /?token=secret HTTP/1.1\r\n\r\n", "GET", ["\"method\":\"GET\"", "\"path\":\"/\""]),
            ("nonsense\r\n\r\n", "other", []),
        ])
    func observed(request: String, method: String, fields: [String]) throws {
        try send(request)
        let answer = try answer()
        #expect(answer.status == 400)
        let metrics = registry.text()
        for sample in [
            "http_requests_total{method=\"\(method)\",route=\"other\",status=\"400\"} 1",
            "errors_total{code=\"malformed_request\"} 1", "http_requests_in_flight 0",
        ] {
            #expect(metrics.contains("\nimage_to_song_\(sample)\n"))
        }
        let line = try #require(journal.all.first)
        #expect(journal.all.count == 1 && line.contains("\"message\":\"Answered\""))
        let id = try #require(answer.object["request_id"] as? String)
        for field in fields + ["\"status\":400", "\"code\":\"malformed_request\"", "\"request_id\":\"\(id)\""] {
            #expect(line.contains(field))
        }
        #expect(!line.contains("secret"))
    }

    @Test(
        "Tells a long target (414) from long headers (431), however the bytes are split",
        arguments: [100, 5_000, 100_000], [(20_000, 0, 414), (0, 20_000, 431), (16_000, 20_000, 431)])
    func tooLong(piece: Int, head: (target: Int, header: Int, status: Int)) throws {
        func long(_ count: Int) -> String { String(repeating: "x", count: count) }
        var rest = "GET /\(long(head.target)) HTTP/1.1\r\nHost: a\r\nX: \(long(head.header))\r\n\r\n"[...]
        while !rest.isEmpty {
            try send(String(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        #expect(try answer().status == head.status)
    }

    @Test("Closes a silent connection without an answer")
    func silence() throws {
        pass(.seconds(74))
        #expect(channel.isActive)
        pass(.seconds(1))
        #expect(!channel.isActive)
        #expect(try answer().status == 0)
    }

    @Test("Reading a body that arrives too slowly throws, and its answer closes the connection")
    func drippingBody() throws {
        try send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nabc")
        channel.read()
        pass(.seconds(29))
        try channel.throwIfErrorCaught()
        pass(.seconds(1))
        let error = try #require(throws: ServerError.self) { try channel.throwIfErrorCaught() }
        #expect(error.code == .slowUpload)
        #expect(try self.answer().status == 0)
        try channel.writeOutbound(HTTPResponsePart.head(.init(status: .requestTimeout)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        let answer = try answer()
        #expect(answer.status == 408)
        #expect(answer.headers.contains("connection: close"))
        pass(.seconds(1))
        #expect(!channel.isActive)
    }

    @Test("Ignores whatever follows a refused request")
    func noSecondAnswer() throws {
        try send("nonsense\r\n\r\n")
        #expect(try answer().status == 400)
        try? send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try answer().status == 0)
        #expect(try channel.readInbound(as: HTTPRequestPart.self) == nil)
    }

    @Test("A malformed request behind a good one closes the connection after the good answer")
    func malformedBehindSound() throws {
        try send("GET / HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
        try channel.writeOutbound(HTTPResponsePart.head(.init(status: .ok)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        let answer = try answer()
        #expect(answer.status == 200)
        #expect(answer.headers.contains("connection: close"))
        pass(.seconds(1))
        #expect(!channel.isActive)
    }

    @Test("Writing to a disconnected client completes")
    func answerToNobody() throws {
        try send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        try channel.close().wait()
        let journal = Journal()
        for part in [HTTPResponsePart.head(.init(status: .ok)), .end(nil)] {
            channel.writeAndFlush(part).whenComplete { journal.note("\($0)") }
        }
        channel.embeddedEventLoop.run()
        #expect(journal.all.count == 2)
    }

    @Test(
        "During shutdown an idle connection stays open for half a second, then closes"
    )
    func quiesce() throws {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        pass(.milliseconds(499))
        #expect(channel.isActive)
        pass(.milliseconds(1))
        pass(.seconds(1))
        #expect(!channel.isActive)
    }

    @Test("A request that arrives during shutdown is answered, and is the last")
    func lastRequest() throws {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        pass(.milliseconds(499))
        try send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        pass(.seconds(20))  // as long as the answer takes
        #expect(channel.isActive)
        for part in [HTTPResponsePart.head(.init(status: .ok)), .end(nil)] { channel.writeAndFlush(part, promise: nil) }
        channel.embeddedEventLoop.run()
        let answer = try answer()
        #expect(answer.status == 200)
        #expect(answer.headers.contains("connection: close"))
        pass(.seconds(1))
        #expect(!channel.isActive)
    }

    @Test("Refuses a malformed HEAD without a body")
    func refusedHead() throws {
        try send("HEAD / HTTP/1.1\r\nX : y\r\n\r\n")
        let answer = try answer()
        #expect(answer.status == 400)
        #expect(answer.description.hasSuffix("\r\n\r\n"))
    }

    @Test("Over the connection limit, answers health checks only")
    func oneTooMany() throws {
        let register = ConnectionRegister(limit: 0)
        for (target, status) in [("/health", 0), ("/health/live?x", 0), ("/", 503), ("/healthy", 503)] {
            let channel = EmbeddedChannel()
            var setup = setup
            setup.register = register
            try setup.addHandlers(to: channel.pipeline.syncOperations, logger: Logger(label: "test"))
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            try channel.writeInbound(ByteBuffer(string: "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n"))
            var text = ""
            while let piece = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: piece) }
            #expect(WireAnswer(text).status == status, "\(target)")
            #expect((try channel.readInbound(as: HTTPRequestPart.self) != nil) == (status == 0))
            try? channel.close().wait()
        }
    }

    @Test("Over the connection limit, closes the longest idle connection and never a busy one")
    func register() throws {
        let register = ConnectionRegister(limit: 2)
        let (first, second, third, fourth) = (
            EmbeddedChannel(), EmbeddedChannel(), EmbeddedChannel(), EmbeddedChannel()
        )
        let recorder = RoomRecorder()
        try second.pipeline.syncOperations.addHandler(recorder)
        #expect(register.open(first, at: .uptimeNanoseconds(1)) == .welcome)
        #expect(register.open(second, at: .uptimeNanoseconds(2)) == .welcome)
        register.isBusy(first)
        #expect(recorder.count == 0)
        #expect(register.open(third, at: .uptimeNanoseconds(3)) == .welcome)
        #expect(recorder.count == 1)
        register.close(second)
        register.isBusy(third)
        #expect(register.open(fourth, at: .uptimeNanoseconds(4)) == .forHealthOnly)
        #expect(register.count == 3)
        let more = (0..<8).map { _ in EmbeddedChannel() }
        #expect(more.map { register.open($0, at: .uptimeNanoseconds(5)) }.suffix(2) == [.forHealthOnly, .refused])
    }
}

/// Counts how often a connection was asked to make room.
private final class RoomRecorder: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    var count = 0

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ConnectionRegister.MakeRoom { count += 1 }
    }
}
