import Checkpoint
import Concurrency
import FakeHub
import Foundation
import StandIns
import Synchronization

@testable import Hub

/// A hub of this machine, and a cache of its own that goes with it.
final class Workplace: Sendable {
    static let name = "acme/pictures"

    let server: FakeHub
    let folder: URL
    private let events = Mutex<[HubEvent]>([])
    private let waits = Mutex<[Duration]>([])

    /// - Parameter files: the repository's; ``checkpoint`` by default.
    init(files: [String: [UInt8]] = Workplace.checkpoint, certificate: (chain: String, key: String)? = nil) async throws
    {
        HeavyTrait.require(for: "starts a hub")
        server = try await FakeHub(certificate: certificate)
        server.set(Self.name, FakeRepository(files: files))
        folder = FileManager.default.temporaryDirectory.appending(path: "image-to-song-hub-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// A repository with what captioning needs, a large weight file, and much that it does not need.
    static let checkpoint: [String: [UInt8]] = [
        "config.json": Array("{\"model_type\": \"blip-2\"}".utf8), "generation_config.json": Array("{}".utf8),
        "preprocessor_config.json": Array("{\"size\": 8}".utf8), "tokenizer.json": Array("{\"model\": {}}".utf8),
        "model.safetensors": weights(1), "pytorch_model.bin": weights(2), "README.md": Array("# Pictures".utf8),
        "runs/event.txt": Array("1".utf8), ".gitattributes": [],
    ]

    /// The same without safetensors.
    static let torchCheckpoint = checkpoint.filter { $0.key != "model.safetensors" }

    /// A repository without safetensors on `main`, and the pull request of the Hub's conversion bot that adds them.
    static func converted(_ change: (inout FakeDiscussion) -> Void = { _ in }) -> FakeRepository {
        var repository = FakeRepository(files: torchCheckpoint)
        var request = FakeDiscussion(number: 7, files: checkpoint)
        change(&request)
        repository.discussions = [request]
        return repository
    }

    /// 9,500 bytes: ten parts in these tests.
    static func weights(_ seed: UInt8) -> [UInt8] {
        var value = UInt32(seed) &* 2_654_435_761
        return (0..<9_500).map { _ in
            value = value &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: value >> 24)
        }
    }

    static let partByteCount = 1_000

    var cache: HubCache { HubCache(folder) }

    /// The hub as its client; its waits between attempts take no time.
    func hub(
        variables: [String: String] = [:], patience: Duration = .endless, attempts: Int = 6,
        fileSystem: FileSystemCalls = .system
    ) throws -> Hub {
        let own = ["HF_ENDPOINT": server.endpoint, "HF_TOKEN_PATH": "/nowhere"]
        var environment = try HubEnvironment(own.merging(variables) { $1 }, modelCache: folder)
        environment.patience = patience
        var options = HubOptions()
        options.partByteCount = Self.partByteCount
        options.parallelism = 3
        options.connectTimeout = .endless
        options.retry.attempts = attempts
        options.fileSystem = fileSystem
        options.retry.sleep = { [self] duration in
            try Task.checkCancellation()
            waits.withLock { $0.append(duration) }
        }
        return Hub(environment, options: options)
    }

    @discardableResult
    func pull(_ text: String = Workplace.name, _ hub: Hub? = nil) async throws -> CachedSnapshot {
        try await (try hub ?? self.hub()).pull(try ModelReference(text)) { [self] event in
            events.withLock { $0.append(event) }
        }
    }

    /// The error that a pull ends with.
    func failure(_ text: String = Workplace.name, _ hub: Hub? = nil) async throws -> HubError? {
        do {
            try await pull(text, hub)
            return nil
        } catch let error as HubError {
            return error
        }
    }

    /// How long the client waited between attempts, had it waited.
    var waited: [Duration] { waits.withLock { $0 } }

    var notes: [String] {
        events.withLock { $0 }.compactMap { event in
            if case .note(let sentence) = event { sentence } else { nil }
        }
    }

    var progress: [TransferProgress] {
        events.withLock { $0 }.compactMap { event in
            if case .progress(let progress) = event { progress } else { nil }
        }
    }

    /// The requests that brought bytes of large files, or tried to.
    var transfers: [FakeRequest] { server.requests.filter { $0.isElsewhere && $0.method == "GET" } }

    /// The bytes of a file in a snapshot.
    func bytes(_ file: String, _ snapshot: CachedSnapshot) throws -> [UInt8] {
        Array(try Data(contentsOf: snapshot.folder.appending(path: file)))
    }

    func blob(_ file: String, _ files: [String: [UInt8]] = Workplace.checkpoint) -> URL {
        folder.appending(path: "models--acme--pictures/blobs").appending(
            path: FakeRepository.tag(file, files[file] ?? []))
    }
}
