import Captioning
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Serving
import Settings
import StandIns
import Testing

@testable import Server

@Suite("Information and health", .heavy)
struct InformationTests {
    @Test("GET / lists every endpoint", arguments: Route.allCases)
    func index(route: Route) async throws {
        try await TestServer().run(route) { client in
            let response = try await client.execute(uri: "/", method: .get)
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "application/json")
            let answer = try response.object()
            #expect(answer["version"] as? String == Release.version)
            #expect(answer["status"] as? String == "healthy")
            #expect(answer["message"] is String)
            let endpoints = try #require(answer["endpoints"] as? [String: String])
            #expect(
                Set(endpoints.keys) == [
                    "GET /", "GET /health", "GET /health/live", "GET /metrics", "GET /model/info",
                    "POST /caption/generate", "POST /caption/stream", "POST /caption/batch", "POST /image/process",
                    "POST /songs/match", "GET /songs", "GET /songs/{id}", "GET /songs/stats", "POST /songs/import",
                    "GET /songs/import/{id}", "POST /songs/playlist",
                    "GET /openapi.json",
                    "GET /docs",
                ])
        }
    }

    @Test(
        "While the model loads, /health is 503 starting, /health/live 200, and captions 503",
        arguments: Route.allCases)
    func starting(route: Route) async throws {
        let door = DispatchSemaphore(value: 0)
        var server = TestServer(model: {
            door.wait()
            return StubModel()
        })
        server.waitsForModel = false
        try await server.run(route) { client in
            defer { door.signal() }
            let health = try await client.execute(uri: "/health", method: .get)
            #expect(health.status == .serviceUnavailable)
            #expect(health.headers[.retryAfter] == "5")
            #expect(try health.object()["status"] as? String == "starting")
            #expect(try health.object()["model_loaded"] as? Bool == false)
            #expect(try health.object()["device"] == nil)
            #expect(try await client.execute(uri: "/health/live", method: .get).status == .ok)
            let info = try await client.execute(uri: "/model/info", method: .get)
            let model = try #require(try info.object()["model_info"] as? [String: Any])
            #expect(model["status"] as? String == "loading")
            #expect(model["model_name"] as? String == "Models/demo")
            let caption = try await client.caption(TestForm(image: try fixture("gradient.png")).body)
            try caption.expectProblem(503, "model_loading")
            #expect(caption.headers[.retryAfter] == "5")
        }
    }

    @Test("With a loaded model, /health is 200 healthy")
    func healthy() async throws {
        try await TestServer().run(.router) { client in
            let response = try await client.execute(uri: "/health", method: .get)
            #expect(response.status == .ok)
            let answer = try response.object()
            #expect(answer["status"] as? String == "healthy")
            #expect(answer["model_loaded"] as? Bool == true)
            #expect(try #require(answer["uptime_seconds"] as? Double) >= 0)
            #expect(answer["timestamp"] is String)
        }
    }

    @Test("With a model that failed to load, /health is 503 degraded, and the log has the reason")
    func degraded() async throws {
        let server = TestServer(model: { throw ServingError(.internalFailure, "no such folder: /secret") })
        try await server.run(.router) { client in
            let health = try await client.execute(uri: "/health", method: .get)
            #expect(health.status == .serviceUnavailable)
            #expect(try health.object()["status"] as? String == "degraded")
            #expect((try health.object()["detail"] as? String)?.contains("The log says why") == true)
            let caption = try await client.caption(TestForm(image: try fixture("gradient.png")).body)
            #expect(try !caption.expectProblem(503, "model_unavailable").contains("/secret"))
        }
        #expect(server.journal.all.contains { $0.contains("/secret") && $0.contains("\"level\":\"error\"") })
    }

    @Test("GET /model/info describes the model, its placement and its limits")
    func modelInfo() async throws {
        try await TestServer().run(.router) { client in
            let answer = try await client.execute(uri: "/model/info", method: .get).object()
            #expect(answer["success"] as? Bool == true)
            let model = try #require(answer["model_info"] as? [String: Any])
            #expect(model["status"] as? String == "ready")
            #expect(model["model_name"] as? String == "stub")
            #expect(model["architecture"] as? String == "BLIP-2 (stub)")
            #expect(model["device"] as? String == "cpu")
            #expect(model["precision"] as? String == "fp32")
            #expect(model["parameters"] as? Int == 7)
            #expect(model["memory"] as? Int == 28)
            #expect(model["demo"] as? Bool == true)
            #expect(model["load_seconds"] is Double)
            let limits = try #require(model["limits"] as? [String: Any])
            #expect(limits["image_size"] as? [Int] == [8, 8])
            #expect(limits["max_new_tokens"] as? Int == 30)
            #expect(limits["max_image_bytes"] as? Int == 10_485_760)
        }
    }

    @Test(
        "GET /model/info has the short name of a model that has one, and what it is good for", arguments: [true, false])
    func namesPublished(_ isPublished: Bool) async throws {
        let server = TestServer(model: {
            let model = StubModel()
            if isPublished {
                model.description.name = "Blip"
                model.description.publication = .init(
                    alias: "blip", id: "Salesforce/blip-image-captioning-base", purpose: "short captions",
                    licence: "BSD-3-Clause")
            }
            return model
        })
        try await server.run(.router) { client in
            let answer = try await client.execute(uri: "/model/info", method: .get).object()
            let model = try #require(answer["model_info"] as? [String: Any])
            #expect(model["model_name"] as? String == (isPublished ? "Blip" : "stub"))
            let names = ["alias", "hub_id", "good_for", "licence"]
            let values = ["blip", "Salesforce/blip-image-captioning-base", "short captions", "BSD-3-Clause"]
            #expect(names.map { model[$0] as? String } == (isPublished ? values : values.map { _ in nil }))
        }
    }

    @Test(
        "/health and /model/info name the GPU if there is one",
        arguments: [true, false])
    func namesGPU(_ isThere: Bool) async throws {
        let server = TestServer(model: {
            let model = StubModel()
            if isThere {
                model.description.placement = .init(
                    device: "cuda", precision: "fp16", memoryBytes: 28, gpuName: "Example 9000",
                    gpuMemoryBytes: 85_899_345_920)
            }
            return model
        })
        try await server.run(.router) { client in
            let health = try await client.execute(uri: "/health", method: .get).object()
            let info = try await client.execute(uri: "/model/info", method: .get).object()
            for answer in [health, try #require(info["model_info"] as? [String: Any])] {
                #expect(answer["device"] as? String == (isThere ? "cuda" : "cpu"))
                #expect(answer["gpu_name"] as? String == (isThere ? "Example 9000" : nil))
                #expect(answer["gpu_memory_bytes"] as? Int == (isThere ? 85_899_345_920 : nil))
            }
        }
    }

    @Test("HEAD /health answers as GET, without a body", arguments: Route.allCases)
    func head(route: Route) async throws {
        try await TestServer().run(route) { client in
            let response = try await client.execute(uri: "/health", method: .head)
            #expect(response.status == .ok)
            #expect(response.body.readableBytes == 0)
        }
    }

    @Test("Returns 404 for an unknown path and 405 for a wrong method", arguments: Route.allCases)
    func unknown(route: Route) async throws {
        try await TestServer().run(route) { client in
            try await client.execute(uri: "/nothing?x=1", method: .get).expectProblem(404, "not_found")
            let get = try await client.execute(uri: "/caption/generate", method: .get)
            try get.expectProblem(405, "method_not_allowed")
            #expect(get.headers[.allow] == "POST")
            let delete = try await client.execute(uri: "/health", method: .delete)
            try delete.expectProblem(405, "method_not_allowed")
            #expect(delete.headers[.allow] == "GET, HEAD")
        }
    }

    @Test("Returns the client's request id, unless it could break a log line")
    func requestIDs() async throws {
        try await TestServer().run(.router) { client in
            func id(_ sent: String?) async throws -> String? {
                var headers = HTTPFields()
                headers[.requestID] = sent
                return try await client.execute(uri: "/health", method: .get, headers: headers).headers[.requestID]
            }
            #expect(try await id("abc-123_4.5") == "abc-123_4.5")
            for sent in [nil, "", "two words", "\"quoted\"", String(repeating: "a", count: 129)] {
                let answered = try #require(try await id(sent))
                #expect(UUID(uuidString: answered) != nil)
            }
        }
    }
}
