import Captioning
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Observability
import Serving
import StandIns
import Testing

@testable import Server

@Suite("Access log", .heavy)
struct AccessLogTests {
    /// The lines with a message, as objects.
    private func lines(_ journal: Journal, _ message: String = "Answered") throws -> [[String: Any]] {
        let objects = try journal.all.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        return objects.filter { $0["message"] as? String == message }
    }

    @Test("Each request gets one line with what was asked and how it was answered", arguments: Route.allCases)
    func fields(route: Route) async throws {
        let server = TestServer()
        let picture = TestForm(image: try fixture("gradient.png")).body
        try await server.run(route) { client in
            let answer = try await client.caption(picture, headers: [.requestID: "my-request"])
            #expect(answer.headers[.requestID] == "my-request")
            let lines = try lines(server.journal)
            #expect(lines.count == 1)
            let line = try #require(lines.first)
            #expect(line["level"] as? String == "info")
            #expect(line["method"] as? String == "POST")
            #expect(line["path"] as? String == "/caption/generate")
            #expect(line["route"] as? String == "/caption/generate")
            #expect(line["status"] as? Int == 200)
            #expect(try #require(line["duration_ms"] as? Double) > 0)
            #expect(line["bytes_in"] as? Int == picture.readableBytes)
            #expect(line["bytes_out"] as? Int == answer.body.readableBytes)
            #expect(line["request_id"] as? String == "my-request")
            #expect(line["code"] == nil)
            #expect(line["timestamp"] is String)
            let client = line["client"] as? String
            #expect(route == .live ? ["127.0.0.1", "::1"].contains(client) : client == nil)
        }
    }

    @Test(
        "Logs probes at debug, whatever the status",
        arguments: ["/health", "/health/live", "/metrics"])
    func probes(path: String) async throws {
        let server = TestServer(model: { throw CancellationError() })
        try await server.run(.router) { client in
            _ = try await client.execute(uri: path, method: .get)
            _ = try await client.execute(uri: "/model/info", method: .get)
        }
        #expect(try lines(server.journal).map { $0["level"] as? String } == ["debug", "info"])
    }

    @Test("Logs a refusal in its access line only")
    func refusal() async throws {
        let server = TestServer()
        try await server.run(.router) { client in
            _ = try await client.caption(TestForm(image: try fixture("corrupt.jpg")).body)
        }
        let told = server.journal.all.filter { $0.contains("corrupt_picture") }
        #expect(told.count == 1)
        let line = try #require(try lines(server.journal).first)
        #expect(line["code"] as? String == "corrupt_picture")
        #expect(line["status"] as? Int == 422)
        #expect((line["error"] as? String)?.contains(".") == true)
    }

    @Test("Logs the details of an internal failure in a line of its own, and its code in the access line")
    func failure() async throws {
        struct Surprise: Error {}
        let server = TestServer(model: {
            StubModel { options, _ in
                guard options.prompt == nil else { throw Surprise() }
                return "a stub"
            }
        })
        try await server.run(.router) { client in
            var form = TestForm(image: try fixture("gradient.png"))
            form.add("boom", as: "prompt")
            _ = try await client.caption(form.body, headers: [.requestID: "my-request"])
        }
        #expect(server.journal.all.filter { $0.contains("Surprise") }.count == 1)
        let details = try #require(try lines(server.journal, "Failed").first)
        #expect(details["level"] as? String == "error")
        #expect(details["request_id"] as? String == "my-request")
        let line = try #require(try lines(server.journal).first)
        #expect(line["code"] as? String == "internal_failure")
        #expect(line["error"] == nil)
        #expect(line["request_id"] as? String == "my-request")
    }

    @Test("Logs a 503 with a plain code in its access line only")
    func unready() async throws {
        let door = DispatchSemaphore(value: 0)
        var server = TestServer(model: {
            door.wait()
            return StubModel()
        })
        server.waitsForModel = false
        try await server.run(.router) { client in
            defer { door.signal() }
            _ = try await client.caption(TestForm(image: try fixture("gradient.png")).body)
        }
        #expect(try lines(server.journal, "Failed").isEmpty)
        #expect(try lines(server.journal).first?["code"] as? String == "model_loading")
    }

