import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Serving
import Settings
import StandIns
import Testing

@testable import Server

@Suite("POST /caption/stream", .heavy)
struct StreamTests {
    static let words = ["a", " boat", " on", " the", " „Wasser“", " 🌊"]

    /// A server whose model writes ``words``, then ends.
    private func server(_ writing: @escaping WritingModel.Writing = { _, count, _ in Self.word(count) }) -> TestServer {
        TestServer(model: { WritingModel(writing) })
    }

    private static func word(_ count: Int) -> String? { count < words.count ? words[count] : nil }

    @Test("Streams the words as events in order, then the answer of /caption/generate", arguments: Route.allCases)
    func words(route: Route) async throws {
        let server = server()
        try await server.run(route) { client in
            let response = try await client.stream(prompt: "go")
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "text/event-stream")
            #expect(response.headers[.cacheControl] == "no-store")
            #expect(response.headers[.requestID] != nil)
            let events = try Events(response)
            #expect(events.text == Self.words.joined())
            #expect(events.names.dropLast().allSatisfy { $0 == "token" } && events.names.last == "caption")
            let answer = try #require(events.all.last?.data)
            #expect(answer["caption"] as? String == Self.words.joined())
            #expect(answer["success"] as? Bool == true && answer["token_count"] as? Int == Self.words.count)
            #expect(answer["image_info"] is [String: Any] && answer["processing_time"] is [String: Any])
            #expect(answer["captions"] == nil)
        }
        #expect(server.journal.all.contains { $0.contains("Captioned a picture") })
    }

    @Test("Ignores the Accept header", arguments: ["application/json", "text/html", "*/*;q=0"])
    func accept(type: String) async throws {
        try await server().run(.router) { client in
            let response = try await client.stream(prompt: "go", headers: [.accept: type])
            #expect(response.headers[.contentType] == "text/event-stream")
        }
    }

    @Test("Other methods get 405 with an Allow header", arguments: Route.allCases)
    func methods(route: Route) async throws {
        try await server().run(route) { client in
            try await client.execute(uri: "/caption/stream", method: .get).expectProblem(405, "method_not_allowed")
            let head = try await client.execute(uri: "/caption/stream", method: .head)
            #expect(head.status == .methodNotAllowed && head.headers[.allow] == "POST")
        }
    }

    @Test("An error before the first word has its own status", arguments: Route.allCases)
    func refusals(route: Route) async throws {
        try await server().run(route) { client in
            try await client.stream(prompt: "go", picture: "corrupt.jpg").expectProblem(422, "corrupt_picture")
            try await client.stream(prompt: "go", picture: "text.jpg").expectProblem(415, "unsupported_picture")
            try await client.stream(prompt: "go", fields: ["top_p": "2"]).expectProblem(422, "invalid_option")
            let type: HTTPFields = [.contentType: "image/png"]
            try await client.execute(uri: "/caption/stream", method: .post, headers: type)
                .expectProblem(415, "unsupported_content_type")
            #expect(try await client.stream(prompt: "go").status == .ok)
        }
    }

    @Test("Returns 401 without a key")
    func keys() async throws {
        var server = server()
        server.settings.apiKeys = ["secret"]
        try await server.run(.router) { client in
            try await client.stream(prompt: "go").expectProblem(401, "key_missing")
            let key = try #require(HTTPField.Name("X-API-Key"))
            #expect(try await client.stream(prompt: "go", headers: [key: "secret"]).status == .ok)
        }
    }

    @Test("An error after the first word is an event with the problem document, logged and counted")
    func errorInTheMiddle() async throws {
        struct Surprise: Error {}
        let server = server { _, count, _ in
            guard count < 2 else { throw Surprise() }
            return Self.words[count]
        }
        try await server.run(.router) { client in
            let response = try await client.stream(prompt: "go", headers: [.requestID: "my-request"])
            #expect(response.status == .ok)
            let events = try Events(response)
            #expect(events.text == "a boat")
            #expect(events.names.last == "error")
            let problem = try #require(events.all.last?.data)
            #expect(problem["status"] as? Int == 500 && problem["code"] as? String == "internal_failure")
            #expect(problem["request_id"] as? String == "my-request")
            #expect((problem["detail"] as? String)?.contains("Surprise") == false)
            let metrics = String(buffer: try await client.execute(uri: "/metrics", method: .get).body)
            #expect(metrics.contains("image_to_song_errors_total{code=\"internal_failure\"} 1"))
            #expect(
                metrics.contains(
                    "image_to_song_http_requests_total{method=\"POST\",route=\"/caption/stream\",status=\"200\"} 1"))
        }
        let line = try #require(server.journal.all.first { $0.contains("Surprise") })
        #expect(line.contains("\"level\":\"error\"") && line.contains("my-request"))
    }

    @Test("A caption over REQUEST_TIMEOUT ends with an event, and the next request works")
    func timeout() async throws {
        var server = server { prompt, count, isCancelled in
            guard prompt == "endless", count == 1 else { return Self.word(count) }
            while !isCancelled() { Thread.sleep(forTimeInterval: 0.001) }
            throw CancellationError()
        }
        server.settings.requestTimeout = .seconds(1)
        // The answer has begun long before.
        server.adjust = { $0.keepAliveInterval = .milliseconds(5) }
        try await server.run(.router) { client in
            var response = try await client.stream(prompt: "endless")
            // On a busy machine its time may run out before the answer begins, which is a 504 then.
            while response.status == .gatewayTimeout { response = try await client.stream(prompt: "endless") }
            #expect(response.status == .ok)
            let events = try Events(response)
            #expect(events.names.last == "error")
            #expect(events.all.last?.data["status"] as? Int == 504)
            #expect(events.all.last?.data["code"] as? String == "timed_out")
            #expect(events.comments > 0)
            // On a busy machine its time may run out once more: that is no sign of a server that hangs.
            try await eventually("the next request works") {
                try Events(try await client.stream(prompt: "go")).names.last == "caption"
            }
        }
    }
}

/// What came of a stream.
struct Events {
    /// The events by their names, with their data.
    let all: [(name: String, data: [String: Any])]
    /// How many lines there were that mean nothing.
    let comments: Int

    init(_ response: TestResponse) throws {
        let blocks = String(buffer: response.body).components(separatedBy: "\n\n")
        #expect(blocks.last == "")
        comments = blocks.count { $0.hasPrefix(":") }
        all = try blocks.dropLast().filter { !$0.hasPrefix(":") }.map { block in
            let lines = block.split(separator: "\n")
            try #require(lines.count == 2 && lines[0].hasPrefix("event: ") && lines[1].hasPrefix("data: "))
            let data = try JSONSerialization.jsonObject(with: Data(lines[1].dropFirst(6).utf8))
            return (String(lines[0].dropFirst(7)), try #require(data as? [String: Any]))
        }
    }

    var names: [String] { all.map(\.name) }
    /// What all words come to.
    var text: String { all.filter { $0.name == "token" }.compactMap { $0.data["text"] as? String }.joined() }
}

extension TestClientProtocol {
    /// Sends a form to `POST /caption/stream`.
    func stream(
        prompt: String, picture: String = "gradient.png", fields: [String: String] = [:], headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        var form = TestForm()
        for (name, text) in fields { form.add(text, as: name) }
        form.add(prompt, as: "prompt")
        form.add(file: try fixture(picture), named: picture, as: "image")
        var headers = headers
        headers[.contentType] = TestForm.contentType
        return try await execute(uri: "/caption/stream", method: .post, headers: headers, body: form.body)
    }
}
