import Captioning
import Concurrency
import CoreMetrics
import Foundation
import GRDB
import Imaging
import Logging
import Metrics
import StandIns
import Synchronization
import Testing

@testable import Serving

@Suite("Caching")
struct CachingTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "captions-\(UUID().uuidString)")
    private let journal = Journal()
    private let log = Journal()
    private var path: String { folder.appending(path: "captions.sqlite").path }

    private func cache(
        maxBytes: Int = 1 << 20, maxEntries: Int = 1000, timeToLive: Duration = .seconds(3600),
        patience: SQLiteTier.Patience = SQLiteTier.Patience(), metrics: CaptionMetrics = CaptionMetrics(),
        now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
    ) -> CaptionCache {
        CaptionCache(
            [
                MemoryTier(maxBytes: maxBytes),
                SQLiteTier(
                    path: path, maxEntries: maxEntries, timeToLive: timeToLive.inSeconds, patience: patience,
                    metrics: metrics, logger: Logger(label: "test") { [log] _ in JournalLogHandler(journal: log) }),
            ], timeToLive: timeToLive, now: now)
    }

    /// A captioner that writes down each caption that it makes.
    private func captioner(_ cache: CaptionCache, gate: Gate? = nil) async -> Captioner {
        let captioner = Captioner(
            configuration: Captioner.Configuration(), cache: cache, logger: Logger(label: "test")
        ) { [journal] _ in
            StubModel { options, _ in
                guard options.prompt != nil else { return "a stub" }
                journal.note("made")
                gate?.wait()
                return "caption \(journal.all.count)"
            }
        }
        await captioner.start()
        return captioner
    }

    private let options = CaptionOptions(prompt: "a")

    @Test("Answers the second request for the same picture and options from memory")
    func memory() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let captioner = await captioner(cache())
        let bytes = try fixture("gradient.png")
        let first = try await captioner.caption(bytes, options: options)
        let second = try await captioner.caption(bytes, options: options)
        #expect(!first.isCached && second.isCached)
        #expect(second.caption == "caption 1" && second.picture == first.picture && second.tokenCount == 3)
        #expect(second.timings == CaptionTimings())
        await captioner.close()
    }

    @Test("Another picture, prompt or length is another cache entry")
    func keys() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let captioner = await captioner(cache())
        _ = try await captioner.caption(try fixture("gradient.png"), options: options)
        _ = try await captioner.caption(try fixture("gradient.jpg"), options: options)
        _ = try await captioner.caption(try fixture("gradient.png"), options: CaptionOptions(prompt: "b"))
        _ = try await captioner.caption(
            try fixture("gradient.png"), options: CaptionOptions(prompt: "a", maxNewTokens: 3))
        #expect(journal.all.count == 4)
        await captioner.close()
    }

    @Test("Another model has its own cache entries")
    func models() throws {
        let keys = try ["one", "two"].map { try CaptionKey(picture: "p", model: $0, options: options) }
        #expect(keys[0] != keys[1])
    }

    @Test("A fresh request bypasses the cache, and its caption is cached")
    func fresh() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let captioner = await captioner(cache())
        let bytes = try fixture("gradient.png")
        _ = try await captioner.caption(bytes, options: options)
        let fresh = try await captioner.caption(bytes, options: options, isFresh: true)
        #expect(!fresh.isCached && fresh.caption == "caption 2")
        #expect(try await captioner.caption(bytes, options: options).caption == "caption 2")
        await captioner.close()
    }

    @Test("Two concurrent requests for the same caption compute it once")
    func shared() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let gate = Gate()
        let counts = CountingMetrics()
        let captioner = Captioner(
            configuration: Captioner.Configuration(), cache: cache(), metrics: CaptionMetrics(counts),
            logger: Logger(label: "test")
        ) { [journal] _ in
            StubModel { options, _ in
                guard options.prompt != nil else { return "a stub" }
                journal.note("made")
                gate.wait()
                return "caption"
            }
        }
        await captioner.start()
        let bytes = try fixture("gradient.png")
        let tasks = (0..<2).map { _ in Task { try await captioner.caption(bytes, options: options) } }
        try await eventually("the second has joined the first") {
            counts.value("image_to_song_cache_requests_total", ["result": "shared"]) == 1 && !journal.all.isEmpty
        }
        gate.open()
        for task in tasks { #expect(try await task.value.caption == "caption") }
        #expect(journal.all == ["made"])
        await captioner.close()
    }

    @Test("A cached caption survives a restart")
    func restart() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let bytes = try fixture("gradient.png")
        let first = await captioner(cache())
        _ = try await first.caption(bytes, options: options)
        await first.close()
        let second = await captioner(cache())
        let result = try await second.caption(bytes, options: options)
        #expect(result.isCached && result.caption == "caption 1" && result.picture.width == 12)
        #expect(journal.all.count == 1)
        await second.close()
    }

    @Test("Generates an expired caption again, in memory and on disk", arguments: [1 << 20, 0])
    func timeToLive(maxBytes: Int) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let clock = Journal()
        let start = Date().timeIntervalSince1970
        let cache = cache(maxBytes: maxBytes, timeToLive: .seconds(3600)) { start + 3601 * Double(clock.all.count) }
        let captioner = await captioner(cache)
        let bytes = try fixture("gradient.png")
        _ = try await captioner.caption(bytes, options: options)
        #expect(try await captioner.caption(bytes, options: options).isCached)
        clock.note("an hour later")
        #expect(try await !captioner.caption(bytes, options: options).isCached)
        await captioner.close()
    }

    @Test(
        "Sets a damaged database aside with a warning, and makes a new one",
        arguments: ["no database at all", "\u{0}"])
    func damage(content: String) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let bytes = try fixture("gradient.png")
        let first = await captioner(cache())
        _ = try await first.caption(bytes, options: options)
        await first.close()
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: content.count > 1 ? 0 : 100)
        try file.write(contentsOf: Data(String(repeating: content, count: 8192 / content.utf8.count).utf8))
        try file.close()

        let second = await captioner(cache())
        #expect(try await !second.caption(bytes, options: options).isCached)
        await second.close()
        #expect(log.all.contains { $0.contains("was damaged") })
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.contains { $0.hasPrefix("captions.sqlite.damaged-") })
        let third = await captioner(cache())
        #expect(try await third.caption(bytes, options: options).isCached)
        await third.close()
    }

    @Test("Caches in memory if no file can be made, and logs it")
    func noFile() async throws {
        try Data().write(to: folder)  // a file where the folder should be
        defer { try? FileManager.default.removeItem(at: folder) }
        let captioner = await captioner(cache())
        let bytes = try fixture("gradient.png")
        _ = try await captioner.caption(bytes, options: options)
        #expect(try await captioner.caption(bytes, options: options).isCached)
        #expect(log.all.contains { $0.contains("cannot be used") })
        await captioner.close()
    }

    /// Holds the file as another program would, until `work` is done.
    private func holding(_ path: String, _ work: () async throws -> Void) async throws {
        var configuration = GRDB.Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        try await work()
        try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        try other.close()
    }

    @Test("Generates and caches captions while another program locks the file, and writes them later")
    func heldFile() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        // Whoever waited for the file would wait for as long as it is held: until the captions are there.
        var patience = SQLiteTier.Patience()
        patience.writing = .seconds(3600)
        let captioner = await captioner(cache(patience: patience))
        let bytes = try fixture("gradient.png")
        try await holding(path) { () async throws in
            for prompt in ["a", "b", "c"] {
                let options = CaptionOptions(prompt: prompt)
                #expect(try await !captioner.caption(bytes, options: options).isCached)
                #expect(try await captioner.caption(bytes, options: options).isCached)
            }
        }
        await captioner.close()
        let next = await self.captioner(cache())
        for prompt in ["a", "b", "c"] {
            #expect(try await next.caption(bytes, options: CaptionOptions(prompt: prompt)).isCached)
        }
        await next.close()
    }

    @Test("Starts although another program locks the file, and uses it later")
    func heldAtStart() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var patience = SQLiteTier.Patience()
        patience.writing = .milliseconds(1)
        patience.retry = .milliseconds(1)
        let cache = cache(patience: patience)
        let bytes = try fixture("gradient.png")
        let captioner = Mutex<Captioner?>(nil)
        try await holding(path) { () async throws in
            let held = await self.captioner(cache)
            #expect(try await held.caption(bytes, options: options).caption == "caption 1")
            #expect(log.all.contains { $0.contains("Another program holds") })
            captioner.withLock { $0 = held }
        }
        await captioner.withLock { $0 }?.close()
        let next = await self.captioner(self.cache())
        #expect(try await next.caption(bytes, options: options).isCached)
        await next.close()
    }

    @Test("Drops, counts and logs what cannot be written before the server stops")
    func heldAtEnd() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let counts = CountingMetrics()
        var patience = SQLiteTier.Patience()
        patience.opening = .milliseconds(50)
        patience.writing = .seconds(3600)
        let metrics = CaptionMetrics(counts)
        let store = SQLiteTier(
            path: path, maxEntries: 20, timeToLive: 1e9, metrics: metrics, logger: Logger(label: "test"))
        await store.open()
        await store.close()
        let cache = cache(patience: patience, metrics: metrics)
        await cache.open()
        try await holding(path) { () async throws in
            await cache.put(
                CaptionResult(
                    caption: "c", tokenCount: 1,
                    picture: PictureInfo(format: "png", width: 1, height: 1, byteCount: 1, hash: "h")),
                for: try CaptionKey(picture: "p", model: "m", options: options))
            await cache.close()
            #expect(counts.value("image_to_song_cache_faults_total", ["fault": "dropped"]) == 1)
        }
        #expect(log.all.contains { $0.contains("are dropped") })
    }

    @Test("Drops and counts captions beyond the write queue")
    func fullQueue() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let counts = CountingMetrics()
        var patience = SQLiteTier.Patience()
        patience.writing = .milliseconds(1)
        let store = SQLiteTier(
            path: path, maxEntries: 1 << 20, timeToLive: 1e9, patience: patience, metrics: CaptionMetrics(counts),
            logger: Logger(label: "test"))
        await store.open()
        let result = CaptionResult(
            caption: "c", tokenCount: 1,
            picture: PictureInfo(format: "png", width: 1, height: 1, byteCount: 1, hash: "h"))
        let caption = CachedCaption(result, created: Date().timeIntervalSince1970)
        try await holding(path) { () async throws in
            for number in 0..<SQLiteTier.queueLimit + 7 {
                store.put(caption, for: try CaptionKey(picture: "\(number)", model: "m", options: options))
            }
            #expect(counts.value("image_to_song_cache_faults_total", ["fault": "dropped"]) == 7)
        }
        await store.close()
    }

    @Test(
        "Drops and counts a damaged row, and generates the caption again",
        arguments: [
            "UPDATE caption SET content = replace(CAST(content AS TEXT), 'caption 1', 'caption 9')",
            "UPDATE caption SET created = created + 1", "UPDATE caption SET checksum = x'00'",
            "UPDATE caption SET content = 7", "UPDATE caption SET key = (SELECT key FROM wanted)",
        ])
    func damagedRow(damage: String) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let bytes = try fixture("gradient.png")
        let first = await captioner(cache())
        _ = try await first.caption(bytes, options: options)
        await first.close()
        let other = CaptionOptions(prompt: "other")
        let wanted = try CaptionKey(picture: Picture.sha256(of: bytes), model: "stub", options: other)
        let database = try DatabaseQueue(path: path)
        try await database.write { database in
            // Another key's row, as a database puts it back whose index is damaged.
            try database.execute(sql: "CREATE TEMPORARY TABLE wanted (key BLOB)")
            try database.execute(sql: "INSERT INTO wanted VALUES (?)", arguments: [wanted.digest])
            try database.execute(sql: damage)
        }
        try database.close()
        let counts = CountingMetrics()
        let second = await captioner(cache(metrics: CaptionMetrics(counts)))
        let options = damage.contains("wanted") ? other : options
        #expect(try await !second.caption(bytes, options: options).isCached)
        #expect(counts.value("image_to_song_cache_faults_total", ["fault": "damaged_row"]) == 1)
        await second.close()
        let third = await captioner(cache())
        let result = try await third.caption(bytes, options: options)
        #expect(result.isCached && result.caption == "caption 2")
        await third.close()
    }

    @Test("Replaces an older version's file, and leaves another program's file alone")
    func otherFiles() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let older =
            "CREATE TABLE caption (key BLOB PRIMARY KEY, created REAL NOT NULL, content BLOB NOT NULL) WITHOUT ROWID"
        for (table, isOurs) in [(older, true), ("CREATE TABLE mine (number INTEGER)", false)] {
            try? FileManager.default.removeItem(atPath: path)
            let database = try DatabaseQueue(path: path)
            try await database.write { try $0.execute(sql: table) }
            try database.close()
            let captioner = await captioner(cache())
            _ = try await captioner.caption(try fixture("gradient.png"), options: options)
            await captioner.close()
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.contains { $0.hasPrefix("captions.sqlite.damaged-") } != isOurs)
            let next = await self.captioner(cache())
            #expect(try await next.caption(try fixture("gradient.png"), options: options).isCached)
            await next.close()
        }
    }

    @Test("Makes the file again if it is removed while the server runs")
    func removedFile() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = await captioner(cache())
        _ = try await first.caption(try fixture("gradient.png"), options: options)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            try FileManager.default.removeItem(at: folder.appending(path: name))
        }
        _ = try await first.caption(try fixture("gradient.jpg"), options: options)
        await first.close()
        let second = await captioner(cache())
        #expect(try await second.caption(try fixture("gradient.jpg"), options: options).isCached)
        await second.close()
    }

    @Test("The disk tier is bounded and drops the oldest captions")
    func maxEntries() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = SQLiteTier(path: path, maxEntries: 20, timeToLive: 1e9, logger: Logger(label: "test"))
        await store.open()
        let result = CaptionResult(
            caption: "c", tokenCount: 1,
            picture: PictureInfo(format: "png", width: 1, height: 1, byteCount: 1, hash: "h"))
        let keys = try (0..<50).map { try CaptionKey(picture: "\($0)", model: "m", options: options) }
        let now = Date().timeIntervalSince1970
        for (index, key) in keys.enumerated() {
            store.put(CachedCaption(result, created: now + Double(index)), for: key)
            await store.flush()
        }
        #expect(await store.count <= 20)
        #expect(await store.caption(keys[49], now: now) != nil)
        #expect(await store.caption(keys[0], now: now) == nil)
        await store.close()
    }
}

