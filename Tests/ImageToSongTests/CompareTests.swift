import Foundation
import StandIns
import Testing

@Suite("compare", .heavy)
struct CompareTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")

    private func path(_ name: String) -> String { Self.repository.appendingPathComponent(name).path }

    /// Runs `compare` on a folder with some of the sample pictures, and what else is put there.
    private func compare(
        _ samples: [String], others: [String: String] = [:], _ arguments: String..., model: String = "Models/demo"
    ) throws -> Finished {
        defer { try? FileManager.default.removeItem(at: folder) }
        let pictures = try folder.appendingPathComponent("pictures").created()
        for name in samples {
            try FileManager.default.copyItem(
                atPath: path("Samples/\(name)"), toPath: pictures.appendingPathComponent(name).path)
        }
        for (name, text) in others { try Data(text.utf8).write(to: pictures.appendingPathComponent(name)) }
        return try Finished(
            ["compare", pictures.path, "--model", path(model)] + arguments,
            environment: ["MODEL_CACHE_DIR": folder.appendingPathComponent("cache").path])
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("compare --json reports every caption, and each precision against the first")
    func answersInJSON() throws {
        let finished = try compare(
            ["beach-day.jpg", "campfire-night.jpg"], others: ["notes.txt": "not looked at", ".hidden.jpg": ""],
            "--json", "--max-new-tokens", "6")
        try #require(finished.status == 0, "\(finished.complaints)")
        let report = try object(finished.output)
        #expect(report["reference"] as? String == "fp32")
        let rows = try #require(report["precisions"] as? [[String: Any]])
        #expect(rows.map { $0["precision"] as? String } == ["fp32", "int8", "int4"])
        #expect(rows[0]["equal_captions"] as? Double == 1 && rows[0]["word_overlap"] as? Double == 1)
        let bytes = rows.compactMap { $0["model_bytes"] as? Int }
        #expect(bytes.count == 3 && bytes[0] > bytes[1] && bytes[1] > bytes[2])
        for row in rows {
            #expect(try #require(row["seconds_per_picture"] as? Double) > 0)
            #expect(try #require(row["rss_bytes"] as? Int) > 0)
        }
        let pictures = try #require(report["pictures"] as? [[String: Any]])
        try #require(pictures.count == 2)
        let captions = pictures.compactMap { $0["captions"] as? [String: String] }
        #expect(captions.allSatisfy { Set($0.keys) == ["fp32", "int8", "int4"] })
        #expect(captions[0]["fp32"]?.contains("beach") == true && captions[1]["int8"]?.contains("campfire") == true)
        // The shares are those of the captions that are told beside them.
        for (row, precision) in zip(rows, ["fp32", "int8", "int4"]) {
            let equal = captions.count { $0[precision] == $0["fp32"] }
            #expect(row["equal_captions"] as? Double == Double(equal) / 2)
        }
    }

    @Test("compare prints a table without --json")
    func printsATable() throws {
        let finished = try compare(
            ["beach-day.jpg", "campfire-night.jpg"], "--precisions", "fp32,int4", "--max-new-tokens", "4", "--all")
        try #require(finished.status == 0, "\(finished.complaints)")
        #expect(finished.output.contains("2 pictures; captions held against those at fp32"))
        for word in ["precision", "same captions", "same words", "s a picture", "model, MB"] {
            #expect(finished.output.contains(word), "\(word)")
        }
        #expect(finished.output.split(separator: "\n").contains { $0.hasPrefix("int4 ") })
    }

    @Test("compare names, skips and counts an unreadable picture")
    func skips() throws {
        let finished = try compare(
            ["beach-day.jpg"], others: ["broken.JPG": "no picture"], "--precisions", "int8,fp32", "--max-new-tokens",
            "4", "--json")
        #expect(finished.status == 1)
        #expect(finished.complaints.contains("broken.JPG: The file is not a picture of a known format."))
        #expect(finished.complaints.split(separator: "\n").count { $0.contains("broken.JPG") } == 1)
        let report = try object(finished.output)
        #expect(report["reference"] as? String == "int8")
        #expect((report["pictures"] as? [[String: Any]])?.count == 1)
        #expect((report["skipped"] as? [[String: String]])?.count == 1)
    }

    @Test("compare fails on a folder without readable pictures")
    func refusesFolders() throws {
        let none = try compare([], others: ["notes.txt": "text"])
        #expect(none.status == 1 && none.complaints.contains("There are no pictures in"))
        let broken = try compare([], others: ["broken.png": "text"], model: "Tests/Fixtures/opt-pre-norm")
        #expect(broken.status == 1 && broken.complaints.contains("None of the pictures in"))
        let missing = try Finished(["compare", "/nowhere"], environment: [:])
        #expect(missing.status == 1 && missing.complaints.contains("There is no folder /nowhere."))
        let file = try Finished(["compare", path("README.md")], environment: [:])
        #expect(file.status == 1 && file.complaints.contains("is a file; name the folder"))
        #expect(none.output == "" && broken.output == "")
    }

    @Test(
        "Wrong usage ends with status 2",
        arguments: [
            [], ["--precisions", "fp32"], ["--precisions", "fp32,int3"], ["--precisions", ""],
            ["--precisions", "int8,int8"], ["--precision", "int8"], ["--beams", "17"],
        ])
    func refusesUsage(_ arguments: [String]) throws {
        let finished = try Finished(
            ["compare"] + (arguments.isEmpty ? [] : [path("Samples")]) + arguments, environment: [:])
        #expect(finished.status == 2)
        #expect(finished.output == "")
        #expect(finished.complaints.contains("Usage:"))
    }
}
