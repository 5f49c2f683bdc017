import Foundation
import StandIns
import Testing

@Suite("Killed import", .heavy)
struct KilledImportTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("killed-import-\(UUID())")

    private func run(_ arguments: String...) throws -> Finished { try Finished(arguments, environment: environment) }

    private var environment: [String: String] {
        ["MODEL_CACHE_DIR": folder.path, "SONG_CATALOGUE": folder.appendingPathComponent("my.sqlite").path]
    }

    private func file(_ name: String, _ content: String) throws -> String {
        let url = folder.appendingPathComponent(name)
        try Data(content.utf8).write(to: url)
        return url.path
    }

    /// What SQLite holds of the catalogue on the disk, with what is not in the file proper yet.
    private func bytesWritten() -> Int {
        ["my.sqlite", "my.sqlite-wal"].reduce(0) { sum, name in
            let path = folder.appendingPathComponent(name).path
            let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
            return sum + (size?.intValue ?? 0)
        }
    }

    /// Imports a list, and kills the import once a megabyte of it is on the disk.
    ///
    /// Holds its thread, since a task that waits among busy tests may come too late.
    ///
    /// - Returns: whether it was killed; false where it ended before.
    private func killImport(of list: String) throws -> Bool {
        let before = bytesWritten()
        let running = try Running(["songs", "import", list], environment: environment)
        defer { running.forget() }
        while bytesWritten() <= before + 1 << 20, running.process.isRunning { Thread.sleep(forTimeInterval: 0.002) }
        kill(running.process.processIdentifier, SIGKILL)
        running.process.waitUntilExit()
        return running.process.terminationReason == .uncaughtSignal
    }

    @Test("A killed import leaves the catalogue unchanged, and importing again succeeds")
    func killed() throws {
        _ = try folder.created()
        defer { try? FileManager.default.removeItem(at: folder) }
        let own = try file("own.csv", "title,artist\nMine,Me\n")
        #expect(try run("songs", "import", own).output.contains("1 new"))
        let before = try run("songs", "stats", "--json").output
        #expect(before.contains(#""csv":1,"#))
        // The longer lists are for machines that are faster than the look at the file.
        for count in [80_000, 320_000, 1_280_000] {
            let rows = (0..<count).map { "Song \($0),Artist \($0 % 5000)\n" }.joined()
            let list = try file("many.csv", "title,artist\n" + rows)
            guard try killImport(of: list) else {
                #expect(try run("songs", "remove", "--source", "csv").status == 0)
                #expect(try run("songs", "import", own).output.contains("1 new"))
                continue
            }
            #expect(try run("songs", "stats", "--json").output == before)
            #expect(try run("songs", "search", "song 99").output == "")
            #expect(try run("songs", "import", list).output == "\(list): \(count) new, 0 changed, 0 as they were\n")
            let after = try run("songs", "stats", "--json").output
            #expect(after.contains("\"csv\":\(count + 1),"))
            return
        }
        Issue.record("No import could be killed before it ended.")
    }
}
