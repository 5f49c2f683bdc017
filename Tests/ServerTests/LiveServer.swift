import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOPosix
import ServiceLifecycle
import StandIns

// For the initialiser of `TestResponse`.
@testable import HummingbirdTesting

extension ApplicationProtocol {
    /// Runs a test against the application, as Hummingbird's `test` does, but without that one's limits of 5 seconds for
    /// connecting and 20 for an answer.
    func run(_ route: Route, _ test: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        switch route {
        case .router: try await self.test(.router) { client in try await test(client) }
        case .live:
            HeavyTrait.require(for: "starts a server")
            try await LiveApplication(base: self).run(test)
        }
    }
}

/// The application on a port that the system chooses.
private struct LiveApplication<Base: ApplicationProtocol>: ApplicationProtocol {
    let base: Base
    private let ports = AsyncStream<Int>.makeStream()

    init(base: Base) { self.base = base }

    var responder: Base.Responder { get async throws { try await base.responder } }
    var server: HTTPServerBuilder { base.server }
    var eventLoopGroup: any EventLoopGroup { base.eventLoopGroup }
    var configuration: ApplicationConfiguration {
        base.configuration.with(address: .hostname("127.0.0.1", port: 0))
    }
    var logger: Logger { base.logger }
    var services: [any Service] { base.services }
    var processesRunBeforeServerStart: [@Sendable () async throws -> Void] { base.processesRunBeforeServerStart }

    @Sendable func onServerRunning(_ channel: any Channel) async {
        await base.onServerRunning(channel)
        if let port = channel.localAddress?.port { ports.continuation.yield(port) }
    }

    func run(_ test: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        let group = ServiceGroup(configuration: .init(services: [self], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                // Where the server does not start, nobody is to wait for its port.
                defer { ports.continuation.finish() }
                try await group.run()
            }
            let result: Result<Void, any Error>
            do {
                if let port = await ports.stream.first(where: { _ in true }) { try await test(LiveClient(port: port)) }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }
}

/// A client that opens a connection for each request, and waits as long as it takes.
private struct LiveClient: TestClientProtocol {
    let port: Int?

    init(port: Int) { self.port = port }

    func executeRequest(
        uri: String, method: HTTPRequest.Method, headers: HTTPFields, body: ByteBuffer?
    ) async throws -> TestResponse {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.hours(24))
            .connect(host: "127.0.0.1", port: port ?? 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPClientCodec())
                    return try NIOAsyncChannel<HTTPResponsePart, HTTPRequestPart>(wrappingChannelSynchronously: channel)
                }
            }
        var headers = headers
        if let body { headers[.contentLength] = "\(body.readableBytes)" }
        let host = HTTPField.Name("Host").flatMap { headers[$0] }
        if host != nil { headers = headers.filter { $0.name.canonicalName != "host" } }
        let head = HTTPRequest(
            method: method, scheme: "http", authority: host ?? "localhost", path: uri, headerFields: headers)
        return try await connection.executeThenClose { inbound, outbound in
            do {
                try await outbound.write(.head(head))
                if let body { try await outbound.write(.body(body)) }
                try await outbound.write(.end(nil))
            } catch {
                // The server may have closed already: its answer is there all the same.
            }
            var answer: HTTPResponse?
            var content = ByteBuffer()
            for try await part in inbound {
                switch part {
                case .head(let head) where head.status.kind == .informational: break
                case .head(let head): answer = head
                case .body(let piece): content.writeImmutableBuffer(piece)
                case .end(let trailer):
                    guard let answer else { throw ChannelError.eof }
                    return TestResponse(head: answer, body: content, trailerHeaders: trailer)
                }
            }
            throw ChannelError.eof
        }
    }
}
