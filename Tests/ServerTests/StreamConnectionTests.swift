import BadRequests
import Foundation
import HummingbirdTesting
import NIOCore
import Serving
import StandIns
import Testing

@testable import Server

/// Streams on a real connection.
@Suite("Streaming connections", .heavy)
struct StreamConnectionTests {
    private func request(_ prompt: String, close: Bool = true) throws -> [UInt8] {
        var form = TestForm()
        form.add(prompt, as: "prompt")
        form.add(file: try fixture("gradient.png"), named: "a.png", as: "image")
        let body = form.body
        let head = """
            POST /caption/stream HTTP/1.1\r
            Host: localhost\r
            Content-Type: \(TestForm.contentType)\r
            Content-Length: \(body.readableBytes)\r
            Connection: \(close ? "close" : "keep-alive")\r
            \r\n
            """
        return Array(head.utf8) + Array(body.readableBytesView)
    }

    @Test("Sends each word before the next is generated")
    func asTheyCome() async throws {
        let door = DispatchSemaphore(value: 0)
        let server = TestServer(model: {
            WritingModel { _, count, _ in
                if count == 2 { door.wait() }
                return count < 3 ? " word\(count)" : nil
            }
        })
        try await server.run(.live) { client in
            let wire = Wire(port: try #require(client.port))
            // The third word waits for the door, which opens only when the second one has arrived.
            let begin = try await wire.exchange(try request("go"), then: .readsUntil("word1"))
            #expect(begin.hasPrefix("HTTP/1.1 200 ") && begin.lowercased().contains("transfer-encoding: chunked"))
            #expect(!begin.contains("word2") && !begin.contains("event: caption"))
            door.signal()
        }
    }

    @Test("Sends a comment if no word comes for a while")
    func keepAlive() async throws {
        let door = DispatchSemaphore(value: 0)
        var server = TestServer(model: {
            WritingModel { _, count, _ in
                if count == 0 { door.wait() }
                return count == 0 ? "late" : nil
            }
        })
        server.adjust = { $0.keepAliveInterval = .milliseconds(5) }
        try await server.run(.live) { client in
            let wire = Wire(port: try #require(client.port))
            let begin = try await wire.exchange(try request("go"), then: .readsUntil(": waiting"))
            #expect(begin.hasPrefix("HTTP/1.1 200 ") && !begin.contains("late"))
            door.signal()
        }
    }

    @Test("A disconnected client's caption leaves the model; others continue")
    func clientGone() async throws {
        let journal = Journal()
        let server = TestServer(model: {
            WritingModel(journal: journal) { prompt, count, _ in
                Thread.sleep(forTimeInterval: 0.002)
                // The patient one ends once the other has gone.
                return prompt == "patient" && journal.all == ["left hasty"] ? nil : " \(prompt)\(count)"
            }
        })
        try await server.run(.live) { client in
            let wire = Wire(port: try #require(client.port))
            let patient = try request("patient")
            async let answer = wire.exchange(patient)
            let begin = try await wire.exchange(try request("hasty"), then: .readsUntil("hasty3"))
            #expect(begin.contains("hasty3"))
            let all = try await answer
            #expect(all.contains("event: caption"))
            #expect(journal.all == ["left hasty"])
        }
        try await eventually("the access line of the client that went") {
            server.journal.all.contains { $0.contains("broke off") || $0.contains("given up") }
        }
    }

    @Test("A client that does not read blocks nobody, and gets everything later")
    func slowReader() async throws {
        let (journal, count) = (Journal(), 300)
        let word = String(repeating: "x", count: 10_000)
        let server = TestServer(model: {
            WritingModel { _, written, _ in
                guard written < count else {
                    journal.note("finished")
                    return nil
                }
                return word
            }
        })
        try await server.run(.live) { client in
            let wire = Wire(port: try #require(client.port))
            let reader = try await wire.silentConnection()
            try await reader.setOption(.autoRead, value: false).get()
            try await reader.writeAndFlush(ByteBuffer(bytes: try request("go")))
            try await eventually("the model has finished") { journal.all == ["finished"] }
            let collector = Collector()
            try await reader.pipeline.addHandler(collector)
            try await reader.setOption(.autoRead, value: true).get()
            try await reader.closeFuture.get()
            let all = collector.text
            #expect(all.count { $0 == "x" } >= 2 * count * word.count)
            #expect(all.contains("event: caption"))
        }
    }

    @Test("The connection serves another request after a stream")
    func keepsConnection() async throws {
        let server = TestServer(model: { WritingModel { _, count, _ in count < 2 ? " go" : nil } })
        try await server.run(.live) { client in
            let wire = Wire(port: try #require(client.port))
            let both = try await wire.exchange(try request("go", close: false) + request("go"))
            #expect(both.components(separatedBy: "HTTP/1.1 200 ").count == 3)
            #expect(both.components(separatedBy: "event: caption").count == 3)
        }
    }
}

/// Keeps all that comes through a connection.
private final class Collector: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let journal = Journal()
    var text: String { journal.all.joined() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        journal.note(String(buffer: unwrapInboundIn(data)))
    }
}
