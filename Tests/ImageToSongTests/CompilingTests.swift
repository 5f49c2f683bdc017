import Foundation
import StandIns
import Testing

/// The program with models that it has to compile, and what may come between.
@Suite("Compiling a model", .heavy)
struct CompilingTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let picture = repository.appendingPathComponent("Samples/beach-day.jpg").path

    private var cache: URL { folder.appendingPathComponent("cache") }

    private func withFolder<Value>(_ body: () async throws -> Value) async throws -> Value {
        _ = try folder.created()
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body()
    }

    private static func fixture(_ name: String) -> String {
        repository.appendingPathComponent("Tests/Fixtures/\(name)").path
    }

    private func caption(_ model: String, cache: String? = nil) throws -> Finished {
        try Finished(
            ["caption", "--model", model, Self.picture], environment: ["MODEL_CACHE_DIR": cache ?? self.cache.path])
    }

    /// Runs `script` in a shell, with the program and its arguments as `"$@"`.
    private func captionInShell(_ script: String) throws -> Finished {
        try Finished(
            ["-c", script, "sh", Program.built.path, "caption", "--model", Self.fixture("opt-pre-norm"), Self.picture],
            environment: ["MODEL_CACHE_DIR": cache.path], program: URL(fileURLWithPath: "/bin/sh"))
    }

    /// The paths in the cache that end in one of these ways.
    private func entries(_ endings: String...) throws -> [String] {
        let all = FileManager.default.enumerator(atPath: cache.path)?.allObjects as? [String] ?? []
        return all.filter { path in endings.contains { path.hasSuffix($0) } }.sorted()
    }

    @Test("A disk that fills up while compiling stops it, names file and setting, and leaves no files")
    func fullDisk() async throws {
        try await withFolder {
            let finished = try captionInShell(FileLimit.failing)
            #expect(finished.status == 1)
            #expect(finished.complaints.contains("vision.weights could not be written"))
            #expect(finished.complaints.contains("MODEL_CACHE_DIR"))
            #expect(try entries(".draft", ".weights", ".onnx").isEmpty)
            #expect(try caption(Self.fixture("opt-pre-norm")).status == 0)
        }
    }

    @Test(
        "Notices a full disk before writing anything",
        .enabled(if: SmallDisk.canBeMade, "only root can mount a small disk"))
    func smallDisk() async throws {
        try await withFolder {
            _ = try cache.created()
            let finished = try Finished(
                [
                    "--mount", "/bin/sh", "-c", SmallDisk.script, cache.path, Program.built.path, "caption", "--model",
                    Self.fixture("opt-pre-norm"), Self.picture,
                ],
                environment: ["MODEL_CACHE_DIR": cache.path], program: SmallDisk.unshare)
            #expect(finished.status == 1)
            #expect(
                finished.complaints.contains(
                    /Compiling the model needs [0-9.]+ MB in .*, whose disk has [0-9.]+ kB free/))
            #expect(finished.output.contains(".lock") && !finished.output.contains("weights"))
        }
    }

    @Test("The next process removes any draft that a killed one left")
    func killedHalfWay() async throws {
        try await withFolder {
            let demo = Self.repository.appendingPathComponent("Models/demo").path
            let draft = try #require(try await killWhileCompiling(demo))
            let other = cache.appendingPathComponent("compiled/other")
            try FileManager.default.copyItem(
                at: cache.appendingPathComponent(draft).deletingLastPathComponent(), to: other)
            #expect(try entries(".draft").count == 2)

            let next = try caption(demo)
            #expect(next.status == 0 && next.output.contains("beach"))
            #expect(try entries(".draft").isEmpty)
            #expect(try entries("int4/manifest.json").count == 1)
        }
    }

    /// Starts the program, and kills it as soon as it has begun to write. Where it was faster, that is tried again.
    ///
    /// - Returns: the draft that it left.
    private func killWhileCompiling(_ model: String) async throws -> String? {
        for _ in 0..<20 {
            let run = try Running(
                ["caption", "--model", model, Self.picture], environment: ["MODEL_CACHE_DIR": cache.path])
            defer { run.forget() }
            while run.process.isRunning, try entries(".draft/vision.weights").isEmpty {
                try await Task.sleep(for: .milliseconds(1))
            }
            kill(run.process.processIdentifier, SIGKILL)
            run.process.waitUntilExit()
            if let draft = try entries(".draft").first { return draft }
            try FileManager.default.removeItem(at: cache)
        }
        return nil
    }

    @Test(
        "Refuses a checkpoint that cannot caption before compiling it",
        arguments: ["tokenizer.json", "preprocessor_config.json"])
    func refusesFirst(_ missing: String) async throws {
        try await withFolder {
            let model = folder.appendingPathComponent("model")
            try FileManager.default.copyItem(atPath: Self.fixture("opt-pre-norm"), toPath: model.path)
            for name in [missing, missing == "tokenizer.json" ? "tokenizer_config.json" : "processor_config.json"] {
                try? FileManager.default.removeItem(at: model.appendingPathComponent(name))
            }
            let finished = try caption(model.path)
            #expect(finished.status == 1)
            #expect(finished.complaints.contains(missing) && finished.complaints.contains(model.path))
            #expect(!FileManager.default.fileExists(atPath: cache.appendingPathComponent("compiled").path))
        }
    }

    @Test("Three processes at once all caption, and compile one model")
    func atOnce() async throws {
        try await withFolder {
            let runs = try (0..<3).map { _ in
                try Running(
                    ["caption", "--model", Self.fixture("opt-pre-norm"), Self.picture],
                    environment: ["MODEL_CACHE_DIR": cache.path])
            }
            for run in runs { run.process.waitUntilExit() }
            #expect(runs.map(\.process.terminationStatus) == [0, 0, 0])
            #expect(Set(try runs.map { try $0.output() }).count == 1)
            #expect(try entries("manifest.json").count == 1)
            for run in runs { run.forget() }
        }
    }

    @Test("Says that it waits for another process to compile")
    func saysThatItWaits() async throws {
        try await withFolder {
            _ = try caption(Self.fixture("opt-pre-norm"))
            let manifest = try #require(try entries("manifest.json").first)
            let model = cache.appendingPathComponent(manifest).deletingLastPathComponent()
            try FileManager.default.removeItem(at: model)
            let lock = open(model.appendingPathExtension("lock").path, O_RDWR)
            #expect(lock >= 0 && flock(lock, LOCK_EX) == 0)
            let run = try Running(
                ["caption", "--model", Self.fixture("opt-pre-norm"), Self.picture],
                environment: ["MODEL_CACHE_DIR": cache.path])
            defer { run.forget() }
            try await eventually("it says that it waits, or ends") {
                try run.complaints().contains("Another process is compiling opt-pre-norm") || !run.process.isRunning
            }
            #expect(run.process.isRunning)
            #expect(try run.complaints() == "Another process is compiling opt-pre-norm; waiting for it.\n")
            close(lock)
            run.process.waitUntilExit()
            #expect(run.process.terminationStatus == 0)
        }
    }

    @Test("Names a cache that cannot be written, with the reason and the setting", arguments: unwritable)
    func unwritableCache(_ path: String) async throws {
        let finished = try caption(Self.fixture("opt-pre-norm"), cache: path)
        #expect(finished.status == 1)
        #expect(finished.complaints.contains("The model cache \(path) cannot be written: "))
        #expect(finished.complaints.contains("Set MODEL_CACHE_DIR"))
        #expect(!finished.complaints.contains("NSCocoaErrorDomain"))
        #expect(finished.complaints.split(separator: "\n").count == 1)
    }

    /// Places where nobody may make a folder, not even root: behind a file, and in the kernel's own file system.
    private static let unwritable =
        ["/dev/null/models"] + (FileManager.default.fileExists(atPath: "/sys/kernel") ? ["/sys/models"] : [])

    @Test("The server keeps captioning while another process fails to compile into its cache")
    func serverGoesOn() async throws {
        try await withFolder {
            let server = try await RunningServer(environment: ["MODEL_CACHE_DIR": cache.path])
            let spoilt = folder.appendingPathComponent("spoilt")
            try FileManager.default.copyItem(at: URL(fileURLWithPath: Self.fixture("bf16-sharded")), to: spoilt)
            try FileManager.default.removeItem(at: spoilt.appendingPathComponent("model-00002-of-00004.safetensors"))
            #expect(try caption(spoilt.path).status == 1)
            #expect(try captionInShell(FileLimit.failing).status == 1)

            try await server.becomesReady()
            let form = ["-sS", "-F", "image=@\(Self.picture)"]
            let answer = try Finished(
                form + ["http://127.0.0.1:\(server.port)/caption/generate"], environment: [:],
                program: URL(fileURLWithPath: "/usr/bin/curl"))
            #expect(answer.output.contains("beach"), "\(answer.output) \(answer.complaints)")
            #expect(try await server.stop() == 0)
        }
    }
}

/// A script that runs `"$@"` where no file may grow beyond a few kilobytes. The signal for that is ignored, so that writing
/// fails as on a full disk.
private enum FileLimit {
    static let failing = "trap '' XFSZ; ulimit -f 20; exec \"$@\""
}

/// A file system of a few kilobytes, which only root can make, and which goes with the process that it was made for.
private enum SmallDisk {
    static let unshare = URL(fileURLWithPath: "/usr/bin/unshare")

    /// Mounts it at `$0`, runs `"$@"`, and lists the files that are there then.
    static let script = """
        mount -t tmpfs -o size=400k tmpfs "$0" || exit 9
        "$@"; status=$?; find "$0" -type f; exit $status
        """

    static let canBeMade: Bool = {
        let folder = FileManager.default.temporaryDirectory.path
        let finished = try? Finished(
            ["--mount", "/bin/sh", "-c", script, folder, "true"], environment: [:], program: unshare)
        return finished?.status == 0
    }()
}
