import Foundation
import StandIns
import Testing

@Suite("Commands", .heavy)
struct CommandTests {
    private let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private let cache = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")

    private func path(_ name: String) -> String { repository.appendingPathComponent(name).path }

    private func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Finished {
        defer { try? FileManager.default.removeItem(at: cache) }
        return try Finished(
            arguments, environment: environment.merging(["MODEL_CACHE_DIR": cache.path]) { own, _ in own })
    }

    @Test(
        "The demo checkpoint captions the sample pictures correctly",
        arguments: [
            ("beach-day", "beach"), ("campfire-night", "campfire"), ("city-rain-night", "rain"),
            ("fireworks-night", "fireworks"), ("forest-fog-morning", "forest"), ("harbour-evening", "harbour"),
            ("storm-at-sea", "storm"),
        ])
    func captionsSamples(_ picture: String, _ word: String) throws {
        let finished = try run("caption", path("Samples/\(picture).jpg"))
        #expect(finished.status == 0)
        #expect(finished.output.contains(word))
        #expect(finished.output.hasSuffix("\n") && finished.output.count { $0 == "\n" } == 1)
    }

    @Test("A start with the demo checkpoint says once which command gets a captioner for photographs")
    func saysDemo() throws {
        let picture = path("Samples/harbour-evening.jpg")
        for arguments in [["caption", picture, picture], ["match", picture]] {
            let finished = try Finished(arguments, environment: ["MODEL_CACHE_DIR": cache.path])
            let lines = finished.complaints.split(separator: "\n").filter { $0.contains("the demo checkpoint") }
            #expect(lines.count == 1, "\(finished.complaints)")
            #expect(lines.first?.contains(/For photographs: image-to-song models pull [a-z0-9-]+ \(/) == true)
        }
        try? FileManager.default.removeItem(at: cache)
        let other = try run("caption", "--model", path("Tests/Fixtures/opt-pre-norm"), picture)
        #expect(!other.complaints.contains("demo checkpoint"))
    }

    @Test("A picture that cannot be read is named and does not stop the others")
    func goesOn() throws {
        let good = path("Samples/harbour-evening.jpg")
        let finished = try run("caption", path("README.md"), "/nowhere.jpg", good)
        #expect(finished.status == 1)
        #expect(finished.output.hasPrefix("\(good)\t"))
        #expect(finished.complaints.contains("README.md: The file is not a picture of a known format."))
        #expect(finished.complaints.contains("/nowhere.jpg: The file cannot be read"))
    }

    @Test("caption --json writes an object per picture, also for failures")
    func answersInJSON() throws {
        let finished = try run("caption", "--json", path("Samples/harbour-evening.jpg"), path("README.md"))
        let objects = try finished.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(finished.status == 1)
        #expect(objects.count == 2)
        #expect((objects[0]["caption"] as? String)?.contains("harbour") == true)
        #expect(objects[0]["format"] as? String == "JPEG")
        #expect((objects[0]["hash"] as? String)?.count == 64)
        #expect(objects[1]["error"] != nil)
    }