/// A cache in a dictionary, as somebody would write one who has another place for captions.
private actor DictionaryCache: ResultCache {
    struct Broken: Error {}

    nonisolated let name: String
    private(set) var captions: [CaptionKey: CachedCaption] = [:]
    private let isBroken: Bool

    init(_ name: String, isBroken: Bool = false) {
        self.name = name
        self.isBroken = isBroken
    }

    func get(_ key: CaptionKey) throws -> CachedCaption? {
        if isBroken { throw Broken() }
        return captions[key]
    }

    func put(_ caption: CachedCaption, for key: CaptionKey) throws {
        if isBroken { throw Broken() }
        captions[key] = caption
    }
}

@Suite("Cache tiers")
struct CacheTierTests {
    private let result = CaptionResult(
        caption: "a boat", tokenCount: 1,
        picture: PictureInfo(format: "png", width: 1, height: 1, byteCount: 1, hash: "h"))

    private func key(_ name: String = "p") throws -> CaptionKey {
        try CaptionKey(picture: name, model: "m", options: CaptionOptions())
    }

    @Test("A hit in a slower tier is copied into the faster ones")
    func promotes() async throws {
        let (memory, shared) = (DictionaryCache("memory"), DictionaryCache("shared"))
        let cache = CaptionCache([memory, shared], timeToLive: .seconds(60))
        try await shared.put(CachedCaption(result, created: Date().timeIntervalSince1970), for: key())
        #expect(await cache.get(try key())?.tier == "shared")
        #expect(await cache.get(try key())?.tier == "memory")
        #expect(await cache.get(try key("other")) == nil)
    }

