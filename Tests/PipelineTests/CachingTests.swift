import CoreMetrics
import Foundation
import GRDB
import Logging
import Metrics
import StandIns
import Testing

@testable import Pipeline

@Suite("Caching")
struct CachingTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "captions-\(UUID().uuidString)")
    private let journal = Journal()
    private let log = Journal()
    private var path: String { folder.appending(path: "captions.sqlite").path }

    private func cache(
        maxBytes: Int = 1 << 20, maxEntries: Int = 1000, timeToLive: Duration = .seconds(3600),
        now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
    ) -> CaptionCache {
        CaptionCache(
            path: path, timeToLive: timeToLive, maxBytes: maxBytes, maxEntries: maxEntries,
            logger: Logger(label: "test") { [log] _ in JournalLogHandler(journal: log) }, now: now)
    }

    /// A captioner that writes down each caption that it makes.
    private func captioner(_ cache: CaptionCache, gate: Gate? = nil) async -> Captioner {
        let captioner = Captioner(
            configuration: Captioner.Configuration(), cache: cache, logger: Logger(label: "test")
        ) { [journal] _ in
            StubModel { options, _ in
                guard options.prompt != nil else { return "" }
                journal.note("made")
                gate?.wait()
                return "caption \(journal.all.count)"
            }
        }
        await captioner.start()
        return captioner
    }

    private let options = CaptionOptions(prompt: "a")

    @Test("The second request for the same picture and options is answered from memory, with all that is known of it")
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

    @Test("Another picture, another prompt and another length are other captions")
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

    @Test("Another model has other captions, even for the same picture")
    func models() throws {
        let keys = try ["one", "two"].map { try CaptionKey(picture: "p", model: $0, options: options) }
        #expect(keys[0] != keys[1])
    }

    @Test("A request that asks for a fresh caption gets one, and it is the one remembered from then on")
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

    @Test("Two requests for the same caption at once are one piece of work, and both get it")
    func shared() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let gate = Gate()
        let counts = CountingMetrics()
        let captioner = Captioner(
            configuration: Captioner.Configuration(), cache: cache(), metrics: CaptionMetrics(counts),
            logger: Logger(label: "test")
        ) { [journal] _ in
            StubModel { options, _ in
                guard options.prompt != nil else { return "" }
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

    @Test("A caption survives the process, and is found again by the next one")
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

    @Test("A caption that is too old is made anew, in memory and on disk", arguments: [1 << 20, 0])
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
        "A damaged file is set aside with a warning, and a new one takes its place",
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

    @Test("Where no file can be made, captions are remembered in memory, and the log says so")
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

    @Test("The file keeps no more captions than it may, and drops the oldest")
    func maxEntries() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = CaptionStore(path: path, maxEntries: 20, timeToLive: 1e9, logger: Logger(label: "test"))
        await store.open()
        let result = CaptionResult(
            caption: "c", tokenCount: 1,
            picture: PictureInfo(format: "png", width: 1, height: 1, byteCount: 1, hash: "h"))
        let keys = try (0..<50).map { try CaptionKey(picture: "\($0)", model: "m", options: options) }
        let now = Date().timeIntervalSince1970
        for (index, key) in keys.enumerated() {
            await store.remember(RememberedCaption(result, created: now + Double(index)), key)
            await store.flush()
        }
        #expect(await store.count <= 20)
        #expect(await store.caption(keys[49], now: now) != nil)
        #expect(await store.caption(keys[0], now: now) == nil)
        await store.close()
    }
}

@Suite("Captions in memory")
struct RecentCaptionsTests {
    private func caption(_ text: String) -> RememberedCaption {
        RememberedCaption(
            CaptionResult(
                caption: text, tokenCount: 1,
                picture: PictureInfo(format: "png", width: 1, height: 1, byteCount: 1, hash: "h")), created: 0)
    }

    private func key(_ name: String) throws -> CaptionKey {
        try CaptionKey(picture: name, model: "m", options: CaptionOptions())
    }

    @Test("Memory is bounded, and what is asked for outlives what is not")
    func bound() throws {
        let recent = RecentCaptions(maxBytes: 10_000)
        let favourite = try key("favourite")
        recent.remember(caption("favourite"), favourite)
        var present = 0
        for number in 0..<100 {
            recent.remember(caption("caption"), try key("\(number)"))
            #expect(recent.caption(favourite)?.caption == "favourite")
        }
        for number in 0..<100 where recent.caption(try key("\(number)")) != nil { present += 1 }
        #expect((1..<25).contains(present))
    }

    @Test("A caption larger than all the memory is not kept; with no memory nothing is")
    func tooLarge() throws {
        let recent = RecentCaptions(maxBytes: 2_000)
        recent.remember(caption(String(repeating: "a", count: 5_000)), try key("large"))
        #expect(recent.caption(try key("large")) == nil)
        let none = RecentCaptions(maxBytes: 0)
        none.remember(caption("a"), try key("a"))
        #expect(none.caption(try key("a")) == nil)
    }
}
