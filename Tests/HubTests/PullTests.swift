import FakeHub
import Foundation
import StandIns
import Testing

@testable import Hub

@Suite("Model downloads", .heavy)
struct PullTests {
    @Test("Downloads only the files for captioning, in huggingface_hub's layout")
    func fetches() async throws {
        let work = try await Workplace()
        let snapshot = try await work.pull()
        #expect(
            snapshot.files == [
                "config.json", "generation_config.json", "model.safetensors", "preprocessor_config.json",
                "tokenizer.json",
            ])
        for file in snapshot.files { #expect(try work.bytes(file, snapshot) == Workplace.checkpoint[file]) }

        let repository = work.folder.appending(path: "models--acme--pictures")
        let commit = String(repeating: "a1", count: 20)
        #expect(try String(contentsOf: repository.appending(path: "refs/main"), encoding: .utf8) == commit)
        #expect(snapshot.folder.path == repository.appending(path: "snapshots/\(commit)").path)
        let link = try FileManager.default.destinationOfSymbolicLink(
            atPath: snapshot.folder.appending(path: "model.safetensors").path)
        #expect(link == "../../blobs/\(FakeRepository.tag("model.safetensors", Workplace.weights(1)))")
        #expect(Set(HubCache.entries(repository.appending(path: "blobs"))).count == 5)
        #expect(HubCache.entries(repository.appending(path: ".no_exist/\(commit)")).contains("vocab.json"))
        #expect(work.transfers.compactMap(\.range).count == 10)
        #expect(try snapshot.missingFiles == [] && snapshot.findings() == [])
    }

