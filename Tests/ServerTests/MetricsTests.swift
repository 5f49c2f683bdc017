import Captioning
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Observability
import Serving
import Settings
import StandIns
import Testing

@testable import Server

@Suite("GET /metrics", .heavy)
struct MetricsTests {
    /// The samples by their names and labels.
    private func samples(_ client: any TestClientProtocol) async throws -> [String: Double] {
        let text = String(buffer: try await client.execute(uri: "/metrics", method: .get).body)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        return Dictionary(
            uniqueKeysWithValues: try lines.map { line in
                let space = try #require(line.lastIndex(of: " "))
                return (String(line[..<space]), try #require(Double(line[line.index(after: space)...])))
            })
    }

    /// Reads the samples until they are as wanted.
    private func wait(
        _ client: any TestClientProtocol, until isRight: ([String: Double]) -> Bool
    ) async throws -> [String: Double] {
        var samples: [String: Double] = [:]
        try await eventually("the samples are as wanted") {
            samples = try await self.samples(client)
            return isRight(samples)
        }
        return samples
    }

    @Test(
        "GET /metrics answers in Prometheus' text format with declared metrics only",
        arguments: Route.allCases)
    func format(route: Route) async throws {
        try await TestServer().run(route) { client in
            let response = try await client.execute(uri: "/metrics", method: .get)
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            let names = try await samples(client).keys.map { String($0.prefix { $0 != "{" }) }
            let declared = Set(ServerMetrics.table.flatMap(\.sampleNames))
            #expect(Set(names).subtracting(declared).isEmpty)
            for line in String(buffer: response.body).split(separator: "\n") where line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                let description = try #require(ServerMetrics.table.first { $0.name == words[2] })
                #expect(words[3] == description.kind.rawValue)
            }
        }
    }

    @Test(
        "Counts requests by route, method and status; unknown paths count as other", arguments: Route.allCases
    )
    func requests(route: Route) async throws {
        try await TestServer().run(route) { client in
            for _ in 0..<3 { _ = try await client.execute(uri: "/model/info", method: .get) }
            _ = try await client.execute(uri: "/model/info", method: .head)
            _ = try await client.execute(uri: "/model/info/", method: .delete)
            for _ in 0..<2 { _ = try await client.execute(uri: "/\(UUID())", method: .get) }
            _ = try await client.caption(TestForm(image: try fixture("gradient.png")).body)
            _ = try await client.caption(TestForm(image: try fixture("corrupt.jpg")).body)
            let samples = try await samples(client)
            func count(_ route: String, _ method: String, _ status: Int) -> Double? {
                let labels = "{method=\"\(method)\",route=\"\(route)\",status=\"\(status)\"}"
                let total = samples["image_to_song_http_requests_total\(labels)"]
                #expect(samples["image_to_song_http_request_duration_seconds_count\(labels)"] == total)
                return total
            }
            #expect(count("/model/info", "GET", 200) == 3)
            #expect(count("/model/info", "HEAD", 200) == 1)
            #expect(count("/model/info", "DELETE", 405) == 1)
            #expect(count("other", "GET", 404) == 2)
            #expect(count("/caption/generate", "POST", 200) == 1)
            #expect(count("/caption/generate", "POST", 422) == 1)
            let codes = samples.filter { $0.key.hasPrefix("image_to_song_errors_total") }
            #expect(
                codes == [
                    "image_to_song_errors_total{code=\"not_found\"}": 2,
                    "image_to_song_errors_total{code=\"method_not_allowed\"}": 1,
                    "image_to_song_errors_total{code=\"corrupt_picture\"}": 1,
                ])
        }
    }

    @Test("Counts an unknown method as other")
    func strangeMethod() async throws {
        try await TestServer().run(.router) { client in
            let brew = try #require(HTTPRequest.Method("BREW"))
            _ = try await client.execute(uri: "/coffee", method: brew)
            let name = "image_to_song_http_requests_total{method=\"other\",route=\"other\",status=\"404\"}"
            #expect(try await samples(client)[name] == 1)
        }
    }

    @Test("Counts requests in flight, including the scrape")
    func inFlight() async throws {
        let door = DispatchSemaphore(value: 0)
        let server = TestServer(model: {
            StubModel { options, _ in
                if options.prompt != nil { door.wait() }
                return "a stub"
            }
        })
        // Not live: there the client has one connection, on which the scrape would wait for the caption.
        try await server.run(.router) { client in
            let name = "image_to_song_http_requests_in_flight"
            #expect(try await samples(client)[name] == 1)
            var form = TestForm(image: try fixture("gradient.png"))
            form.add("wait", as: "prompt")
            let body = form.body
            async let answer = client.caption(body)
            let during: [String: Double]
            do {
                defer { door.signal() }
                during = try await wait(client) { $0[name] == 2 }
            }
            #expect(during[name] == 2)
            #expect(try await answer.status == .ok)
            let after = try await wait(client) { $0[name] == 1 }
            #expect(after[name] == 1)
        }
    }

    @Test("Reports the model's state, the version and the process")
    func states() async throws {
        try await TestServer().run(.router) { client in
            let samples = try await samples(client)
            #expect(samples["image_to_song_model_loaded"] == 1)
            #expect(try #require(samples["image_to_song_model_load_seconds"]) > 0)
            #expect(samples["image_to_song_build_info{version=\"\(Release.version)\"}"] == 1)
            #expect(samples["image_to_song_captions_total"] != nil)
            guard FileManager.default.fileExists(atPath: "/proc/self/stat") else { return }
            #expect(try #require(samples["process_resident_memory_bytes"]) > 1_000_000)
            #expect(try #require(samples["process_cpu_seconds_total"]) >= 0)
            #expect(try #require(samples["process_open_fds"]) >= 3)
            #expect(try #require(samples["process_max_fds"]) >= 3)
            let age = try Date().timeIntervalSince1970 - #require(samples["process_start_time_seconds"])
            #expect((-60...86_400 * 30).contains(age))
        }
    }

    @Test("Reports that no model is loaded")
    func noModel() async throws {
        let server = TestServer(model: { throw ServingError(.internalFailure, "No.") })
        try await server.run(.router) { client in
            let samples = try await samples(client)
            #expect(samples["image_to_song_model_loaded"] == 0)
            #expect(samples["image_to_song_model_load_seconds"] == nil)
        }
    }
}
