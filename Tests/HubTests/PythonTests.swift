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