    @Test("Downloads modules.json and the pooling folder of a sentence model")
    func fetchesSentenceModel() async throws {
        var files = Workplace.checkpoint
        files["preprocessor_config.json"] = nil
        files["modules.json"] = Array("[]".utf8)
        files["1_Pooling/config.json"] = Array("{\"pooling_mode_mean_tokens\": true}".utf8)
        files["onnx/model.onnx"] = Workplace.weights(7)
        let work = try await Workplace(files: files)
        let snapshot = try await work.pull()
        #expect(
            snapshot.files == [
                "1_Pooling/config.json", "config.json", "generation_config.json", "model.safetensors", "modules.json",
                "tokenizer.json",
            ])
        #expect(try work.bytes("1_Pooling/config.json", snapshot) == files["1_Pooling/config.json"])
        #expect(snapshot.missingFiles == [])
    }

    @Test("Downloads the tokenizer of InstructBLIP's Q-Former beside that of the language model")
    func fetchesInstructionTokenizer() async throws {
        var files = Workplace.checkpoint
        for name in ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"] {
            files["qformer_tokenizer/\(name)"] = Array("{\"name\": \"\(name)\"}".utf8)
        }
        files["qformer_tokenizer/vocab.txt"] = Array("sea".utf8)
        let work = try await Workplace(files: files)
        let snapshot = try await work.pull()
        let wanted = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"].map {
            "qformer_tokenizer/" + $0
        }
        #expect(snapshot.files.filter { $0.hasPrefix("qformer_tokenizer/") } == wanted.sorted())
        for name in wanted { #expect(try work.bytes(name, snapshot) == files[name]) }
        #expect(snapshot.missingFiles == [])
    }

    @Test("Downloads the shards that the index names")
    func fetchesShards() async throws {
        var files = Workplace.checkpoint
        files["model.safetensors"] = nil
        files["model-00001-of-00002.safetensors"] = Workplace.weights(3)
        files["model-00002-of-00002.safetensors"] = Workplace.weights(4)
        files["model-00003-of-00002.safetensors"] = Workplace.weights(5)
        files["model.safetensors.index.json"] = Array(
            """
            {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors",
            "c": "model-00001-of-00002.safetensors"}}
            """.utf8)
        let work = try await Workplace(files: files)
        let snapshot = try await work.pull()
        #expect(snapshot.files.filter { $0.contains("model") }.count == 3)
        #expect(try work.bytes("model-00002-of-00002.safetensors", snapshot) == Workplace.weights(4))
    }

    @Test("Uses a cached model without a request; a pull asks again but downloads nothing twice")
    func usesCache() async throws {
        let work = try await Workplace()
        let first = try await work.pull()
        work.server.forgetRequests()
        let again = try await work.hub().model(try ModelReference(Workplace.name)) { _ in }
        #expect(again.folder == first.folder)
        #expect(work.server.requests.isEmpty)
        try await work.pull()
        #expect(work.transfers.isEmpty && !work.server.requests.isEmpty)
    }

    @Test("A new revision shares unchanged files")
    func sharesBlobs() async throws {
        let work = try await Workplace()
        try await work.pull()
        work.server.forgetRequests()
        var files = Workplace.checkpoint
        files["config.json"] = Array("{\"model_type\": \"blip-2\", \"x\": 1}".utf8)
        work.server.set(Workplace.name, FakeRepository(files: files, commit: String(repeating: "b2", count: 20)))
        let snapshot = try await work.pull()
        #expect(work.transfers.isEmpty)
        #expect(try work.bytes("config.json", snapshot) == files["config.json"])
        let all = work.cache.snapshots()
        #expect(all.map(\.references) == [[], ["main"]])
    }

    @Test("Keeps slashes in a branch name", arguments: ["refs/pr/1", "v1.0"])
    func fetchesBranches(_ branch: String) async throws {
        let work = try await Workplace()
        var repository = FakeRepository(files: Workplace.checkpoint)
        repository.branches = [branch]
        work.server.set(Workplace.name, repository)
        let snapshot = try await work.pull("\(Workplace.name)@\(branch)")
        #expect(snapshot.references == [branch])
        #expect(work.cache.commit(snapshot.name, try Revision(branch)) == snapshot.commit)
        #expect(work.cache.commit(snapshot.name, .main) == nil)
    }

    @Test("Downloads a commit by its hash, without a reference")
    func fetchesCommits() async throws {
        let work = try await Workplace()
        let snapshot = try await work.pull("\(Workplace.name)@\(String(repeating: "a1", count: 20))")
        #expect(snapshot.references == [] && snapshot.missingFiles == [])
    }

    @Test("Downloads empty files")
    func fetchesEmptyFiles() async throws {
        var files = Workplace.checkpoint
        files["merges.txt"] = []
        files["model.safetensors"] = []
        let work = try await Workplace(files: files)
        let snapshot = try await work.pull()
        #expect(try work.bytes("merges.txt", snapshot) == [] && work.bytes("model.safetensors", snapshot) == [])
    }

    @Test("Progress ends at the total byte count")
    func reports() async throws {
        let work = try await Workplace()
        try await work.pull()
        let last = try #require(work.progress.last { $0.stage == .fetching })
        #expect(last.byteCount == last.totalByteCount)
        #expect(last.totalByteCount > 9_500 && last.share == 1)
    }

    @Test("Uses cached files without a network; HF_HUB_OFFLINE sends no request")
    func worksOffline() async throws {
        let work = try await Workplace()
        let reference = try ModelReference(Workplace.name)
        let first = try await work.pull()
        // What Python fetched says nothing of files that the repository lacks, so the Hub would be asked.
        try FileManager.default.removeItem(at: work.folder.appending(path: "models--acme--pictures/.no_exist"))
        let nowhere = try work.hub(variables: ["HF_ENDPOINT": "http://127.0.0.1:1"])
        #expect(try await nowhere.model(reference) { _ in }.folder == first.folder)
        work.server.forgetRequests()
        let offline = try work.hub(variables: ["HF_HUB_OFFLINE": "1"])
        #expect(try await offline.model(reference) { _ in }.folder == first.folder)
        #expect(work.server.requests.isEmpty)
    }

    @Test("Two concurrent pulls download each file once")
    func waitsForOther() async throws {
        let work = try await Workplace()
        async let one = work.pull()
        async let other = work.pull()
        let folders = try await [one.folder, other.folder]
        #expect(folders[0] == folders[1])
        #expect(work.transfers.count == 10)
    }
}
