import BadRequests
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

/// What only shows on a real connection, spoken by hand.
@Suite("Connections", .heavy)
struct ConnectionTests {
    private func exchange(
        _ client: any TestClientProtocol, _ bytes: String, then manner: Wire.Manner = .reads
    ) async throws -> String {
        try await Wire(port: try #require(client.port)).exchange(bytes, then: manner)
    }

    private func head(length: Int, _ more: String = "") -> String {
        "POST /caption/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(TestForm.contentType)\r\n"
            + "Content-Length: \(length)\r\n\(more)\r\n"
    }

    @Test("Returns 400 for an upload that breaks off, and keeps serving")
    func brokenUpload() async throws {
        try await TestServer().run(.live) { client in
            let answer = try await exchange(
                client, head(length: 5000) + "--\(TestForm.boundary)\r\n", then: .halfCloses)
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.contains("\"code\":\"truncated_upload\""))
            #expect(try await client.caption(TestForm(image: try fixture("gradient.png")).body).status == .ok)
        }
    }

    @Test("Answers Expect: 100-continue at once")
    func expectContinue() async throws {
        try await TestServer().run(.live) { client in
            let answer = try await exchange(
                client, head(length: 100, "Expect: 100-continue\r\n"), then: .readsUntil("\r\n\r\n"))
            #expect(answer == "HTTP/1.1 100 Continue\r\n\r\n")
        }
    }

    @Test("Returns 413 for an announced body that is too large, before it is sent")
    func expectRefusal() async throws {
        try await TestServer().run(.live) { client in
            let answer = try await exchange(
                client, head(length: 100_000_000, "Expect: 100-continue\r\n"), then: .readsUntil("request_id"))
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("\"code\":\"body_too_large\""))
        }
    }

    @Test("Returns 408 to a client that stops sending, and closes")
    func slowUpload() async throws {
        var settings = TestServer.patientSettings
        settings.requestTimeout = .milliseconds(200)
        try await TestServer(settings: settings).run(.live) { client in
            let answer = try await exchange(client, head(length: 5000) + "--\(TestForm.boundary)\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(answer.contains("\"code\":\"slow_upload\""))
        }
    }

    @Test("Reads little more from a client after refusing it, so that the client sees the answer")
    func earlyRefusal() async throws {
        try await TestServer().run(.live) { client in
            let wire = Wire(port: try #require(client.port))
            let gigabyte = 1_000_000_000
            let (text, sent) = try await wire.flood(head(length: gigabyte), atMost: gigabyte)
            let answer = WireAnswer(text)
            #expect(answer.status == 413)
            #expect(answer.code == "body_too_large")
            #expect(answer.headers.contains("connection: close"))
            // What lies between are the buffers of the two systems.
            #expect(sent < 100_000_000)
        }
    }

    @Test("Keeps the connection after a refusal if little of the body is left")
    func keepAlive() async throws {
        try await TestServer().run(.live) { client in
            let body = String(repeating: "x", count: 60_000)
            let answers = try await exchange(
                client,
                "POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n" + body
                    + "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            #expect(answers.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) } == ["404", "200"])
        }
    }

    @Test("Returns 408 for a head sent too slowly, and closes")
    func slowHead() async throws {
        var server = TestServer()
        server.adjust = { $0.connections.headTime = .milliseconds(200) }
        try await server.run(.live) { client in
            let answer = WireAnswer(try await exchange(client, "GET / HTTP/1.1\r\nHos"))
            #expect(answer.status == 408)
            #expect(answer.code == "slow_request")
        }
    }

    @Test("Answers pipelined requests in order")
    func pipelining() async throws {
        try await TestServer().run(.live) { client in
            let requests = (0..<100).map {
                "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: \($0)\r\n\r\n"
            }
            let last = "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            let text = try await exchange(client, requests.joined() + last)
            let ids = text.components(separatedBy: "\r\n").filter { $0.hasPrefix("X-Request-ID: ") }
            #expect(ids.dropLast() == (0..<100).map { "X-Request-ID: \($0)" }[...])
            #expect(text.contains("HTTP/1.1 404 "))
        }
    }

    @Test("Stops a caption when its client disconnects")
    func disconnection() async throws {
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
            try await eventually("the model has stopped") { journal.all.count == 2 }
            #expect(journal.all == ["began", "stopped"])
            #expect(try await client.caption(TestForm(image: try fixture("gradient.png")).body).status == .ok)
        }
    }

    /// Sends bytes, waits for a condition, and goes without reading an answer.
    private func send(
        _ bytes: ByteBuffer, to client: any TestClientProtocol, until condition: () -> Bool
    ) async throws {
        let port = try #require(client.port)
        let channel = try await Wire(port: port).silentConnection()
        try await channel.writeAndFlush(bytes)
        try await eventually("what is waited for") { condition() }
        try await channel.close()
    }
}
