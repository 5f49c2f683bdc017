import Captioning
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOPosix
import Serving
import Settings
import StandIns
import Testing

@testable import Server

/// Batches on a real connection, sent piece by piece.
@Suite("Batches on a connection", .heavy)
struct BatchConnectionTests {
    private func connect(to client: any TestClientProtocol) async throws -> any Channel {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.hours(24))
            .connect(host: "127.0.0.1", port: try #require(client.port)).get()
    }

    /// The head of a batch and two parts of its body: the first picture with all that completes it, and the rest.
    private func batch(prompt: String) throws -> (head: ByteBuffer, first: ByteBuffer, rest: ByteBuffer) {
        var form = TestForm()
        form.add(prompt, as: "prompt")
        form.add(file: try fixture("gradient.png"), named: "a.png", as: "images")
        let end = "--\(TestForm.boundary)--\r\n".utf8.count
        let start = form.body.readableBytes - end + TestForm.boundary.utf8.count + 2
        form.add(file: try fixture("gradient.jpg"), named: "b.jpg", as: "images")
        let body = form.body
        let head = """
            POST /caption/batch HTTP/1.1\r
            Host: localhost\r
            Content-Type: \(TestForm.contentType)\r
            Content-Length: \(body.readableBytes)\r
            \r\n
            """
        return (
            ByteBuffer(string: head), ByteBuffer(body.readableBytesView.prefix(start)),
            ByteBuffer(body.readableBytesView.dropFirst(start))
        )
    }

    @Test("Captions the first picture while the second is still being sent")
    func begins() async throws {
        let journal = Journal()
        let server = TestServer(model: {
            StubModel { options, _ in
                if options.prompt != nil { journal.note("caption") }
                return "a stub"
            }
        })
        try await server.run(.live) { client in
            let channel = try await connect(to: client)
            let (head, first, rest) = try batch(prompt: "it shows")
            try await channel.writeAndFlush(head)
            try await channel.writeAndFlush(first)
            try await eventually("the first picture is captioned") { journal.all.count == 1 }
            try await channel.writeAndFlush(rest)
            try await eventually("the second picture is captioned") { journal.all.count == 2 }
            try await eventually("the batch is done") {
                server.journal.all.contains { $0.contains("Captioned a batch") }
            }
            try await channel.close()
        }
    }

    @Test("Stops a batch's captions when the client disconnects during its upload")
    func stops() async throws {
        let journal = Journal()
        let server = TestServer(model: {
            StubModel { options, isCancelled in
                guard options.prompt != nil else { return "a stub" }
                journal.note("began")
                while !isCancelled() { Thread.sleep(forTimeInterval: 0.001) }
                journal.note("stopped")
                throw CancellationError()
            }
        })
        try await server.run(.live) { client in
            let channel = try await connect(to: client)
            let (head, first, _) = try batch(prompt: "endless")
            try await channel.writeAndFlush(head)
            try await channel.writeAndFlush(first)
            try await eventually("the model has begun") { journal.all == ["began"] }
            try await channel.close()
            try await eventually("the model has stopped") { journal.all == ["began", "stopped"] }
            #expect(try await client.caption(TestForm(image: try fixture("gradient.png")).body).status == .ok)
        }
    }

    @Test("Answers Expect: 100-continue by the batch's own size limit")
    func expectContinue() async throws {
        var settings = TestServer.patientSettings
        (settings.maxImageSize, settings.maxBatchImages) = (1_000_000, 10)
        try await TestServer(settings: settings).run(.live) { client in
            for (path, length, answer) in [
                ("/caption/batch", 9_000_000, "100"), ("/caption/batch?a=b", 9_000_000, "100"),
                ("/caption/batch", 90_000_000, "413"), ("/image/process", 9_000_000, "413"),
                ("/image/process", 1_000_000, "100"),
            ] {
                let received = try await statusLine(
                    client,
                    "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(TestForm.contentType)\r\n"
                        + "Content-Length: \(length)\r\nExpect: 100-continue\r\n\r\n")
                #expect(received.hasPrefix("HTTP/1.1 \(answer) "), "\(path) \(length)")
            }
        }
    }

    /// Sends a head and returns what is answered first.
    private func statusLine(_ client: any TestClientProtocol, _ head: String) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.hours(24))
            .connect(host: "127.0.0.1", port: try #require(client.port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: head))
            for try await piece in inbound { return String(buffer: piece) }
            return "a stub"
        }
    }
}
