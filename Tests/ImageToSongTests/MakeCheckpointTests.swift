import Foundation
import StandIns
import Testing

@Suite("bench make-checkpoint", .heavy)
struct MakeCheckpointTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let fixture = repository.appendingPathComponent("Tests/Fixtures/opt-pre-norm").path
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")

    private func make(_ arguments: String...) throws -> Finished {
        try Finished(["bench", "make-checkpoint"] + arguments, environment: [:])
    }

    @Test(
        "A synthetic checkpoint captions in every data type",
        arguments: [
            ("f16", "opt-pre-norm"), ("bf16", "opt-pre-norm"), ("f32", "opt-pre-norm"),
            ("f16", "instructblip/flan-form"),
        ])
    func captions(_ type: String, _ name: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let model = folder.appendingPathComponent("model").path
        let fixture = Self.repository.appendingPathComponent("Tests/Fixtures/\(name)").path
        let made = try make("--like", fixture, "--dtype", type, model)
        #expect(made.status == 0)
        #expect(made.output.contains("tensors of \(type)"))
        let caption = try Finished(
            [
                "caption", "--json", "--model", model, "--max-new-tokens", "5",
                Self.repository.appendingPathComponent("Samples/beach-day.jpg").path,
            ], environment: ["MODEL_CACHE_DIR": folder.path])
        #expect(caption.status == 0, "\(caption.complaints)")
        #expect(caption.output.contains("\"token_count\":"))
    }

    @Test("Equal seeds give equal weights, other seeds other weights")
    func isSeeded() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let bytes = try ["1", "1", "2"].enumerated().map { number, seed in
            let model = folder.appendingPathComponent("\(number)")
            _ = try make("--like", Self.fixture, "--seed", seed, model.path)
            return try Data(contentsOf: model.appendingPathComponent("model.safetensors"))
        }
        #expect(bytes[0] == bytes[1])
        #expect(bytes[0] != bytes[2])
        #expect(bytes[0].count == bytes[2].count)
    }

    @Test("Overwrites nothing, and leaves no files after a failure")
    func leavesNothing() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let full = try folder.appendingPathComponent("full").created()
        try Data("mine".utf8).write(to: full.appendingPathComponent("notes.txt"))
        let refused = try make("--like", Self.fixture, full.path)
        #expect(refused.status == 1)
        #expect(refused.complaints.contains("\(full.path) is not empty"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: full.path) == ["notes.txt"])

        let none = folder.appendingPathComponent("none")
        #expect(try make("--like", "/nowhere", none.path).status == 1)
        #expect(!FileManager.default.fileExists(atPath: none.path))
    }
}
