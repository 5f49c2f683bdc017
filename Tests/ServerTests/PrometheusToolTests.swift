import Foundation
import HTTPTypes
import HummingbirdTesting
import Metrics
import NIOCore
import Observability
import StandIns
import Testing

@testable import Server

/// What Prometheus itself says of our metrics, rules and dashboard.
@Suite("Prometheus", .heavy, .enabled(if: PrometheusTools.isInstalled, "\(PrometheusTools.isMissing)"))
struct PrometheusToolTests {
    /// Gives a folder that is removed afterwards.
    private func inFolder<Value>(_ work: (URL) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "image-to-song-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await work(folder)
    }

    private func path(_ name: String) -> String { MetricFiles.repository.appending(path: name).path }

    @Test("promtool finds no fault with /metrics")
    func serverText() async throws {
        try await TestServer().run(.router) { client in
            _ = try await client.execute(uri: "/nothing", method: .get)
            _ = try await client.caption(TestForm(image: try fixture("gradient.png")).body)
            let text = String(buffer: try await client.execute(uri: "/metrics", method: .get).body)
            #expect(
                try await inFolder { try await PrometheusTools.promtool(["check", "metrics"], input: text, in: $0) }
                    == "")
        }
    }

    @Test("promtool reads hostile labels as they were written")
    func hostileText() async throws {
        let help = "A \\ \"help\"\nof two lines."
        let registry = PrometheusRegistry([
            MetricDescription("seen_total", .counter, help: help),
            MetricDescription("wait_seconds", .histogram, help: help),
        ])
        for value in ["\"", "\\", "\n", "\r\n", "}", "Grüße 🌊", "\u{0}", "{le=\"1\"} 5\n# EOF"] {
            Counter(label: "seen", dimensions: [("value", value), ("9 lives", value)], factory: registry).increment()
            Timer(label: "wait", dimensions: [("le", value)], factory: registry).recordSeconds(1)
        }
        let text = registry.text()
        #expect(
            try await inFolder { try await PrometheusTools.promtool(["check", "metrics"], input: text, in: $0) } == "")
    }

    @Test("promtool accepts the deployed configuration, and the alert tests pass")
    func deployedFiles() async throws {
        try await inFolder { folder in
            let config = try await PrometheusTools.promtool(
                ["check", "config", path("deploy/prometheus/prometheus.yml")], in: folder)
            #expect(!config.hasPrefix("status"), "\(config)")
            let rules = try await PrometheusTools.promtool(
                ["test", "rules", path("deploy/prometheus/alerts.test.yml")], in: folder)
            #expect(rules.contains("SUCCESS"), "\(rules)")
        }
    }

    @Test("promtool accepts every query of the dashboard")
    func dashboard() async throws {
        struct Rules: Encodable {
            struct Group: Encodable {
                struct Rule: Encodable { let record, expr: String }
                let name: String
                let rules: [Rule]
            }
            let groups: [Group]
        }
        let rules = try MetricFiles.questions().enumerated().map { number, question in
            let expression = question.expression.replacing("$__rate_interval", with: "5m")
                .replacing(/\$[a-z]+/, with: ".*")
            return Rules.Group.Rule(record: "question:\(number)", expr: expression)
        }
        try await inFolder { folder in
            let file = folder.appending(path: "questions.yml")  // JSON is YAML
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            try encoder.encode(Rules(groups: [.init(name: "dashboard", rules: rules)])).write(to: file)
            let answer = try await PrometheusTools.promtool(["check", "rules", file.path], in: folder)
            #expect(answer.contains("SUCCESS: \(rules.count) rules found"), "\(answer)")
        }
    }

    @Test("Prometheus with the deployed configuration scrapes the server")
    func scraping() async throws {
        try await TestServer().run(.live) { client in
            for _ in 0..<3 { _ = try await client.execute(uri: "/model/info", method: .get) }
            let port = try #require(client.port)
            try await inFolder { folder in
                let prometheus = try RunningPrometheus(scraping: port, in: folder)
                defer { prometheus.stop() }
                let up = try await prometheus.answer(to: "up{job=\"image-to-song\"}", holding: "=> 1 @")
                #expect(up.contains("instance=\"127.0.0.1:\(port)\""))
                #expect(up.contains("=> 1 @"))
                let requests = try await prometheus.answer(
                    to: "sum by (status) (image_to_song_http_requests_total{route=\"/model/info\"})", holding: "=> 3 @")
                #expect(requests.hasPrefix("{status=\"200\"} => 3 @"))
            }
        }
    }
}
