import Foundation
import StandIns
import Testing

@Suite("selftest", .heavy)
struct SelfTestTests {
    private let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func withFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
        let folder = try FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")
            .created()
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    /// The checks of a run with `--json`: how each ended and what was said of it, by its name.
    private func checks(_ finished: Finished) throws -> [String: (outcome: String, detail: String)] {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(finished.output.utf8)) as? [String: Any])
        let checks = try #require(object["checks"] as? [[String: Any]])
        #expect(object["success"] as? Bool == (finished.status == 0))
        return try Dictionary(
            uniqueKeysWithValues: checks.map {
                let name = try #require($0["name"] as? String)
                return (name, (try #require($0["outcome"] as? String), try #require($0["detail"] as? String)))
            })
    }

    @Test("Marks every line and exits with 0 if all is well")
    func passes() throws {
        let finished = try withFolder {
            try Finished(["selftest"], environment: ["MODEL_CACHE_DIR": $0.path], folder: repository)
        }
        #expect(finished.status == 0, "\(finished.output)")
        let lines = finished.output.split(separator: "\n")
        #expect(lines.dropLast().allSatisfy { $0.hasPrefix("✓  ") })
        #expect(lines.last?.hasPrefix("All is well: ") == true)
        for format in ["JPEG", "PNG", "WebP", "GIF", "TIFF", "HEIC", "AVIF"] {
            #expect(lines.contains { $0.contains("Read \(format) ") })
        }
        #expect(finished.output.contains("a quiet harbour"))
    }

    @Test("Draws its own picture if the samples are missing")
    func drawsPicture() throws {
        try withFolder { folder in
            let program = try Program.copied(to: folder)
            var environment = [
                "MODEL_CACHE_DIR": folder.appendingPathComponent("cache").path,
                "MODEL_ID": repository.appendingPathComponent("Models/demo").path,
            ]
            let library = repository.appendingPathComponent(".deps/libonnxruntime.so").path
            if FileManager.default.fileExists(atPath: library) { environment["ONNXRUNTIME_LIBRARY"] = library }
            let finished = try Finished(
                ["selftest", "--json"], environment: environment, folder: folder, program: program)
            #expect(finished.status == 0, "\(finished.output)")
            let checks = try checks(finished)
            #expect(checks["Caption of a drawing"]?.outcome == "passed")
            #expect(checks["Caption of a drawing"]?.detail.isEmpty == false)
            #expect(checks.keys.count { $0.hasPrefix("Caption ") } == 1)
        }
    }

    @Test("Exits with 1 without a model, and skips what needs one")
    func missesModel() throws {
        let finished = try withFolder {
            try Finished(
                ["selftest", "--json", "--model", "/nowhere"], environment: ["MODEL_CACHE_DIR": $0.path],
                folder: repository)
        }
        #expect(finished.status == 1)
        let checks = try checks(finished)
        #expect(checks["Model"]?.outcome == "failed")
        #expect(checks["Model"]?.detail.contains("/nowhere") == true)
        #expect(checks["Captions"]?.outcome == "skipped")
        #expect(checks["Read JPEG"]?.outcome == "passed")
    }

    @Test("Fails on a folder that cannot be written, and names its setting")
    func missesCache() throws {
        let file = repository.appendingPathComponent("README.md").path
        let finished = try Finished(
            ["selftest", "--json"], environment: ["MODEL_CACHE_DIR": "\(file)/cache"], folder: repository)
        #expect(finished.status == 1)
        let checks = try checks(finished)
        #expect(checks["Model cache"]?.outcome == "failed")
        #expect(checks["Model cache"]?.detail.contains("set MODEL_CACHE_DIR") == true)
        #expect(checks["Model"]?.outcome == "skipped")
    }

    @Test("Fails without ONNX Runtime, and lists the places searched")
    func missesRuntime() throws {
        let finished = try withFolder {
            try Finished(
                ["selftest"], environment: ["MODEL_CACHE_DIR": $0.path, "ONNXRUNTIME_LIBRARY": "/nowhere.so"],
                folder: repository)
        }
        #expect(finished.status == 1)
        let failed = finished.output.split(separator: "\n").filter { $0.hasPrefix("✗") }
        #expect(failed.count == 2, "ONNX Runtime, and the model that needs it")
        #expect(failed.allSatisfy { $0.contains("/nowhere.so") })
    }

    @Test("Fails on unreadable settings, and skips what needs them")
    func missesSettings() throws {
        let finished = try Finished(["selftest", "--json"], environment: ["PORT": "eighty"], folder: repository)
        #expect(finished.status == 1)
        let checks = try checks(finished)
        #expect(checks["Settings"]?.outcome == "failed")
        #expect(checks["Settings"]?.detail.contains("\"eighty\"") == true)
        #expect(checks["Model cache"]?.outcome == "skipped")
    }

    @Test("ONNX Runtime writes no telemetry into the user's folders")
    func leavesNoTrace() throws {
        try withFolder { folder in
            let home = try folder.appendingPathComponent("home").created()
            let finished = try Finished(
                ["selftest"],
                environment: [
                    "HOME": home.path, "XDG_CACHE_HOME": home.path, "ORT_DISABLE_TELEMETRY": "0",
                    "MODEL_CACHE_DIR": folder.appendingPathComponent("cache").path,
                ], folder: repository)
            #expect(finished.status == 0)
            #expect(try FileManager.default.subpathsOfDirectory(atPath: home.path) == [])
        }
    }
}