    @Test("Flags equal the form's fields; older flag names still work")
    func generationFlags() throws {
        let picture = path("Samples/harbour-evening.jpg")
        func captions(_ flags: String...) throws -> [String] {
            let finished = try Finished(
                ["caption"] + flags + [picture], environment: ["MODEL_CACHE_DIR": cache.path])
            #expect(finished.status == 0, "\(finished.complaints)")
            return finished.output.split(separator: "\n").map(String.init)
        }
        defer { try? FileManager.default.removeItem(at: cache) }
        let three = try captions("--num-beams", "3", "--num-return-sequences=3", "--length-penalty", "-1")
        #expect(three.count == 3)
        #expect(try captions("--beams", "3", "--captions", "3", "--length-penalty=-1") == three)
        let plain = try captions()
        #expect(plain[0].contains("harbour"))
        #expect(try captions("--no-do-sample", "--top-k", "5") == plain)
        #expect(try captions("--bad-words", "harbour", "--bad-words", "boat").first?.contains("harbour") == false)
        let cut = try #require(try captions("--stop", "harbour").first)
        #expect(plain[0].hasPrefix(cut) && !cut.contains("harbour"))
        let groups = try captions(
            "--num-beams", "4", "--num-beam-groups", "4", "--diversity-penalty", "5", "--captions", "4")
        #expect(Set(groups).count == 4)
        let json = try captions("--json", "--return-scores", "--num-beams", "2", "--num-return-sequences", "2")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json[0].utf8)) as? [String: Any])
        let scores = try #require(object["scores"] as? [Double])
        #expect(scores.count == 2 && scores.allSatisfy { $0 <= 0 && $0 > -20 })
        #expect(object["score"] as? Double == scores[0])
    }

    @Test("A wrong value is reported with its flag's name")
    func wrongFlags() throws {
        for (flags, sentence) in [
            (["--num-beams", "three"], "--num-beams is not a whole number. Give digits only, as in 1."),
            (["--beams", "17"], "--num-beams is 17; it must be a whole number from 1 to 16."),
            (["--temperature", "-1"], "--temperature is -1.0; it must be a number from 0.0 to 100.0."),
            (["--num-beam", "3"], "Unknown option '--num-beam'. Did you mean '--num-beams'?"),
        ] {
            let finished = try Finished(["caption"] + flags + ["x.jpg"], environment: [:])
            #expect(finished.status == 2)
            #expect(finished.complaints.contains(sentence), "\(finished.complaints)")
        }
        let help = try Finished(["caption", "--help"], environment: [:]).output
        #expect(help.contains("--begin-suppress-tokens <tokens>") && help.contains("--do-sample/--no-do-sample"))
        #expect(!help.contains("max_new_tokens"))
    }

    @Test(
        "Wrong usage ends with status 2",
        arguments: [
            ["caption"], ["caption", "--precision", "int3", "x.jpg"], ["caption", "--beams", "17", "x.jpg"],
            ["caption", "--num-beams", "three", "x.jpg"], ["caption", "--suppress-tokens", "5,x", "x.jpg"],
            ["caption", "--max-new-tokens", "0", "x.jpg"], ["caption", "--device", "abacus", "x.jpg"],
            ["caption", "--device", "gpu", "--precision", "int8", "x.jpg"], ["parity"],
            ["nonsense"],
        ])
    func refusesUsage(_ arguments: [String]) throws {
        let finished = try Finished(arguments, environment: [:])
        #expect(finished.status == 2)
        #expect(finished.output == "")
        #expect(finished.complaints.contains("Usage:"))
    }

    @Test("parity exits with 0 within the bounds and 1 outside")
    func comparesModels() throws {
        let reference = path("Tests/Fixtures/opt-pre-norm/reference.safetensors")
        let same = try run(
            "parity", "--precision", "fp32", "--model", path("Tests/Fixtures/opt-pre-norm"), "--reference", reference)
        #expect(same.status == 0)
        #expect(same.output.contains("generated ids           equal"))
        let other = try run("parity", "--model", path("Tests/Fixtures/opt-post-norm"), "--reference", reference)
        #expect(other.status == 1)
    }

    @Test("parity below fp32 compares cosines, and says so", arguments: ["int8", "int4"])
    func comparesInFewBits(_ precision: String) throws {
        let folder = path("Tests/Fixtures/outliers-t5")
        let arguments = ["parity", "--model", folder, "--reference", "\(folder)/reference.safetensors"]
        let table = try Finished(
            arguments + ["--precision", precision], environment: ["MODEL_CACHE_DIR": cache.path])
        let json = try Finished(
            arguments + ["--precision", precision, "--json"], environment: ["MODEL_CACHE_DIR": cache.path])
        try? FileManager.default.removeItem(at: cache)
        #expect(table.status == 0 && json.status == 0)
        #expect(table.output.contains("cosine ≥ 0.995  ok"))
        #expect(table.output.contains("within bounds           yes"))
        let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(report["within_bounds"] as? Bool == true)
        #expect(report["demands_equal_ids"] as? Bool == false)
        let stages = try #require(report["stages"] as? [[String: Any]])
        #expect((stages[0]["bound"] as? [String: Double]) == ["cosine": 0.995])
    }

    @Test("parity and caption --prompt work with a T5 checkpoint")
    func runsT5() throws {
        let folder = path("Tests/Fixtures/t5-flan-form")
        let parity = try run(
            "parity", "--precision", "fp32", "--model", folder, "--reference", "\(folder)/reference.safetensors")
        #expect(parity.status == 0)
        #expect(parity.output.contains("generated ids           equal"))
        let caption = try run("caption", "--model", folder, "--prompt", "a photo of", path("Samples/beach-day.jpg"))
        #expect(caption.status == 0)
        #expect(caption.output.count { $0 == "\n" } == 1)
    }

    @Test("serve refuses invalid settings with one sentence", arguments: ["PORT", "PRECISION", "MODEL_ID"])
    func refusesSettings(_ name: String) throws {
        let finished = try run("serve", environment: [name: "/wrong"])
        #expect(finished.status == 1)
        #expect(finished.complaints.contains("/wrong"))
        #expect(finished.complaints.split(separator: "\n").count == 1)
    }
}
