import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A server that behaves like the Hugging Face Hub, with a second port for the bytes of large files, as the Hub has
/// servers elsewhere for them. A test may alter any of its answers.
public final class FakeHub: Sendable {
    /// Turns the answer that the Hub would give to a request into the one that is given.
    public typealias Fault = @Sendable (FakeRequest, FakeReply) -> FakeReply

    private struct State {
        var repositories: [String: FakeRepository] = [:]
        var requests: [FakeRequest] = []
        var fault: Fault?
    }

    private let state = Mutex(State())
    private let channels: [any Channel]
    private let scheme: String

    /// Starts both servers on free ports of this machine.
    ///
    /// - Parameter certificate: the paths of a certificate and its key, for https.
    public init(certificate: (chain: String, key: String)? = nil) async throws {
        let tls = try certificate.map { paths in
            try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: try NIOSSLCertificate.fromPEMFile(paths.chain).map { .certificate($0) },
                    privateKey: .privateKey(try NIOSSLPrivateKey(file: paths.key, format: .pem))))
        }
        scheme = tls == nil ? "http" : "https"
        let desk = Desk()
        var channels: [any Channel] = []
        for isElsewhere in [false, true] {
            let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                        try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                        try pipeline.addHandler(FakeHubHandler(isElsewhere: isElsewhere) { desk.reply(to: $0) })
                    }
                }
            channels.append(try await bootstrap.bind(host: "127.0.0.1", port: 0).get())
        }
        self.channels = channels
        desk.open { [weak self] request in self?.reply(to: request) ?? FakeReply(status: 503) }
    }

    /// What the handlers ask; the server itself is made after them.
    private final class Desk: Sendable {
        private let answer = Mutex<Answer?>(nil)

        typealias Answer = @Sendable (FakeRequest) -> FakeReply

        func open(_ answer: @escaping Answer) {
            self.answer.withLock { $0 = answer }
        }

        func reply(to request: FakeRequest) -> FakeReply {
            let answer = answer.withLock { $0 }
            return answer.map { $0(request) } ?? FakeReply(status: 503)
        }
    }

    deinit {
        for channel in channels { channel.close(promise: nil) }
    }

    /// What HF_ENDPOINT is to be.
    public var endpoint: String { "\(scheme)://127.0.0.1:\(port(0))" }

    /// The server of large files.
    public var elsewhere: String { "\(scheme)://127.0.0.1:\(port(1))" }

    private func port(_ index: Int) -> Int { channels[index].localAddress?.port ?? 0 }

    /// Makes a repository, or changes it.
    public func set(_ name: String, _ repository: FakeRepository) {
        state.withLock { $0.repositories[name] = repository }
    }

    /// Alters answers from now on.
    public func misbehave(_ fault: Fault?) {
        state.withLock { $0.fault = fault }
    }

    /// All requests up to now.
    public var requests: [FakeRequest] { state.withLock(\.requests) }

    public func forgetRequests() {
        state.withLock { $0.requests = [] }
    }

    private func reply(to request: FakeRequest) -> FakeReply {
        var request = request
        let (repositories, fault) = state.withLock { state in
            request.number = state.requests.count { $0.isSame(as: request) }
            state.requests.append(request)
            return (state.repositories, state.fault)
        }
        let reply = FakeAnswers(repositories: repositories, elsewhere: elsewhere).reply(to: request)
        return fault?(request, reply) ?? reply
    }
}
