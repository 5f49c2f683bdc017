import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOPosix
import Pipeline
import Testing

@testable import Server

/// What only shows on a real connection, spoken by hand.
@Suite("Connections")
struct ConnectionTests {
    /// Sends bytes to a server and returns all that it answers until it closes the connection.
    ///
    /// - Parameter until: stop reading as soon as the answer contains this.
    /// - Parameter halfCloses: whether the client says that it has nothing more to send.
    private func exchange(
        _ client: any TestClientProtocol, _ bytes: String, until: String? = nil, halfCloses: Bool = false
    ) async throws -> String {
        let port = try #require(client.port)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "localhost", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: bytes))
            if halfCloses { outbound.finish() }
            var answer = ""
            for try await piece in inbound {
                answer += String(buffer: piece)
                if let until, answer.contains(until) { break }
            }
            return answer
        }
    }

    private func head(length: Int, _ more: String = "") -> String {
        "POST /caption/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(TestForm.contentType)\r\n"
            + "Content-Length: \(length)\r\n\(more)\r\n"
    }

    @Test("An upload that breaks off is refused with a sentence, and the server goes on")
    func brokenUpload() async throws {
        try await TestServer().run(.live) { client in
            let answer = try await exchange(
                client, head(length: 5000) + "--\(TestForm.boundary)\r\n", halfCloses: true)
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.contains("\"code\":\"truncated_upload\""))
            #expect(try await client.caption(TestForm(image: try fixture("gradient.png")).body).status == .ok)
        }
    }

    @Test("A client that asks whether to go on is told so at once")
    func expectContinue() async throws {
        try await TestServer().run(.live) { client in
            let answer = try await exchange(client, head(length: 100, "Expect: 100-continue\r\n"), until: "\r\n\r\n")
            #expect(answer == "HTTP/1.1 100 Continue\r\n\r\n")
        }
    }

    @Test("A client that announces too much is refused before it sends anything")
    func expectRefusal() async throws {
        try await TestServer().run(.live) { client in
            let answer = try await exchange(
                client, head(length: 100_000_000, "Expect: 100-continue\r\n"), until: "request_id")
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("\"code\":\"body_too_large\""))
        }
    }

    @Test("A client that stops sending is answered 408, and its connection is closed")
    func slowUpload() async throws {
        var settings = Settings()
        settings.requestTimeout = .milliseconds(200)
        try await TestServer(settings: settings).run(.live) { client in
            let answer = try await exchange(client, head(length: 5000) + "--\(TestForm.boundary)\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(answer.contains("\"code\":\"slow_upload\""))
        }
    }

    @Test("When the client goes, its caption is stopped")
    func disconnection() async throws {
        let journal = Journal()
        let server = TestServer(model: {
            StubModel { options, isCancelled in
                guard options.prompt != nil else { return "" }
                journal.note("began")
                while !isCancelled() { Thread.sleep(forTimeInterval: 0.001) }
                journal.note("stopped")
                throw CancellationError()
            }
        })
        try await server.run(.live) { client in
            var form = TestForm(image: try fixture("gradient.png"))
            form.add("endless", as: "prompt")
            let bytes = form.body
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var request = ByteBuffer(string: head(length: bytes.readableBytes))
                    request.writeImmutableBuffer(bytes)
                    try await send(request, to: client) { !journal.all.isEmpty }
                }
                try await group.waitForAll()
            }
            try await eventually("the model has stopped") { journal.all == ["began", "stopped"] }
            #expect(try await client.caption(TestForm(image: try fixture("gradient.png")).body).status == .ok)
        }
    }

    /// Sends bytes, waits for a condition, and goes without reading an answer.
    private func send(
        _ bytes: ByteBuffer, to client: any TestClientProtocol, until condition: () -> Bool
    ) async throws {
        let port = try #require(client.port)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "localhost", port: port).get()
        try await channel.writeAndFlush(bytes)
        try await eventually("the server has begun") { condition() }
        try await channel.close()
    }
}