    @Test("Shortens and cleans paths, and leaves the query out")
    func hostilePaths() async throws {
        let server = TestServer()
        try await server.run(.router) { client in
            _ = try await client.execute(uri: "/a\u{202E}b\"\\?token=secret", method: .get)
            _ = try await client.execute(uri: "/" + String(repeating: "x", count: 10_000), method: .get)
        }
        let paths = try lines(server.journal).map { $0["path"] as? String }
        #expect(paths == ["/a?b\"\\", "/" + String(repeating: "x", count: 199) + "…"])
        #expect(!server.journal.all.contains { $0.contains("secret") })
    }

    @Test("Logs a HEAD answer with 0 bytes", arguments: Route.allCases)
    func head(route: Route) async throws {
        let server = TestServer()
        try await server.run(route) { client in
            _ = try await client.execute(uri: "/model/info", method: .head)
        }
        let line = try #require(try lines(server.journal).first)
        #expect(line["method"] as? String == "HEAD")
        #expect(line["bytes_out"] as? Int == 0)
    }

    @Test(
        "Replaces control characters with question marks",
        arguments: [
            ("/plain/päth", "/plain/päth"), ("a\u{1B}[31mb", "a?[31mb"), ("a\r\nb\u{0}", "a??b?"), ("\u{2028}x", "?x"),
            ("123456789012345678901", "12345678901234567890…"), ("12345678901234567890", "12345678901234567890"),
        ])
    func plain(text: String, shown: String) {
        #expect(AccessEntry.shortened(text, to: 20) == shown)
    }

    /// A server with an answer in pieces, one that breaks off, and an error that nothing turned into an answer.
    private func inPieces(_ journal: Journal) -> some ApplicationProtocol {
        struct Break: Error {}
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        let metrics = RequestMetrics(registry: PrometheusRegistry(), routes: ["/pieces", "/broken", "/error"])
        router.add(middleware: RequestMetricsMiddleware(metrics: metrics))
        router.get("/pieces") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "one"))
                    #expect(!journal.all.contains { $0.contains("Answered") })
                    try await writer.write(contentsOf: [ByteBuffer(string: "two"), ByteBuffer(string: "three")])
                    try await writer.finish(nil)
                })
        }
        router.get("/broken") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "one"))
                    throw Break()
                })
        }
        router.get("/error") { _, _ -> Response in throw Break() }
        let logger = Logger(label: "test") { _ in JSONLogHandler(level: .info, write: journal.note) }
        return Application(router: router, logger: logger)
    }

    /// The first access line, which may come a moment after the answer.
    private func firstLine(_ journal: Journal) async throws -> [String: Any] {
        var line: [String: Any]?
        try await eventually("the access line is written") {
            line = try lines(journal).first
            return line != nil
        }
        return try #require(line)
    }

    @Test("Logs a streamed answer after its last piece, with the bytes of all pieces", arguments: Route.allCases)
    func pieces(route: Route) async throws {
        let journal = Journal()
        try await inPieces(journal).run(route) { client in
            let answer = try await client.execute(uri: "/pieces", method: .get)
            #expect(String(buffer: answer.body) == "onetwothree")
            let line = try await firstLine(journal)
            #expect(line["bytes_out"] as? Int == 11)
        }
        #expect(try lines(journal).count == 1)
    }

    @Test("Logs an answer that breaks off with the bytes sent and the error")
    func broken() async throws {
        let journal = Journal()
        try await inPieces(journal).run(.live) { client in
            _ = try? await client.execute(uri: "/broken", method: .get)
            let line = try await firstLine(journal)
            #expect(line["bytes_out"] as? Int == 3)
            #expect((line["error"] as? String)?.contains("Break") == true)
        }
    }

    @Test("Logs a streamed answer to a HEAD request")
    func unwanted() async throws {
        let journal = Journal()
        try await inPieces(journal).run(.live) { client in
            _ = try await client.execute(uri: "/pieces", method: .head)
            let line = try await firstLine(journal)
            #expect(line["status"] as? Int == 200)
            #expect(line["bytes_out"] as? Int == 0)
        }
        #expect(try lines(journal).count == 1)
    }

    @Test("Logs an unhandled error as 500")
    func error() async throws {
        let journal = Journal()
        try await inPieces(journal).run(.live) { client in
            _ = try? await client.execute(uri: "/error", method: .get)
            let line = try await firstLine(journal)
            #expect(line["status"] as? Int == 500)
            #expect((line["error"] as? String)?.contains("Break") == true)
        }
    }
}