    @Test("Writes to all tiers, and skips one that fails")
    func skipsBroken() async throws {
        let (broken, shared) = (DictionaryCache("memory", isBroken: true), DictionaryCache("shared"))
        let cache = CaptionCache([broken, shared], timeToLive: .seconds(60))
        await cache.put(result, for: try key())
        let found = try #require(await cache.get(try key()))
        #expect(found.tier == "shared" && found.0.caption == "a boat")
    }

    @Test("If one tier's entry has expired, the next tier may have a newer one")
    func expires() async throws {
        let (memory, shared) = (DictionaryCache("memory"), DictionaryCache("shared"))
        let cache = CaptionCache([memory, shared], timeToLive: .seconds(60)) { 100 }
        try await memory.put(CachedCaption(result, created: 40), for: key())
        #expect(await cache.get(try key()) == nil)
        try await shared.put(CachedCaption(result, created: 41), for: key())
        #expect(await cache.get(try key())?.tier == "shared")
    }

    @Test("A captioner works with any ResultCache")
    func captioner() async throws {
        let dictionary = DictionaryCache("dictionary")
        let captioner = Captioner(
            configuration: Captioner.Configuration(), cache: CaptionCache([dictionary], timeToLive: .seconds(60)),
            logger: Logger(label: "test")
        ) { _ in StubModel() }
        await captioner.start()
        let bytes = try fixture("gradient.png")
        #expect(try await !captioner.caption(bytes).isCached)
        #expect(try await captioner.caption(bytes).isCached)
        #expect(await dictionary.captions.count == 1)
        await captioner.close()
    }
}

