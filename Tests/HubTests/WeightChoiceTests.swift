import FakeHub
import Foundation
import StandIns
import Testing

@testable import Hub

@Suite("Which weights are downloaded", .heavy)
struct WeightChoiceTests {
    /// The weights that a repository has, and those that are taken.
    struct Choice: CustomTestStringConvertible, Sendable {
        let present: Set<String>
        let taken: Set<String>
        var testDescription: String { taken.sorted().joined(separator: ", ") }
    }

    private static let safetensors: Set = [
        "model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
    ]
    private static let torch: Set = [
        "pytorch_model.bin.index.json", "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin",
    ]
    private static let others: Set = [
        "model.fp16.safetensors", "pytorch_model.fp16.bin", "tf_model.h5", "flax_model.msgpack", "model.onnx",
    ]
    static let choices = [
        Choice(
            present: safetensors.union(torch).union(["model.safetensors", "pytorch_model.bin"]),
            taken: ["model.safetensors"]),
        Choice(present: safetensors.union(torch).union(["pytorch_model.bin"]), taken: safetensors),
        Choice(present: torch.union(["pytorch_model.bin"]), taken: ["pytorch_model.bin"]),
        Choice(present: torch, taken: torch),
    ]

    private static func content(_ file: String) -> [UInt8] {
        guard file.hasSuffix(".index.json") else { return Workplace.weights(file.utf8.reduce(0, &+)) }
        let shards = (file.hasPrefix("model") ? safetensors : torch).filter { $0 != file }
        let entries = shards.sorted().map { "\"\($0)\": \"\($0)\"" }.joined(separator: ",")
        return Array("{\"weight_map\": {\(entries)}}".utf8)
    }

    private static func files(_ weights: Set<String>) -> [String: [UInt8]] {
        let small = Workplace.torchCheckpoint.filter { $0.key != "pytorch_model.bin" }
        return small.merging(weights.map { ($0, content($0)) }) { $1 }
    }

