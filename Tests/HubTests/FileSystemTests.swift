import Checkpoint
import Concurrency
import FakeHub
import Foundation
import StandIns
import Synchronization
import Testing

@testable import Hub

@Suite("File systems without links or locks", .heavy)
struct FileSystemTests {
    /// A file system that lacks calls; the errors are those of vfat, SMB and NFS.
    struct Lacking: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let calls: FileSystemCalls
        let hasLinks: Bool

        init(_ description: String, link: CInt = 0, lock: CInt = 0) {
            testDescription = description
            hasLinks = link == 0
            let system = FileSystemCalls.system
            calls = FileSystemCalls(
                lock: { lock == 0 ? system.lock($0) : lock }, link: { link == 0 ? system.link($0, $1) : link })
        }
    }

    static let lacking = [
        Lacking("without links, as vfat and exFAT", link: EPERM),
        Lacking("without links and locks, as SMB", link: EOPNOTSUPP, lock: EOPNOTSUPP),
        Lacking("without locks, as some FUSE", lock: ENOSYS), Lacking("without a lock service, as NFS", lock: ENOLCK),
    ]

    private func names(_ folder: URL) -> [String] { HubCache.entries(folder).sorted() }

    @Test("Downloads a model once, finds it again and verifies it, without links or locks", arguments: lacking)
    func fetches(_ lacking: Lacking) async throws {
        let work = try await Workplace()
        let hub = try work.hub(fileSystem: lacking.calls)
        async let one = work.pull(Workplace.name, hub)
        async let other = work.pull(Workplace.name, hub)
        let snapshot = try await one
        #expect(try await other.folder == snapshot.folder)
        #expect(work.transfers.count == 10, "Two pulls at once fetch it once.")
        for file in snapshot.files { #expect(try work.bytes(file, snapshot) == Workplace.checkpoint[file]) }
        #expect(snapshot.missingFiles == [])
        #expect(try hub.cache.snapshots()[0].findings() == [])
        let blobs = names(work.cache.blobs(snapshot.name))
        #expect(blobs.isEmpty == !lacking.hasLinks, "Nothing is kept twice.")

        work.server.forgetRequests()
        let again = try await hub.model(try ModelReference(Workplace.name)) { _ in }
        #expect(again.folder == snapshot.folder && work.server.requests.isEmpty)
        try await work.pull(Workplace.name, hub)
        #expect(work.transfers.isEmpty)
        let locks = names(work.folder.appending(path: ".locks/models--acme--pictures"))
        #expect(locks.isEmpty || !lacking.testDescription.contains("lock"), "\(locks)")
    }

    @Test("A new revision reuses unchanged files; removing one revision keeps the other whole", arguments: lacking)
    func sharesContents(_ lacking: Lacking) async throws {
        let work = try await Workplace()
        let hub = try work.hub(fileSystem: lacking.calls)
        let old = try await work.pull(Workplace.name, hub)
        work.server.forgetRequests()
        var files = Workplace.checkpoint
        files["config.json"] = Array("{\"new\": true}".utf8)
        work.server.set(Workplace.name, FakeRepository(files: files, commit: String(repeating: "b2", count: 20)))
        let new = try await work.pull(Workplace.name, hub)
        #expect(work.transfers.isEmpty)
        #expect(try new.findings() == [])
        let copied = hub.cache.copiedByteCount(old.name, old.commit)
        let freed = try hub.cache.remove([old])
        #expect(freed == (lacking.hasLinks ? Workplace.checkpoint["config.json"]?.count : copied))
        #expect(try hub.cache.snapshots().map(\.commit) == [new.commit] && hub.cache.snapshots()[0].findings() == [])
        try hub.cache.remove(hub.cache.snapshots())
        #expect(names(work.folder).filter { $0 != "CACHEDIR.TAG" && $0 != ".locks" } == [])
    }

    @Test("Finds a copied file with one byte changed")
    func findsDamage() async throws {
        let work = try await Workplace()
        let hub = try work.hub(fileSystem: Self.lacking[0].calls)
        let snapshot = try await work.pull(Workplace.name, hub)
        var bytes = Workplace.weights(1)
        bytes[5_000] ^= 1
        try Data(bytes).write(to: snapshot.folder.appending(path: "model.safetensors"))
        #expect(
            try hub.cache.snapshots()[0].findings() == [FileFinding(file: "model.safetensors", problem: .damaged)])
    }

    /// Puts files in the place of links, and takes the blobs away, as a copy of the cache without links does.
    private func flatten(_ snapshot: CachedSnapshot, _ work: Workplace) throws {
        for file in snapshot.files {
            let place = snapshot.folder.appending(path: file)
            let bytes = try Data(contentsOf: place)
            try FileManager.default.removeItem(at: place)
            try bytes.write(to: place)
        }
        try FileManager.default.removeItem(at: work.cache.blobs(snapshot.name))
    }

    @Test("Copies without hashes are unverified until a pull compares them; nothing is downloaded again")
    func comparesCopies() async throws {
        let work = try await Workplace()
        let snapshot = try await work.pull()
        try flatten(snapshot, work)
        #expect(
            try work.cache.snapshots()[0].findings()
                == snapshot.files.map { FileFinding(file: $0, problem: .unverified) })
        work.server.forgetRequests()
        try await work.pull()
        #expect(work.transfers.isEmpty)
        #expect(try work.cache.snapshots()[0].findings() == [])
    }

    @Test("Downloads a copied file again if it differs from the Hub's")
    func replacesWrongCopies() async throws {
        let work = try await Workplace()
        let snapshot = try await work.pull()
        try flatten(snapshot, work)
        try Data(Workplace.weights(9)).write(to: snapshot.folder.appending(path: "model.safetensors"))
        let again = try await work.pull()
        #expect(try work.bytes("model.safetensors", again) == Workplace.weights(1))
        #expect(try again.findings() == [])
    }

    @Test("Verifies copies against huggingface_hub's record of hashes")
    func readsTrees() async throws {
        let work = try await Workplace()
        let snapshot = try await work.pull()
        try flatten(snapshot, work)
        let files = Workplace.checkpoint.map { file, bytes in
            let tag = FakeRepository.tag(file, bytes)
            let large = ", \"lfs_sha256\": \"\(tag)\", \"lfs_size\": \(bytes.count)"
            return "\"\(file)\": {\"size\": \(bytes.count), \"blob_id\": \"\(tag)\""
                + "\(FakeRepository.isLarge(file) ? large : "")}"
        }
        let tree = work.cache.tree(snapshot.name, snapshot.commit)
        try FileManager.default.createDirectory(at: tree.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("{\"format_version\": 1, \"files\": {\(files.joined(separator: ","))}}".utf8).write(to: tree)
        #expect(try work.cache.snapshots()[0].findings() == [])
        try Data("{}".utf8).write(to: snapshot.folder.appending(path: "tokenizer.json"))
        #expect(
            try work.cache.snapshots()[0].findings() == [FileFinding(file: "tokenizer.json", problem: .damaged)])
    }
}

