import Foundation
import Metrics
import Observability
import Testing

@testable import Server

/// Where the files of the repository are that name metrics.
enum MetricFiles {
    static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let dashboard = "deploy/grafana/dashboards/image-to-song.json"

    static func text(_ path: String) throws -> String {
        try String(contentsOf: repository.appending(path: path), encoding: .utf8)
    }

    /// The questions that the dashboard asks, by the titles of its panels.
    static func questions() throws -> [(panel: String, expression: String)] {
        struct Dashboard: Decodable {
            struct Panel: Decodable {
                struct Target: Decodable { let expr: String }
                let title: String
                let targets: [Target]
            }
            let panels: [Panel]
        }
        let panels = try JSONDecoder().decode(Dashboard.self, from: Data(text(dashboard).utf8)).panels
        return panels.flatMap { panel in panel.targets.map { (panel.title, $0.expr) } }
    }
}

@Suite("Table of metrics")
struct MetricTableTests {
    private let declared = Set(ServerMetrics.table.flatMap(\.sampleNames))

    /// The names in a text that look like metrics of this program.
    private func names(in text: String) -> Set<String> {
        Set(text.matches(of: /\b(image_to_song|process)_[a-z0-9_]+/).map { String($0.output.0) })
    }

    @Test("Every metric is declared once, with a name in Prometheus' style and a sentence of help")
    func conventions() {
        #expect(Set(ServerMetrics.table.map(\.name)).count == ServerMetrics.table.count)
        for metric in ServerMetrics.table {
            #expect(metric.name.wholeMatch(of: /(image_to_song|process)(_[a-z]+)+/) != nil)
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter))
            #expect(metric.help.hasSuffix("."))
            #expect(metric.buckets == metric.buckets.sorted())
            if metric.unit == "seconds" || metric.unit == "bytes" {
                #expect(metric.name.contains("_\(metric.unit)"))
            }
        }
    }

    @Test("docs/metrics.md has exactly the table's rows")
    func document() throws {
        let rows = ServerMetrics.table.map { metric in
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            let cells = ["`\(metric.name)`", metric.kind.rawValue, labels, metric.unit, metric.help]
            return "|\(cells.map { $0.isEmpty ? " " : " \($0) " }.joined(separator: "|"))|"
        }
        let written = try MetricFiles.text("docs/metrics.md").split(separator: "\n").filter {
            $0.contains(/^\| `(image_to_song|process)_/)
        }
        #expect(written.map(String.init) == rows, "The rows should be:\n\(rows.joined(separator: "\n"))")
    }

    @Test(
        "The dashboard and the alerts use declared metrics only",
        arguments: [MetricFiles.dashboard, "deploy/prometheus/alerts.yml", "deploy/prometheus/alerts.test.yml"])
    func deployedNames(path: String) throws {
        let names = names(in: try MetricFiles.text(path))
        #expect(!names.isEmpty)
        // The descriptions for people name histograms as a whole; promtool tries the expressions.
        #expect(names.subtracting(declared).subtracting(ServerMetrics.table.map(\.name)).isEmpty)
    }

    @Test("Every panel of the dashboard uses our metrics, and every metric is on it")
    func dashboard() throws {
        let questions = try MetricFiles.questions()
        for (panel, expression) in questions {
            #expect(!names(in: expression).isEmpty, "\(panel)")
            #expect(names(in: expression).isSubset(of: declared), "\(panel)")
        }
        let asked = names(in: questions.map(\.expression).joined(separator: "\n"))
        let forgotten = ServerMetrics.table.filter { asked.isDisjoint(with: $0.sampleNames) }.map(\.name)
        #expect(forgotten == ["process_start_time_seconds"])
    }

    @Test("The captioner's metrics are declared")
    func captionMetrics() {
        let registry = ServerMetrics.registry()
        let stage = [("stage", "vision")]
        Timer(label: "image_to_song_caption_stage_seconds", dimensions: stage, factory: registry).recordMilliseconds(30)
        Recorder(label: "image_to_song_batch_size", factory: registry).record(3)
        Counter(label: "image_to_song_tokens_total", factory: registry).increment(by: 11)
        Gauge(label: "image_to_song_queue_length", factory: registry).record(2)
        let lines = registry.text().split(separator: "\n").map { String($0) }
        for line in [
            "# TYPE image_to_song_caption_stage_seconds histogram",
            "image_to_song_caption_stage_seconds_bucket{stage=\"vision\",le=\"0.0005\"} 0",
            "image_to_song_caption_stage_seconds_bucket{stage=\"vision\",le=\"0.05\"} 1",
            "image_to_song_batch_size_bucket{le=\"2\"} 0", "image_to_song_batch_size_bucket{le=\"3\"} 1",
            "image_to_song_tokens_total 11", "image_to_song_queue_length 2", "image_to_song_captions_total 0",
        ] { #expect(lines.contains(line)) }
    }
}