@Suite("Memory tier")
struct MemoryTierTests {
    private func caption(_ text: String) -> CachedCaption {
        CachedCaption(
            CaptionResult(
                caption: text, tokenCount: 1,
                picture: PictureInfo(format: "png", width: 1, height: 1, byteCount: 1, hash: "h")), created: 0)
    }

    private func key(_ name: String) throws -> CaptionKey {
        try CaptionKey(picture: name, model: "m", options: CaptionOptions())
    }

    @Test("The memory tier is bounded, and keeps what is used")
    func bound() throws {
        let recent = MemoryTier(maxBytes: 10_000)
        let favourite = try key("favourite")
        recent.put(caption("favourite"), for: favourite)
        var present = 0
        for number in 0..<100 {
            recent.put(caption("caption"), for: try key("\(number)"))
            #expect(recent.get(favourite)?.caption == "favourite")
        }
        for number in 0..<100 where recent.get(try key("\(number)")) != nil { present += 1 }
        #expect((1..<25).contains(present))
    }

    @Test("Does not keep a caption larger than the memory tier, nor anything without memory")
    func tooLarge() throws {
        let recent = MemoryTier(maxBytes: 2_000)
        recent.put(caption(String(repeating: "a", count: 5_000)), for: try key("large"))
        #expect(recent.get(try key("large")) == nil)
        let none = MemoryTier(maxBytes: 0)
        none.put(caption("a"), for: try key("a"))
        #expect(none.get(try key("a")) == nil)
    }
}