@Suite("Lock files without flock", .heavy)
struct MarkerLockTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "image-to-song-locks-\(UUID())")
    private let calls = FileSystemCalls(lock: { _ in ENOSYS }, link: FileSystemCalls.system.link)
    private var file: URL { folder.appending(path: "a.lock") }

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func write(_ text: String, age: TimeInterval = 0) throws {
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.modificationDate: Date() - age], ofItemAtPath: file.path)
    }

    @Test("One process at a time holds the lock file; releasing removes it")
    func excludes() throws {
        let lock = try #require(try FileLock.take(file, calls: calls))
        #expect(try FileLock.take(file, calls: calls) == nil)
        #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix("\(getpid())\n"))
        lock.release()
        #expect(!FileManager.default.fileExists(atPath: file.path))
        try #require(try FileLock.take(file, calls: calls)).release()
    }

    @Test("Takes the lock file over from a dead process")
    func takesOver() throws {
        let machine = ProcessInfo.processInfo.hostName
        // No process has the number; this process has started at another time; the file of a time with flock is empty.
        for text in ["2147483646\n\(machine)\n", "\(getpid())\n\(machine)\n1\n", ""] {
            try write(text, age: 60)
            let lock = try #require(try FileLock.take(file, calls: calls), "\(text)")
            #expect(try FileLock.take(file, calls: calls) == nil)
            lock.release()
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test("Leaves the lock file to a process that may still be running")
    func waits() throws {
        let machine = ProcessInfo.processInfo.hostName
        for text in ["\(getppid())\n\(machine)\n", "2147483646\nanother-machine\n", ""] {
            try write(text)
            #expect(try FileLock.take(file, calls: calls) == nil, "\(text)")
            #expect(try String(contentsOf: file, encoding: .utf8) == text)
        }
    }

    @Test("Only one of many takes over a dead process's lock file")
    func breaksOnce() async throws {
        for _ in 0..<20 {
            try write("2147483646\n\(ProcessInfo.processInfo.hostName)\n", age: 60)
            let (file, calls) = (file, calls)
            let taken = try await withThrowingTaskGroup(of: FileLock?.self) { group in
                for _ in 0..<8 { group.addTask { try FileLock.take(file, calls: calls) } }
                return try await group.reduce(into: [FileLock]()) { taken, lock in
                    if let lock { taken.append(lock) }
                }
            }
            #expect(taken.count <= 1)
            for lock in taken { lock.release() }
        }
    }
}
