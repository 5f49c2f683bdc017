import Foundation
import StandIns
import Testing

@Suite("match and songs", .heavy)
struct SongsCommandTests {
    private let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("songs-command-\(UUID())")

    private func run(_ arguments: String...) throws -> Finished {
        try Finished(arguments, environment: ["MODEL_CACHE_DIR": folder.path, "PRECISION": "fp32"])
    }

    private func file(_ name: String, _ content: String) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let url = folder.appendingPathComponent(name)
        try Data(content.utf8).write(to: url)
        return url.path
    }

    @Test("match gives a caption, a mood and songs with reasons, the same each time")
    func match() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let picture = repository.appendingPathComponent("Samples/harbour-evening.jpg").path
        let playlist = folder.appendingPathComponent("evening.m3u8").path
        let first = try run("match", picture, "--limit", "3", "--playlist", playlist)
        #expect(first.status == 0, "\(first.complaints)")
        let lines = first.output.split(separator: "\n")
        #expect(lines.count == 8)
        #expect(lines[0].contains("harbour") && lines[1].hasPrefix("mood: "))
        #expect(lines[1].contains("quiet") && lines[1].contains("colours"))
        #expect(lines[2].hasPrefix("1. ") && lines[3].hasPrefix("   ") && lines[3].hasSuffix("."))
        #expect(try run("match", picture, "--limit", "3").output == first.output)
        #expect(try String(contentsOfFile: playlist, encoding: .utf8).count { $0 == "\n" } == 2 + 2 * 3)
        let again = try run("match", picture, "--playlist", playlist)
        #expect(again.status == 1 && again.complaints.contains("there already"))
    }

    @Test("match --json uses HTTP's names; an unreadable picture does not stop the others")
    func matchJSON() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let picture = repository.appendingPathComponent("Samples/storm-at-sea.jpg").path
        let finished = try run(
            "match", "/nowhere.jpg", picture, "--json", "--genre", "baroque", "--years", "1700-1750", "--exclude", "1")
        #expect(finished.status == 1 && finished.complaints.contains("/nowhere.jpg"))
        let objects = try finished.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(objects.count == 2)
        #expect(Set(objects[1].keys) == ["file", "caption", "mood", "palette", "songs"])
        let songs = try #require(objects[1]["songs"] as? [[String: Any]])
        #expect(!songs.isEmpty)
        for song in songs {
            #expect(Set(song.keys) == ["song", "score", "components", "reason", "links"])
            let year = try #require((song["song"] as? [String: Any])?["year"] as? Int)
            #expect((1700...1750).contains(year))
        }
    }

    @Test("songs imports, counts, finds, exports and removes")
    func keeping() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let catalogue = folder.appendingPathComponent("my.sqlite").path
        let list = try file("list.csv", "title,artist,year\nZebra Stripes,Somebody,1999\n,Nobody,\n")
        let imported = try run("songs", "import", list, "--catalogue", catalogue)
        #expect(imported.status == 0)
        #expect(imported.output == "\(list): 1 new, 0 changed, 0 as they were, 1 left out\n")
        #expect(imported.complaints.contains("\(list), line 3: the title is empty"))
        #expect(try run("songs", "import", list, "--catalogue", catalogue, "--json").output.contains(#""unchanged":1"#))
        let statistics = try run("songs", "stats", "--catalogue", catalogue)
        #expect(statistics.output.contains("csv 1") && statistics.output.contains("starter"))
        let found = try run("songs", "search", "zebra", "--catalogue", catalogue)
        #expect(found.output.hasSuffix("\tZebra Stripes – Somebody, 1999\n"))
        let out = folder.appendingPathComponent("zebra.csv").path
        #expect(try run("songs", "export", "zebra", "--out", out, "--catalogue", catalogue).status == 0)
        #expect(try String(contentsOfFile: out, encoding: .utf8).contains("Zebra Stripes,Somebody,,1999"))
        let removed = try run("songs", "remove", "--source", "csv", "--catalogue", catalogue)
        #expect(removed.output == "1 removed\n")
        let table = folder.appendingPathComponent("none.m3u8").path
        let exported = try run("songs", "export", "zebra", "--out", table, "--catalogue", catalogue, "--json")
        #expect(exported.output == "{\"file\":\"\(table)\",\"songs\":0}\n")
        let gone = try run("songs", "remove", "1", "2", "999999", "--catalogue", catalogue, "--json")
        #expect(gone.output == "{\"removed\":2}\n" && gone.status == 1)
        #expect(gone.complaints.contains("not in the catalogue"))
        #expect(try run("songs", "remove", "999999", "--catalogue", catalogue).status == 1)
    }

    @Test(
        "Wrong usage of match and songs names the flag",
        arguments: [
            (["match", "x.jpg", "--limit", "0"], "--limit"), (["match", "x.jpg", "--valence", "0.5"], "--arousal"),
            (["match", "x.jpg", "--valence", "2", "--arousal", "0"], "--valence"),
            (["match", "x.jpg", "--years", "2000"], "--years"),
            (["match", "x.jpg", "--tempo", "90-60"], "--tempo"),
            (["match", "x.jpg", "--years", "1990--2000"], "--years"),
            (["match", "x.jpg", "--playlist", "x.mp3"], ".m3u8"),
            (["songs", "remove"], "--source"), (["songs", "search", "--limit", "0"], "--limit"),
            (["songs", "export", "--out", "x.txt"], ".m3u8"), (["songs", "import", "x", "--format", "mp3"], "format"),
        ])
    func usage(arguments: [String], word: String) throws {
        let finished = try Finished(arguments, environment: ["MODEL_CACHE_DIR": folder.path])
        #expect(finished.status == 2)
        #expect(finished.complaints.contains(word))
    }

    @Test("songs import names a missing list and a list without titles")
    func badLists() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let table = try file("prices.csv", "price\n1\n")
        let good = try file("good.csv", "title\nA\n")
        let finished = try run("songs", "import", "/nowhere.csv", table, good)
        #expect(finished.status == 1)
        #expect(finished.complaints.contains("/nowhere.csv: ") && finished.complaints.contains("no column for titles"))
        #expect(finished.output == "\(good): 1 new, 0 changed, 0 as they were\n")
    }
}
