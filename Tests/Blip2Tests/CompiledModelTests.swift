import Blip2
import Checkpoint
import Foundation
import Generation
import Networks
import StandIns
import Testing

@Suite("Compiled models", .heavy)
struct CompiledModelTests {
    private let cache: TemporaryFolder
    private let name = "opt-pre-norm"

    init() throws {
        cache = try TemporaryFolder()
    }

    private func load(_ folder: URL? = nil) throws -> Blip2Model {
        try Blip2Model(folder: folder ?? Fixtures.checkpoint(name), cache: cache.url)
    }

    @Test("The first start compiles the model, the second loads it from the cache")
    func isFoundAgain() throws {
        let first = try load()
        let second = try load()
        #expect(first.compiled.isNew)
        #expect(!second.compiled.isNew)
        #expect(first.compiled.folder == second.compiled.folder)
        let files = try FileManager.default.contentsOfDirectory(atPath: first.compiled.folder.path).sorted()
        #expect(
            files == [
                "decoder.onnx", "decoder.weights", "manifest.json", "qformer.onnx", "qformer.weights", "vision.onnx",
                "vision.weights",
            ])
    }

    @Test("A checkpoint in another folder uses the same compiled model")
    func survivesMoving() throws {
        let original = try load()
        let moved = try load(try cache.copy(of: name))
        #expect(!moved.compiled.isNew)
        #expect(moved.compiled.folder == original.compiled.folder)
    }

    @Test(
        "Compiles again when a file of the compiled model is damaged", arguments: ["decoder.weights", "manifest.json"])
    func repairsDamage(_ file: String) throws {
        let damaged = try load().compiled.folder.appendingPathComponent(file)
        try Data("damaged".utf8).write(to: damaged)
        #expect(try load().compiled.isNew)
        #expect(try load().parity(referencePath: Fixtures.reference(name)).isWithinBounds)
    }

    @Test("Ignores and removes a half-written model that a crash left")
    func ignoresDrafts() throws {
        let folder = try load().compiled.folder
        let draft = folder.deletingLastPathComponent().appendingPathComponent("fp32.draft")
        try FileManager.default.moveItem(at: folder, to: draft)
        try FileManager.default.removeItem(at: draft.appendingPathComponent("decoder.onnx"))
        #expect(try load().compiled.isNew)
        #expect(!FileManager.default.fileExists(atPath: draft.path))
    }

    @Test("Two starts at once compile the model once; the other waits")
    func isCompiledOnce() async throws {
        let (folder, place) = (Fixtures.checkpoint(name), cache.url)
        let isNew = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<2 { group.addTask { try Blip2Model(folder: folder, cache: place).compiled.isNew } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(isNew.count { $0 } == 1)
    }

    @Test("Progress rises from the first weight to the last")
    func reportsProgress() throws {
        var shares: [Double] = []
        _ = try Blip2Model(folder: Fixtures.checkpoint(name), cache: cache.url) { shares.append($0) }
        #expect(shares == shares.sorted())
        #expect(shares.last.map { $0 > 0.999 && $0 <= 1 } == true)
    }

    @Test("Names a missing tensor before it creates any folder")
    func namesMissingTensors() throws {
        let folder = try cache.copy(of: name)
        let file = folder.appendingPathComponent("model.safetensors")
        var bytes = try Data(contentsOf: file)
        let tensor = "vision_model.post_layernorm.weight"
        let place = try #require(bytes.range(of: Data(tensor.utf8)))
        bytes.replaceSubrange(place, with: Data("vision_model.post_layernorm.height".utf8))
        try bytes.write(to: file)

        let error = try #require(throws: CheckpointError.self) { try load(folder) }
        #expect(error.code == .missingTensor)
        #expect(error.message.contains(tensor))
        // The names are looked at before a folder is made.
        #expect(!FileManager.default.fileExists(atPath: cache.url.appendingPathComponent("compiled").path))
    }

    @Test("Names the folder and MODEL_CACHE_DIR when the cache cannot be written")
    func namesUnwritableCaches() throws {
        let error = try #require(throws: NetworksError.self) {
            try Blip2Model(folder: Fixtures.checkpoint(name), cache: URL(fileURLWithPath: "/dev/null/models"))
        }
        #expect(error.code == .cache)
        #expect(error.message.contains("/dev/null/models") && error.message.contains("MODEL_CACHE_DIR"))
    }
}
