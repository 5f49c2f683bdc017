import Foundation
import StandIns
import Testing

@Suite("compare_transformers.py", .heavy)
struct CompareTransformersTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let script = repository.appendingPathComponent("Benchmarks/compare_transformers.py").path
    private static let checkpoint = repository.appendingPathComponent("Tests/Fixtures/opt-pre-norm").path
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")

    private func run(_ interpreter: String, _ arguments: [String]) throws -> Finished {
        defer { try? FileManager.default.removeItem(at: folder) }
        return try Finished(
            arguments, environment: ["MODEL_CACHE_DIR": folder.path, "PYTHONDONTWRITEBYTECODE": "1"],
            program: URL(fileURLWithPath: interpreter))
    }

    @Test(
        "compare_transformers.py names missing packages",
        .enabled(if: Python.interpreter(with: "json") != nil, "needs Python"))
    func namesMissingPackages() throws {
        let python = try #require(Python.interpreter(with: "json"))
        // -S leaves installed packages out.
        let finished = try run(python, ["-S", Self.script, Program.built.path, Self.checkpoint])
        #expect(finished.status == 1)
        #expect(finished.complaints.contains("lacks torch and transformers"))
    }

    @Test(
        "Times both on the same checkpoint, and reports the ratios of the times",
        .enabled(
            if: Python.interpreter(with: "torch, transformers") != nil,
            "needs the Python packages torch and transformers"))
    func compares() throws {
        let python = try #require(Python.interpreter(with: "torch, transformers"))
        let finished = try run(
            python,
            [
                Self.script, Program.built.path, Self.checkpoint, "--precisions", "fp32", "--dtypes", "float32",
                "--repeat", "1", "--tokens", "2", "--json",
            ])
        try #require(finished.status == 0, "\(finished.complaints)")
        let answer = try JSONDecoder().decode(Answer.self, from: Data(finished.output.utf8))
        #expect(answer.contenders.map(\.name) == ["transformers float32", "fp32"])
        #expect(answer.ratios.count == 3)
        for ratio in answer.ratios {
            let theirs = try #require(answer.contenders[0].medianSeconds[ratio.task])
            let ours = try #require(answer.contenders[1].medianSeconds[ratio.task])
            #expect(theirs > 0 && ours > 0)
            #expect(abs(ratio.ratio - theirs / ours) < 1e-9 * ratio.ratio)
            #expect(ratio.alternated)
        }
    }

    private struct Answer: Decodable {
        struct Contender: Decodable {
            let name: String
            let medianSeconds: [String: Double]

            enum CodingKeys: String, CodingKey {
                case name
                case medianSeconds = "median_seconds"
            }
        }

        struct Ratio: Decodable {
            let task: String
            let ratio: Double
            let alternated: Bool
        }

        let contenders: [Contender]
        let ratios: [Ratio]
    }
}
