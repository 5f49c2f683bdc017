import Foundation
import StandIns
import Testing

@Suite("bench songs", .heavy)
struct BenchSongsTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")

    private func bench(_ arguments: [String]) throws -> Finished {
        try Finished(["bench", "songs"] + arguments, environment: ["MODEL_CACHE_DIR": folder.path])
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func write(_ text: String, _ name: String) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    /// Twenty calm songs and twenty fierce ones; a quoted title with a comma and a quote.
    private var catalogue: String {
        var lines = ["title,artist,moods,themes,mode,tempo_marking"]
        for number in 1...20 {
            lines.append("\"Lake, \"\"\(number)\"\"\",Composer \(number),calm;peaceful,water,major,Adagio")
            lines.append("Battle \(number),Other \(number),fierce,war,minor,Presto")
        }
        return lines.joined(separator: "\r\n")
    }

    private let moments = """
        {"moments": [
          {"id": "lake", "caption": "a lake in the morning, still water", "palette": [{"hex": "#a8c0d0", "share": 1}],
           "valence": [0, 1], "arousal": [-1, 0],
           "first": ["calm"], "never": ["fierce"], "themes": ["water"]},
          {"id": "battle", "caption": "soldiers at war", "valence": [0, 1], "arousal": [0, 1],
           "first": ["fierce"], "never": ["calm"]}
        ]}
        """

    @Test("Times indexing and ranking for each size, with and without embeddings")
    func measuresSpeed() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let finished = try bench(["--rows", "50", "--rows", "120", "--repeat", "3", "--json"])
        try #require(finished.status == 0, "\(finished.complaints)")
        let sizes = try #require(try object(finished.output)["sizes"] as? [[String: Any]])
        #expect(sizes.map { $0["songs"] as? Int } == [50, 120])
        #expect(sizes.map { $0["vector_bytes"] as? Int } == [50 * 388, 120 * 388])
        for size in sizes {
            let file = try #require(size["file"] as? [String: Any])
            #expect((file["rows_per_second"] as? Double ?? 0) > 0 && (file["file_bytes"] as? Int ?? 0) > 0)
            for key in ["rank", "rank_with_embeddings"] {
                let times = try #require(size[key] as? [String: Double])
                #expect(try #require(times["median_ms"]) > 0)
                #expect(try #require(times["p95_ms"]) >= times["median_ms"] ?? .infinity)
            }
        }
        let table = try bench(["--rows", "50", "--repeat", "1"]).output
        #expect(table.split(separator: "\n").count == 2)
    }

    @Test("Easy moments score high, chance scores low, and every process gives the same result")
    func measuresQuality() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let arguments = [
            "--quality", try write(moments, "moments.json"), "--catalogue", try write(catalogue, "songs.csv"), "--json",
            "--no-embeddings",
        ]
        let finished = try bench(arguments)
        try #require(finished.status == 0, "\(finished.complaints)")
        let report = try object(finished.output)
        #expect(report["songs"] as? Int == 40)
        #expect(report["moments"] as? Int == 2)
        #expect(report["moods_within_region"] as? Double == 0.5)
        let ways = try #require(report["ways"] as? [[String: Any]])
        func mean(_ name: String, _ measure: String) throws -> Double {
            let way = try #require(ways.first { $0["name"] as? String == name })
            return try #require((way[measure] as? [String: Double])?["mean"])
        }
        for name in ["all of it", "mood alone", "tags alone", "without mood tags: all of it"] {
            #expect(try mean(name, "precision_at_10") == 1, "\(name)")
            #expect(try mean(name, "violations_at_10") == 0, "\(name)")
            #expect(try mean(name, "ndcg_at_10") == 1, "\(name)")
        }
        #expect((0.3...0.7).contains(try mean("random", "precision_at_10")))
        #expect((3...7).contains(try mean("random", "violations_at_10")))
        #expect(try mean("random", "difference") < 0)
        #expect(try bench(arguments).output == finished.output)
        let odd = try bench(arguments + ["--moments", "odd"])
        #expect(try object(odd.output)["moments"] as? Int == 1)
    }

    @Test("Refuses files that are not moments or song lists, and says why")
    func refuses() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let good = try write(moments, "moments.json")
        let cases = [
            (["--quality", "/none/there.json"], "cannot be read as moments"),
            (["--quality", try write("{\"moments\": []}", "empty.json")], "has no moments"),
            (["--quality", good, "--catalogue", "/none/there.csv"], "cannot be opened"),
            (["--quality", good, "--catalogue", try write("price\n1", "other.csv")], "no column for titles"),
            (["--rows", "0"], "--rows may be"), (["--repeat", "0"], "--repeat may be"),
        ]
        for (arguments, message) in cases {
            let finished = try bench(arguments)
            #expect(finished.status != 0)
            #expect(finished.complaints.contains(message), "\(finished.complaints)")
        }
    }
}
