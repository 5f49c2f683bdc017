import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server that answers as Spotify's accounts service and Web API do in 2026, or as a test tells it to.
final class FakeSpotify: Sendable {
    struct Request: Sendable {
        let method: String
        let path: String
        /// Decoded.
        let query: [String: String]
        let headers: [String: String]
        let body: String
    }

    enum Reply: Sendable {
        case answer(Int, String, [String: String] = [:])
        /// Nothing, for ever.
        case silence
        case hangUp
        /// A body without end.
        case endless
    }

    typealias Fault = @Sendable (Request) -> Reply?

    static let track = "4uLU6hMCjMI75M1A2tKUQC"

    private struct State {
        var requests: [Request] = []
        var fault: Fault?
        var rows = FakeSpotify.row()
        var tokens = 0
        var heldBack: [@Sendable () -> Void]?
    }

    private let state: Mutex<State>
    private let channel: any Channel

    init() async throws {
        let state = Box()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try pipeline.addHandler(Handler { request, send in state.server?.receive(request, send) })
                }
            }
        channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        self.state = Mutex(State())
        state.set(self)
    }

    deinit { channel.close(promise: nil) }

    private final class Box: Sendable {
        private struct Weak: Sendable { weak var server: FakeSpotify? }
        private let value = Mutex(Weak())
        var server: FakeSpotify? { value.withLock(\.server) }
        func set(_ server: FakeSpotify) { value.withLock { $0.server = server } }
    }

    var address: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    var requests: [Request] { state.withLock(\.requests) }
    var searches: [Request] { requests.filter { $0.path == "/v1/search" } }
    var tokenRequests: [Request] { requests.filter { $0.path == "/api/token" } }

    func misbehave(_ fault: Fault?) { state.withLock { $0.fault = fault } }
    func setRows(_ rows: String) { state.withLock { $0.rows = rows } }

    /// From now on answers are kept back.
    func hold() { state.withLock { $0.heldBack = [] } }

    /// Sends what was kept back.
    ///
    /// - Parameter isHoldingOn: whether the answers to what comes next are kept back again.
    func release(isHoldingOn: Bool = false) {
        let held = state.withLock { state in
            defer { state.heldBack = isHoldingOn ? [] : nil }
            return state.heldBack ?? []
        }
        for send in held { send() }
    }

    static func row(
        id: String = track, name: String = "Clair de Lune", artist: String = "Claude Debussy",
        duration: Int = 300_000, isrc: String? = nil
    ) -> String {
        let codes = isrc.map { ",\"external_ids\":{\"isrc\":\"\($0)\"}" } ?? ""
        return
            "{\"id\":\"\(id)\",\"name\":\"\(name)\",\"duration_ms\":\(duration),\"artists\":[{\"name\":\"\(artist)\"}]\(codes)}"
    }

    static func error(_ status: Int, _ message: String, reason: String? = nil) -> String {
        let reason = reason.map { ",\"reason\":\"\($0)\"" } ?? ""
        return "{\"error\":{\"status\":\(status),\"message\":\"\(message)\"\(reason)}}"
    }

    private func receive(_ request: Request, _ send: @escaping @Sendable (Reply) -> Void) {
        let fault = state.withLock { state in
            state.requests.append(request)
            return state.fault
        }
        let reply = fault?(request) ?? usual(request)
        let isHeld = state.withLock { state in
            state.heldBack?.append { send(reply) }
            return state.heldBack != nil
        }
        if !isHeld { send(reply) }
    }

    private func usual(_ request: Request) -> Reply {
        switch (request.method, request.path) {
        case ("POST", "/api/token"):
            guard request.headers["authorization"] == "Basic aWQ6aHVzaC1odXNo",
                request.body == "grant_type=client_credentials",
                request.headers["content-type"] == "application/x-www-form-urlencoded"
            else {
                return .answer(400, "{\"error\":\"invalid_client\",\"error_description\":\"Invalid client secret\"}")
            }
            let number = state.withLock { state in
                state.tokens += 1
                return state.tokens
            }
            return .answer(200, "{\"access_token\":\"token-\(number)\",\"token_type\":\"Bearer\",\"expires_in\":3600}")
        case ("GET", "/v1/search"):
            let (rows, tokens) = state.withLock { ($0.rows, $0.tokens) }
            guard request.headers["authorization"] == "Bearer token-\(tokens)" else {
                return .answer(401, Self.error(401, "The access token expired"))
            }
            guard let limit = Int(request.query["limit"] ?? "5"), (1...10).contains(limit) else {
                return .answer(400, Self.error(400, "Invalid limit"))
            }
            guard request.query["type"] == "track", request.query["q"]?.isEmpty == false else {
                return .answer(400, Self.error(400, "No search query"))
            }
            return .answer(200, "{\"tracks\":{\"limit\":\(limit),\"offset\":0,\"total\":1,\"items\":[\(rows)]}}")
        default:
            return .answer(404, Self.error(404, "Service not found"))
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = ByteBuffer

        private let receive: @Sendable (Request, @escaping @Sendable (Reply) -> Void) -> Void
        private var head: HTTPRequestHead?
        private var body = ""

        init(receive: @escaping @Sendable (Request, @escaping @Sendable (Reply) -> Void) -> Void) {
            self.receive = receive
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = ""
            case .body(let bytes): body += String(buffer: bytes)
            case .end:
                guard let head else { return }
                let channel = context.channel
                receive(Self.request(head, body)) { Self.send($0, on: channel) }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private static func request(_ head: HTTPRequestHead, _ body: String) -> Request {
            let parts = head.uri.split(separator: "?", maxSplits: 1).map(String.init)
            let pairs = (parts.count > 1 ? parts[1] : "").split(separator: "&").map { pair in
                let sides = pair.split(separator: "=", maxSplits: 1).map { String($0).removingPercent }
                return (sides[0], sides.count > 1 ? sides[1] : "")
            }
            return Request(
                method: head.method.rawValue, path: parts[0], query: Dictionary(pairs) { $1 },
                headers: Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { $1 }, body: body)
        }

        private static func send(_ reply: Reply, on channel: any Channel) {
            switch reply {
            case .silence: break
            case .hangUp: channel.close(promise: nil)
            case .answer(let status, let body, let headers):
                var text = "HTTP/1.1 \(status) Whatever\r\nContent-Length: \(body.utf8.count)\r\n"
                for (name, value) in headers { text += "\(name): \(value)\r\n" }
                channel.writeAndFlush(ByteBuffer(string: text + "\r\n" + body), promise: nil)
            case .endless:
                channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n"), promise: nil)
                more(channel)
            }
        }

        private static func more(_ channel: any Channel) {
            channel.writeAndFlush(ByteBuffer(repeating: 32, count: 65_536)).whenSuccess { more(channel) }
        }
    }
}