    @Test("Takes the first that there is, in transformers' order, and never a variant", arguments: choices)
    func takesFirst(_ choice: Choice) async throws {
        let work = try await Workplace(files: Self.files(choice.present.union(Self.others)))
        let snapshot = try await work.pull()
        let taken = Set(snapshot.files.filter { $0.contains("model") })
        #expect(taken == choice.taken)
        for file in taken { #expect(try work.bytes(file, snapshot) == Self.content(file)) }
        #expect(try snapshot.missingFiles == [] && snapshot.findings() == [])

        // Offline the folder is whole, and nothing is asked.
        work.server.forgetRequests()
        let again = try await work.hub().model(try ModelReference(Workplace.name)) { _ in }
        #expect(again.folder == snapshot.folder && work.server.requests.isEmpty)
        let offline = try work.hub(variables: ["HF_HUB_OFFLINE": "1"])
        #expect(try await offline.model(try ModelReference(Workplace.name)) { _ in }.folder == snapshot.folder)
    }

    @Test("Knows that a shard is missing", arguments: choices.filter { $0.taken.count > 1 })
    func missesShards(_ choice: Choice) async throws {
        let work = try await Workplace(files: Self.files(choice.present))
        let snapshot = try await work.pull()
        let shard = try #require(choice.taken.sorted().first)
        try FileManager.default.removeItem(at: work.blob(shard, Self.files(choice.present)))
        #expect(snapshot.missingFiles == [shard])
        let findings = try work.cache.snapshots()[0].findings()
        #expect(findings == [FileFinding(file: shard, problem: .missing)])
    }

    @Test("Looks for no pull request where main has safetensors, or another revision was named")
    func looksOnMainOnly() async throws {
        let work = try await Workplace()
        func hasLooked() -> Bool { work.server.requests.contains { $0.path.hasSuffix("/discussions") } }
        work.server.set(
            Workplace.name, FakeRepository(files: Workplace.checkpoint, commit: String(repeating: "b2", count: 20)))
        try await work.pull()
        #expect(!hasLooked())
        var repository = Workplace.converted()
        repository.branches = ["v1"]
        work.server.set(Workplace.name, repository)
        for revision in ["v1", repository.commit] {
            let snapshot = try await work.pull("\(Workplace.name)@\(revision)")
            #expect(snapshot.weights == "pytorch_model.bin" && !hasLooked())
        }
        let main = try ModelReference("\(Workplace.name)@main")
        #expect(try await work.hub().pull(main) { _ in }.weights == "model.safetensors")
        #expect(hasLooked())
        // The branch stands for the same commit, and is what it was; so is main.
        let branch = try ModelReference("\(Workplace.name)@v1")
        try await work.pull("\(branch)")
        #expect(try work.hub().cachedSnapshot(branch)?.weights == "pytorch_model.bin")
        #expect(try work.hub().cachedSnapshot(main)?.weights == "model.safetensors")
    }

    @Test("Continues pytorch_model.bin where it was interrupted, and compares its hash")
    func resumes() async throws {
        let work = try await Workplace(files: Workplace.torchCheckpoint)
        work.server.misbehave { request, reply in
            request.isElsewhere && (request.range?.lowerBound ?? 0) >= 6_000 ? FakeReply(status: 500) : reply
        }
        #expect(try await work.failure(Workplace.name, try work.hub(attempts: 2))?.code == .serverFailure)
        #expect(work.cache.snapshots().first?.missingFiles == ["pytorch_model.bin"])
        #expect(work.cache.commit(try RepositoryName(Workplace.name), .main) == nil)
        work.server.misbehave(nil)
        work.server.forgetRequests()
        let snapshot = try await work.pull()
        #expect(try work.bytes("pytorch_model.bin", snapshot) == Workplace.weights(2))
        // Four parts were refused, and up to two more were not whole; a request of the first pull may still arrive.
        #expect((4..<10).contains(work.transfers.count))

        try Data(Workplace.weights(3)).write(to: work.blob("pytorch_model.bin"))
        #expect(try snapshot.findings() == [FileFinding(file: "pytorch_model.bin", problem: .damaged)])
        try work.cache.remove([snapshot])
        #expect(work.cache.snapshots().isEmpty)
        work.server.misbehave { request, reply in
            var reply = reply
            if request.isElsewhere { reply.body = reply.body.map { ~$0 } }
            return reply
        }
        #expect(try await work.failure()?.code == .wrongHash)
        #expect(work.cache.snapshots().allSatisfy { $0.missingFiles == ["pytorch_model.bin"] })
    }

    @Test("Takes pytorch_model.bin only where there is disk space")
    func checksSpace() async throws {
        let work = try await Workplace(files: Workplace.torchCheckpoint)
        work.server.misbehave { _, reply in
            var reply = reply
            if reply.headers["X-Linked-Size"] != nil { reply.headers["X-Linked-Size"] = "1000000000000000000" }
            return reply
        }
        #expect(try await work.failure()?.code == .diskFull)
        #expect(work.transfers.isEmpty)
    }

    @Test(
        "Says what was looked for and what is there instead",
        arguments: [
            ("tf_model.h5", "weights of TensorFlow or Flax (tf_model.h5)"),
            ("flax_model.msgpack", "weights of TensorFlow or Flax (flax_model.msgpack)"),
            ("model.Q4_K_M.gguf", "GGUF (model.Q4_K_M.gguf)"), ("model.onnx", "export to ONNX (model.onnx)"),
            ("model.fp16.safetensors", "a variant (model.fp16.safetensors), and variants are not looked for"),
            ("model.safetensors.index.fp16.json", "rename it to model.safetensors.index.json"),
            ("pytorch_model.fp16.bin", "a variant (pytorch_model.fp16.bin), and variants are not looked for"),
            ("pytorch_model.bin.index.fp16.json", "rename it to pytorch_model.bin.index.json"),
            ("weights.bin", "rename it to pytorch_model.bin"), ("blip.pth", "rename it to pytorch_model.bin"),
            ("pytorch_model-00001-of-00002.bin", "parts of the weights"), ("README.md", "Name another revision"),
        ])
    func namesForeignWeights(_ file: String, _ words: String) async throws {
        var files = Workplace.torchCheckpoint
        files["pytorch_model.bin"] = nil
        files[file] = Workplace.weights(3)
        let work = try await Workplace(files: files)
        let error = try #require(try await work.failure())
        #expect(error.code == .fileMissing)
        for words in [words, "model.safetensors.index.json, pytorch_model.bin", "conversion bot"] {
            #expect(error.message.contains(words), "\(error)")
        }
        let other = try #require(try await work.failure("\(Workplace.name)@\(String(repeating: "a1", count: 20))"))
        #expect(other.message.contains(words) && !other.message.contains("conversion bot"), "\(other)")
        #expect(work.transfers.isEmpty && work.cache.snapshots().isEmpty)
    }

    private static let pointer = Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n".utf8)
    private static let page = Array("\n<!DOCTYPE html><html>Sign in</html>".utf8)

    @Test(
        "Refuses a Git LFS pointer or a web page in the place of a file, and keeps nothing of it",
        arguments: ["config.json", "tokenizer.json", "model.safetensors", "pytorch_model.bin"], [pointer, page])
    func refusesStrays(_ file: String, _ content: [UInt8]) async throws {
        var files = file == "model.safetensors" ? Workplace.checkpoint : Workplace.torchCheckpoint
        files[file] = content
        let work = try await Workplace(files: files)
        let error = try #require(try await work.failure())
        #expect(error.code == .foreignFile)
        for words in [file, content == Self.page ? "a web page" : "a Git LFS pointer", "another revision"] {
            #expect(error.message.contains(words), "\(error)")
        }
        #expect(!FileManager.default.fileExists(atPath: work.blob(file, files).path))
        #expect(work.cache.snapshots().allSatisfy { !$0.holds(file) && $0.missingFiles.contains(file) })
        #expect(work.cache.commit(try RepositoryName(Workplace.name), .main) == nil)
        if !file.contains("model") { #expect(work.transfers.isEmpty, "Weights are not fetched for nothing.") }
    }
}
