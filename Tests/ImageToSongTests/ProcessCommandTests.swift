import Foundation
import StandIns
import Testing

@Suite("process", .heavy)
struct ProcessCommandTests {
    private let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")

    private func path(_ name: String) -> String { repository.appendingPathComponent(name).path }

    private func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Finished {
        try Finished(["process"] + arguments, environment: environment)
    }

    private func objects(_ finished: Finished) throws -> [[String: Any]] {
        try finished.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test("Prints a picture's sizes and colours")
    func lines() throws {
        let picture = path("Samples/harbour-evening.jpg")
        let finished = try run(picture)
        #expect(finished.status == 0)
        let lines = finished.output.split(separator: "\n")
        #expect(lines.first.map(String.init) == picture)
        #expect(lines[1].hasPrefix("  JPEG 720 × 480, 93612 bytes → JPEG 384 × 256, "))
        #expect((1...5).contains(lines.count - 3))
        #expect(lines.last?.hasPrefix("  mood: ") == true)
        for line in lines[2...].dropLast() { #expect(line.contains(/^  #[0-9a-f]{6} +\d+\.\d %  [a-z ]+$/)) }
    }

    @Test("--json writes the HTTP answer's keys, one line per picture, also for failures")
    func json() throws {
        let finished = try run(
            "--json", path("Samples/harbour-evening.jpg"), path("README.md"),
            environment: ["TARGET_IMAGE_WIDTH": "60", "TARGET_IMAGE_HEIGHT": "60"])
        #expect(finished.status == 1)
        #expect(finished.complaints.contains("README.md: The file is not a picture of a known format."))
        let objects = try objects(finished)
        try #require(objects.count == 2)
        #expect(
            Set(objects[0].keys) == [
                "success", "file", "original_image", "processed_image", "dominant_colors", "mood",
                "processing_time_seconds",
                "timestamp",
            ])
        let processed = try #require(objects[0]["processed_image"] as? [String: Any])
        #expect(processed["size"] as? [Int] == [60, 40])
        #expect((objects[0]["original_image"] as? [String: Any])?["filename"] as? String == "harbour-evening.jpg")
        #expect(objects[1]["success"] as? Bool == false)
        #expect(objects[1]["error"] is String)
    }

    @Test("A picture that cannot be read is named and does not stop the others")
    func goesOn() throws {
        let finished = try run("/nowhere.jpg", path("Samples/beach-day.jpg"))
        #expect(finished.status == 1)
        #expect(finished.complaints.contains("/nowhere.jpg: The file cannot be read"))
        #expect(finished.output.contains("beach-day.jpg"))
    }

    @Test("--out writes JPEGs without overwriting the input or other files")
    func writes() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let input = folder.appendingPathComponent("beach-day.jpg")
        try FileManager.default.copyItem(atPath: path("Samples/beach-day.jpg"), toPath: input.path)
        let original = try Data(contentsOf: input)
        for _ in 0..<2 { #expect(try run("--out", folder.path, input.path).status == 0) }
        #expect(try Data(contentsOf: input) == original)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == ["beach-day-2.jpg", "beach-day-3.jpg", "beach-day.jpg"])
        let small = try Data(contentsOf: folder.appendingPathComponent("beach-day-2.jpg"))
        #expect(small.starts(with: [0xFF, 0xD8, 0xFF]) && small.count < original.count)
        let written = try run("--json", "--out", folder.appendingPathComponent("new/folder").path, input.path)
        #expect((try objects(written).first?["out"] as? String)?.hasSuffix("new/folder/beach-day.jpg") == true)
    }

    @Test("Exits with 1 and a sentence if the output folder cannot be made")
    func refusesFolder() throws {
        let finished = try run("--out", path("README.md"), path("Samples/beach-day.jpg"))
        #expect(finished.status == 1)
        #expect(finished.complaints.contains("cannot be made"))
    }

    @Test(
        "Wrong usage ends with status 2", arguments: [["process"], ["process", "--out"], ["process", "--x", "a.jpg"]])
    func refusesUsage(_ arguments: [String]) throws {
        let finished = try Finished(arguments, environment: [:])
        #expect(finished.status == 2)
        #expect(finished.complaints.contains("Usage:"))
    }
}
