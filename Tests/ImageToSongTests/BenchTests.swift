import Foundation
import StandIns
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite("bench", .heavy)
struct BenchTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")

    private func bench(_ arguments: String...) throws -> Finished {
        try Finished(["bench"] + arguments, environment: ["MODEL_CACHE_DIR": folder.path])
    }

    private func object(_ line: some StringProtocol) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test("--json reports loading, memory, stages, beams, batches, clients and the machine's limits")
    func answersInJSON() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let finished = try bench(
            "--model", Self.repository.appendingPathComponent("Models/demo").path, "--json", "--repeat", "1",
            "--tokens", "3", "--seconds", "0", "--clients", "1", "--clients", "3")
        try #require(finished.status == 0, "\(finished.complaints)")
        let report = try object(finished.output)
        #expect(report["tokens"] as? Int == 3)
        #expect((report["instructions"] as? String)?.isEmpty == false)

        let load = try #require(report["load"] as? [String: Any])
        #expect(load["was_compiled"] as? Bool == false)
        for key in ["compile_seconds", "seconds", "again_seconds", "first_caption_seconds"] {
            #expect(try #require(load[key] as? Double) > 0, "\(key)")
        }
        let memory = try #require(load["memory"] as? [String: Int])
        #expect(try #require(memory["peak_rss_bytes"]) >= memory["rss_bytes"] ?? .max)
        #expect(try #require(memory["rss_bytes"]) >= memory["rss_anon_bytes"] ?? .max)

        let roofline = try #require(report["roofline"] as? [[String: Double]])
        // One before each way's only turn.
        #expect(roofline.count == 6)
        #expect(roofline.allSatisfy { $0.values.allSatisfy { $0 > 0 } && $0.count == 2 })

        let clients = try #require(report["concurrency"] as? [[String: Double]])
        #expect(clients.map { $0["clients"] } == [1, 3])
        #expect(clients.map { $0["captions"] } == [1, 3])
        #expect(clients.allSatisfy { $0["captions_per_second"] ?? 0 > 0 })
        try checkWays(try #require(report["ways"] as? [[String: Any]]))
    }

    /// One picture, three and five beams, two, four and eight pictures: each with times and shares that fit together.
    private func checkWays(_ ways: [[String: Any]]) throws {
        #expect(ways.map { $0["pictures"] as? Int } == [1, 1, 1, 2, 4, 8])
        #expect(ways.map { $0["beams"] as? Int } == [1, 3, 5, 1, 1, 1])
        var operations: [Int] = []
        for way in ways {
            let total = try #require(way["total_seconds"] as? Double)
            let parts = try ["vision", "qformer", "prefill"].map { try #require(way["\($0)_seconds"] as? Double) }
            let step = try #require(way["step_seconds"] as? Double)
            #expect(parts.allSatisfy { $0 > 0 } && step > 0)
            // With one turn, the medians are that turn's: its stages fit into it.
            #expect(parts.reduce(2 * step, +) <= total * 1.000_001)
            let rate = try #require(way["captions_per_second"] as? Double)
            #expect(abs(rate * total - Double(way["pictures"] as? Int ?? 0)) < 1e-6)

            let shares = try #require(way["shares"] as? [[String: Any]])
            #expect(shares.map { $0["stage"] as? String } == ["vision", "qformer", "prefill", "step"])
            for share in shares {
                let least = try #require(share["least_seconds"] as? Double)
                let seconds = try #require(share["seconds"] as? Double)
                #expect(abs(try #require(share["share"] as? Double) - least / seconds) < 1e-9)
                #expect(["arithmetic", "memory"].contains(share["bound"] as? String))
                #expect(try #require(share["bytes"] as? Int) > 0)
            }
            operations.append(try #require(shares[0]["operations"] as? Int))
        }
        #expect(operations == [1, 1, 1, 2, 4, 8].map { $0 * operations[0] })
    }

    @Test("Measures only the given --parts, also with T5; fp32 has no share of an integer peak")
    func measuresParts() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let finished = try bench(
            "--model", Self.repository.appendingPathComponent("Tests/Fixtures/t5-flan-form").path, "--json",
            "--precision", "fp32", "--repeat", "1", "--tokens", "2", "--parts", "stages,roofline")
        try #require(finished.status == 0, "\(finished.complaints)")
        let report = try object(finished.output)
        #expect(report["load"] == nil && report["concurrency"] == nil)
        let ways = try #require(report["ways"] as? [[String: Any]])
        #expect(ways.count == 1)
        let shares = try #require(ways[0]["shares"] as? [[String: Any]])
        #expect(shares.map { $0["share"] != nil } == [false, false, false, true])
    }

    @Test("Every table has a heading; the plot is valid XML for any model name")
    func drawsAPlot() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let model = try folder.created().appendingPathComponent("a <b> & \"c\"")
        try FileManager.default.copyItem(
            at: Self.repository.appendingPathComponent("Tests/Fixtures/opt-pre-norm"), to: model)
        let plot = folder.appendingPathComponent("plot.svg")
        let finished = try bench(
            "--model", model.path, "--repeat", "1", "--tokens", "2", "--seconds", "0", "--clients", "2", "--plot",
            plot.path, "--picture", Self.repository.appendingPathComponent("Samples/beach-day.jpg").path)
        try #require(finished.status == 0, "\(finished.complaints)")
        for heading in ["The machine's limits", "Loading", "Captions ", "1 picture, greedy ", "Clients "] {
            #expect(finished.output.contains("\n\(heading)"), "\(heading)")
        }
        let parsed = DrawingText()
        let parser = XMLParser(data: try Data(contentsOf: plot))
        parser.delegate = parsed
        #expect(parser.parse())
        #expect(parsed.elements.first == "svg")
        #expect(parsed.texts.contains { $0.contains("a <b> & \"c\"") })
        for word in ["vision", "qformer", "prefill", "step", "2 clients"] {
            #expect(parsed.texts.contains(word), "\(word)")
        }
    }

    @Test("Fails with a sentence if the plot cannot be written")
    func refusesPlot() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let finished = try bench(
            "--model", Self.repository.appendingPathComponent("Tests/Fixtures/opt-pre-norm").path, "--parts", "stages",
            "--repeat", "1", "--tokens", "2", "--plot", "/nowhere/plot.svg")
        #expect(finished.status == 1)
        #expect(finished.complaints.contains("/nowhere/plot.svg cannot be written"))
    }

    @Test("bench turns measures a turn for each valid line of standard input")
    func takesTurns() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        // What the program says is read from a file: a shell brings the lines.
        let finished = try Finished(
            [
                "-c", #"printf '1 1\n2 3\nmany 1\n' | "$0" "$@""#, Program.built.path, "bench", "turns", "--tokens",
                "2",
                "--model", Self.repository.appendingPathComponent("Tests/Fixtures/opt-pre-norm").path,
            ], environment: ["MODEL_CACHE_DIR": folder.path], program: URL(fileURLWithPath: "/bin/sh"))
        #expect(finished.status == 1)
        #expect(finished.complaints.contains("\"many 1\" is no number of pictures and number of beams"))
        let lines = try finished.output.split(separator: "\n").map(object)
        try #require(lines.count == 3)
        #expect(lines[0]["load"] is [String: Any])
        for line in lines[1...] { #expect(try #require(line["seconds"] as? Double) > 0) }
    }

    @Test(
        "Wrong usage ends with status 2",
        arguments: [
            ["--parts", "load,nonsense"], ["--parts", ""], ["--repeat", "0"], ["--tokens", "1"], ["--clients", "0"],
            ["--seconds", "-1"], ["--precision", "int3"], ["nonsense"], ["turns", "--tokens", "0"],
        ])
    func refusesUsage(_ arguments: [String]) throws {
        let finished = try Finished(["bench"] + arguments, environment: [:])
        #expect(finished.status == 2)
        #expect(finished.output == "")
        #expect(finished.complaints.contains("Usage:"))
    }
}

/// What stands in a drawing.
private final class DrawingText: NSObject, XMLParserDelegate {
    private(set) var elements: [String] = []
    private(set) var texts: [String] = []
    private var current = ""

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        elements.append(name)
        current = ""
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        current += text
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if name == "text" { texts.append(current) }
    }
}
