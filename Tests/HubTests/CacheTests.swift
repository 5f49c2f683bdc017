import Concurrency
import FakeHub
import Foundation
import StandIns
import Testing

@testable import Hub

@Suite("Hub cache", .heavy)
struct CacheTests {
    /// Two revisions that share all but one file.
    private func shelf() async throws -> (work: Workplace, old: CachedSnapshot, new: CachedSnapshot) {
        let work = try await Workplace()
        let old = try await work.pull()
        var files = Workplace.checkpoint
        files["config.json"] = Array("{\"new\": true}".utf8)
        work.server.set(Workplace.name, FakeRepository(files: files, commit: String(repeating: "b2", count: 20)))
        return (work, old, try await work.pull())
    }

    private func blobCount(_ work: Workplace) throws -> Int {
        HubCache.entries(work.cache.blobs(try RepositoryName(Workplace.name))).count
    }

    @Test("Removing a revision keeps the files that others share")
    func removesRevision() async throws {
        let (work, old, new) = try await shelf()
        #expect(try blobCount(work) == 6)
        let freed = try work.cache.remove([old])
        #expect(freed == Workplace.checkpoint["config.json"]?.count)
        #expect(try blobCount(work) == 5)
        #expect(work.cache.snapshots().map(\.commit) == [new.commit])
        #expect(try new.findings() == [])
        #expect(!FileManager.default.fileExists(atPath: work.cache.absence(old.name, old.commit, "vocab.json").path))
    }

    @Test("Removing the revision behind main removes main")
    func removesReference() async throws {
        let (work, old, new) = try await shelf()
        try work.cache.remove([new])
        #expect(work.cache.commit(new.name, .main) == nil)
        #expect(try old.findings() == [])
    }

    @Test("Removing the last revision removes everything")
    func removesAll() async throws {
        let (work, _, _) = try await shelf()
        try Data([1]).write(
            to: work.cache.blobs(try RepositoryName(Workplace.name)).appending(path: "ab.image-to-song.incomplete"))
        try work.cache.remove(try work.cache.snapshots(try ModelReference(Workplace.name)))
        #expect(HubCache.entries(work.folder).filter { $0 != "CACHEDIR.TAG" && $0 != ".locks" } == [])
        #expect(HubCache.entries(work.folder.appending(path: ".locks")) == [])
    }

    @Test("Refuses to remove a file that another process is downloading")
    func refusesBusy() async throws {
        let work = try await Workplace()
        let snapshot = try await work.pull()
        let etag = try #require(snapshot.etag(of: "model.safetensors"))
        let lock = try #require(try FileLock.take(work.cache.lock(snapshot.name, etag)))
        #expect(#expect(throws: HubError.self) { try work.cache.remove([snapshot]) }?.code == .busy)
        #expect(try snapshot.findings() == [])
        lock.release()
        try work.cache.remove([snapshot])
        #expect(work.cache.snapshots().isEmpty)
    }

    @Test("Names damaged and missing files")
    func verifies() async throws {
        let work = try await Workplace()
        let snapshot = try await work.pull()
        let handle = try FileHandle(forUpdating: work.blob("model.safetensors"))
        try handle.seek(toOffset: 5_000)
        try handle.write(contentsOf: Data([1, 2, 3]))
        try handle.close()
        try FileManager.default.removeItem(at: work.blob("tokenizer.json"))
        var count = 0
        let findings = try snapshot.findings { count += $0 }
        #expect(
            Set(findings.map { "\($0.file) \($0.problem)" }) == ["model.safetensors damaged", "tokenizer.json missing"])
        #expect(findings.count == 2)
        #expect(count > 9_500)
        #expect(snapshot.missingFiles == ["tokenizer.json"])
    }

    @Test("Says how to pull a model that is not in the cache")
    func tellsNotCached() async throws {
        let work = try await Workplace()
        for text in ["acme/nothing", "acme/pictures@v9"] {
            let error = try #require(throws: HubError.self) { try work.cache.snapshots(try ModelReference(text)) }
            #expect(error.code == .notCached && error.message.contains("models pull \(text)"))
        }
    }

    @Test(
        "Finds a revision by branch, commit or abbreviated commit",
        arguments: ["main", "b2b2b2b", String(repeating: "b2", count: 20)])
    func findsRevisions(_ revision: String) async throws {
        let (work, _, new) = try await shelf()
        let found = try work.cache.snapshots(try ModelReference("\(Workplace.name)@\(revision)"))
        #expect(found.map(\.commit) == [new.commit])
    }

    @Test("Ignores other folders in the cache")
    func passesOver() async throws {
        let work = try await Workplace()
        for name in ["datasets--a--b/snapshots/x", "compiled", "models--x", "models--a--b/snapshots/none", "blobs/00"] {
            try FileManager.default.createDirectory(
                at: work.folder.appending(path: name), withIntermediateDirectories: true)
        }
        #expect(work.cache.snapshots().isEmpty)
    }

    @Test("Returns the latest noted use")
    func notesUses() async throws {
        let work = try await Workplace()
        let snapshot = try await work.pull()
        let uses = UseLog(modelCache: work.folder.appending(path: "models"))
        #expect(uses.lastUse(snapshot) == nil)
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        uses.note(snapshot, at: time.addingTimeInterval(-60))
        uses.note(snapshot, at: time)
        #expect(uses.lastUse(snapshot) == time)
        uses.remove(snapshot)
        #expect(uses.lastUse(snapshot) == nil)
    }
}
