import FakeHub
import Foundation
import Testing

@testable import Hub

@Suite(
    "Beside Python's huggingface_hub", .enabled(if: PythonHub.isAvailable, "needs the Python package huggingface_hub"))
struct PythonTests {
    @Test("Python uses what was fetched here, without a network")
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
        let output = try await PythonHub.run(
            program, environment: ["HF_HUB_CACHE": work.folder.path, "HF_HUB_OFFLINE": "1"])
        let path = snapshot.folder.path
        #expect(output == "\(path)\n\(path)/model.safetensors\nTrue\n0\n")
    }

    @Test("What Python fetched is used here, without a request for it", arguments: [false, true])
    func readsPython(_ isOffline: Bool) async throws {
        let work = try await Workplace()
        let program = "from huggingface_hub import snapshot_download; print(snapshot_download('acme/pictures'))"
        let output = try await PythonHub.run(
            program, environment: ["HF_HUB_CACHE": work.folder.path, "HF_ENDPOINT": work.server.endpoint])
        work.server.forgetRequests()
        let hub = try work.hub(variables: isOffline ? ["HF_HUB_OFFLINE": "1"] : [:])
        let snapshot = try await hub.model(try ModelReference(Workplace.name)) { _ in }
        #expect(snapshot.folder.path == output.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(work.transfers.isEmpty && work.server.requests.isEmpty == isOffline)
        #expect(try snapshot.findings() == [])
    }

    @Test("Python goes on with what was begun here")
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
        _ = try await PythonHub.run(
            program, environment: ["HF_HUB_CACHE": work.folder.path, "HF_ENDPOINT": work.server.endpoint])
        let snapshot = try #require(work.cache.snapshots().first)
        #expect(try snapshot.findings() == [])
    }
}

/// The interpreter that has huggingface_hub: the one that PYTHON names, the one in `.venv`, or the system's.
enum PythonHub {
    static let isAvailable = interpreter != nil

    private static let interpreter: String? = {
        let candidates = [ProcessInfo.processInfo.environment["PYTHON"], ".venv/bin/python3", "/usr/bin/python3"]
        return candidates.compactMap(\.self).first { path in
            let process = process(path, "import huggingface_hub", [:])
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { return false }
            process.waitUntilExit()
            return process.terminationStatus == 0
        }
    }()

    /// What a program prints.
    static func run(_ program: String, environment: [String: String]) async throws -> String {
        let process = process(interpreter ?? "python3", program, environment)
        let output = Pipe()
        process.standardOutput = output
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                do {
                    try process.run()
                    let bytes = output.fileHandleForReading.readDataToEndOfFile()
                    process.waitUntilExit()
                    continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    private static func process(_ path: String, _ program: String, _ environment: [String: String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-c", program]
        let own = ["HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_XET": "1"]
        process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.merging(environment) { $1 }
        return process
    }
}
