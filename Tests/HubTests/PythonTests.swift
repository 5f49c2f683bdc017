import FakeHub
import Foundation
import StandIns
import Testing

@testable import Hub

@Suite(
    "Interoperability with huggingface_hub", .heavy,
    .enabled(if: PythonHub.isAvailable, "needs the Python package huggingface_hub"))
struct PythonTests {
    @Test("Python uses our downloads without a network")
    func pythonReads() async throws {
        let work = try await Workplace()
        let snapshot = try await work.pull()
        let program = """
            from huggingface_hub import snapshot_download, hf_hub_download, scan_cache_dir, try_to_load_from_cache
            import sys
            print(snapshot_download("acme/pictures"))
            print(hf_hub_download("acme/pictures", "model.safetensors"))
            print(str(try_to_load_from_cache("acme/pictures", "vocab.json")).startswith("<object"))
            print(len(scan_cache_dir().warnings))
            """
        let output = try PythonHub.run(
            program, environment: ["HF_HUB_CACHE": work.folder.path, "HF_HUB_OFFLINE": "1"])
        let path = snapshot.folder.path
        #expect(output == "\(path)\n\(path)/model.safetensors\nTrue\n0\n")
    }

    @Test("Uses Python's downloads without downloading again", arguments: [false, true])
    func readsPython(_ isOffline: Bool) async throws {
        let work = try await Workplace()
        let program = "from huggingface_hub import snapshot_download; print(snapshot_download('acme/pictures'))"
        let output = try PythonHub.run(
            program, environment: ["HF_HUB_CACHE": work.folder.path, "HF_ENDPOINT": work.server.endpoint])
        work.server.forgetRequests()
        let hub = try work.hub(variables: isOffline ? ["HF_HUB_OFFLINE": "1"] : [:])
        let snapshot = try await hub.model(try ModelReference(Workplace.name)) { _ in }
        #expect(snapshot.folder.path == output.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(work.transfers.isEmpty && work.server.requests.isEmpty == isOffline)
        #expect(try snapshot.findings() == [])
    }

    @Test("Python finds both revisions where the weights are a pull request's")
    func pythonReadsConversion() async throws {
        let work = try await Workplace()
        work.server.set(Workplace.name, Workplace.converted())
        let snapshot = try await work.pull()
        let program = """
            from huggingface_hub import hf_hub_download, scan_cache_dir, snapshot_download, try_to_load_from_cache
            print(snapshot_download("acme/pictures", revision="refs/pr/7"))
            print(hf_hub_download("acme/pictures", "config.json").split("/")[-2])
            print(str(try_to_load_from_cache("acme/pictures", "model.safetensors")).startswith("<object"))
            cache = scan_cache_dir()
            print(len(cache.warnings), sorted(sorted(revision.refs) for revision in list(cache.repos)[0].revisions))
            """
        let output = try PythonHub.run(
            program, environment: ["HF_HUB_CACHE": work.folder.path, "HF_HUB_OFFLINE": "1"])
        let main = String(repeating: "a1", count: 20)
        #expect(output == "\(snapshot.folder.path)\n\(main)\nTrue\n0 [['main'], ['refs/pr/7']]\n")
    }

    @Test("Uses what transformers downloaded: weights of a pull request, everything else of main")
    func readsPythonConversion() async throws {
        let work = try await Workplace()
        work.server.set(Workplace.name, Workplace.converted())
        let program = """
            from huggingface_hub import get_repo_discussions, hf_hub_download, HfApi
            request = next(d for d in get_repo_discussions("acme/pictures") if d.is_pull_request and d.status == "open")
            head = HfApi().list_repo_commits("acme/pictures")[0].commit_id
            print(HfApi().list_repo_commits("acme/pictures", revision=request.git_reference)[1].commit_id == head)
            for file in ["config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json"]:
                hf_hub_download("acme/pictures", file)
            hf_hub_download("acme/pictures", "model.safetensors", revision=request.git_reference)
            """
        let output = try PythonHub.run(
            program, environment: ["HF_HUB_CACHE": work.folder.path, "HF_ENDPOINT": work.server.endpoint])
        #expect(output == "True\n")
        work.server.forgetRequests()
        let snapshot = try await work.hub().model(try ModelReference(Workplace.name)) { _ in }
        let fetched = work.server.requests.filter { $0.method == "GET" && $0.path.contains("/resolve/") }
        #expect(work.transfers.isEmpty && fetched.isEmpty)
        #expect(snapshot.references == ["main", "refs/pr/7"])
        #expect(try snapshot.missingFiles == [] && snapshot.findings() == [])
    }

    @Test("Python uses our pytorch_model.bin, and we use Python's", arguments: [false, true])
    func sharesTorchWeights(_ isPythons: Bool) async throws {
        let work = try await Workplace(files: Workplace.torchCheckpoint)
        let program = """
            from huggingface_hub import hf_hub_download, snapshot_download, try_to_load_from_cache
            print(snapshot_download("acme/pictures"))
            print(hf_hub_download("acme/pictures", "pytorch_model.bin").split("/")[-1])
            """
        if !isPythons { try await work.pull() }
        let output = try PythonHub.run(
            program,
            environment: [
                "HF_HUB_CACHE": work.folder.path, "HF_ENDPOINT": work.server.endpoint,
                "HF_HUB_OFFLINE": isPythons ? "0" : "1",
            ])
        work.server.forgetRequests()
        let hub = try work.hub(variables: ["HF_HUB_OFFLINE": "1"])
        let snapshot = try await hub.model(try ModelReference(Workplace.name)) { _ in }
        #expect(output == "\(snapshot.folder.path)\npytorch_model.bin\n")
        #expect(try snapshot.findings() == [])
        try await work.pull()
        #expect(work.transfers.isEmpty)
    }

    @Test("Python finishes a download that we began")
    func pythonFinishes() async throws {
        let work = try await Workplace()
        work.server.misbehave { request, reply in
            var reply = reply
            if request.isElsewhere, request.number > 3 { reply.ending = .cut(0) }
            return reply
        }
        #expect(try await work.failure(Workplace.name, try work.hub(attempts: 1)) != nil)
        work.server.misbehave(nil)
        let program = "from huggingface_hub import snapshot_download; snapshot_download('acme/pictures')"
        _ = try PythonHub.run(
            program, environment: ["HF_HUB_CACHE": work.folder.path, "HF_ENDPOINT": work.server.endpoint])
        let snapshot = try #require(work.cache.snapshots().first)
        #expect(try snapshot.findings() == [])
    }
}

/// The interpreter that has huggingface_hub.
enum PythonHub {
    static let isAvailable = interpreter != nil

    private static let interpreter = Python.interpreter(with: "huggingface_hub")

    /// What a program prints.
    static func run(_ program: String, environment: [String: String]) throws -> String {
        let own = [
            "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DOWNLOAD_TIMEOUT": "86400", "HF_HUB_ETAG_TIMEOUT": "86400",
        ]
        return try Tool.run(interpreter ?? "python3", ["-c", program], environment: own.merging(environment) { $1 })
            .output
    }
}
