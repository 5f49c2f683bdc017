import Captioning
import Foundation
import Logging
import StandIns
import Synchronization
import Testing

@testable import Serving

@Suite("Model self-check while serving")
struct ModelProofTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "proof-\(UUID().uuidString)")
    private let log = Journal()
    private let damage = CaptionError(.damagedModel, "/secret/vision.weights is damaged.")

    private var cache: CaptionCache {
        CaptionCache(
            [
                MemoryTier(maxBytes: 1 << 20),
                SQLiteTier(
                    path: folder.appending(path: "captions.sqlite").path, maxEntries: 100, timeToLive: 3600,
                    logger: Logger(label: "test")),
            ], timeToLive: .seconds(3600))
    }

    private func captioner(_ model: @escaping @Sendable () throws -> StubModel) async -> Captioner {
        let captioner = Captioner(
            configuration: Captioner.Configuration(), cache: cache,
            logger: Logger(label: "test") { [log] _ in JournalLogHandler(journal: log) }
        ) { _ in try model() }
        await captioner.start()
        return captioner
    }

    /// The error of a caption.
    private func refusal(_ captioner: Captioner) async throws -> ServingError {
        try await #require(throws: ServingError.self) { try await captioner.caption(try fixture("gradient.png")) }
    }

    @Test("A model with a wrong answer at loading is not ready, and the log says why")
    func wrongAtStart() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let captioner = await captioner {
            let model = StubModel()
            model.proof = { throw CaptionError(.unusableModel, "The Q-Former computes something else.") }
            return model
        }
        #expect(await captioner.state == .failed("The Q-Former computes something else."))
        #expect(try await refusal(captioner).code == .modelUnavailable)
    }

    @Test("A compiled model found damaged at loading is loaded again, which compiles it")
    func damagedAtStart() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let loads = Journal()
        let captioner = await captioner { [damage] in
            loads.note("load")
            let model = StubModel()
            if loads.all.count == 1 { model.proof = { throw damage } }
            return model
        }
        #expect(try await captioner.caption(try fixture("gradient.png")).caption == "a stub")
        #expect(loads.all.count == 2)
        #expect(log.all.contains { $0.contains("compiled anew") && $0.contains("vision.weights") })
    }

    @Test("Damage found after the start ends captions, and earlier captions are not cached")
    func damagedLater() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = StubFiles(isShut: true)
        let captioner = await captioner {
            let model = StubModel()
            model.files = files
            return model
        }
        #expect(try await captioner.caption(try fixture("gradient.png")).caption == "a stub")
        files.touch(damage)
        files.open()
        try await eventually("the damage is found") { if case .unsound = await captioner.state { true } else { false } }
        let error = try await refusal(captioner)
        #expect(error.code == .modelUnavailable)
        #expect(error.message == Captioner.unsoundModel && "\(error)".contains("vision.weights"))
        #expect(log.all.contains { $0.contains("vision.weights") })
        await captioner.close()
        let next = await self.captioner { StubModel { _, _ in "another" } }
        #expect(try await next.caption(try fixture("gradient.png")).caption == "another")
        await next.close()
    }

    @Test("Captions made before the files are verified reach the disk afterwards")
    func soundLater() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = StubFiles(isShut: true)
        let first = await captioner {
            let model = StubModel()
            model.files = files
            return model
        }
        _ = try await first.caption(try fixture("gradient.png"))
        let store = SQLiteTier(
            path: folder.appending(path: "captions.sqlite").path, maxEntries: 100, timeToLive: 3600,
            logger: Logger(label: "test"))
        await store.open()
        #expect(await store.count == 0)
        files.open()
        try await eventually("the caption is on disk") { await store.count == 1 }
        await store.close()
        await first.close()
    }

    @Test(
        "After a file changed, no caption is returned before the files are verified", arguments: [true, false])
    func touched(isDamaged: Bool) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = StubFiles()
        let captioner = await captioner {
            let model = StubModel { _, _ in
                // The warm-up comes before anything is touched.
                "a stub"
            }
            model.files = files
            return model
        }
        files.touch(isDamaged ? damage : nil)
        if isDamaged {
            #expect(try await refusal(captioner).code == .modelUnavailable)
            #expect(await captioner.state == .unsound(damage.message))
        } else {
            #expect(try await captioner.caption(try fixture("gradient.png")).caption == "a stub")
        }
        await captioner.close()
    }

    @Test(
        "An empty or non-finite caption is an error and not cached; a sound model continues",
        arguments: [ServingError.Code.emptyCaption, .invalidOutput])
    func doubtful(code: ServingError.Code) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let proofs = Journal()
        let isWell = Mutex(false)
        let captioner = await captioner {
            let model = StubModel { options, _ in
                guard options.prompt != nil, !isWell.withLock({ $0 }) else { return "a stub" }
                if code == .emptyCaption { return "" }
                throw CaptionError(.invalidOutput, "Not a number.")
            }
            model.proof = { proofs.note("proof") }
            return model
        }
        let options = CaptionOptions(prompt: "a")
        for _ in 0..<2 {
            let error = try await #require(throws: ServingError.self) {
                try await captioner.caption(try fixture("gradient.png"), options: options)
            }
            #expect(error.code == code)
        }
        // Once at the start, and once for the first doubt: there are prompts without an answer.
        #expect(proofs.all.count == 2)
        isWell.withLock { $0 = true }
        let result = try await captioner.caption(try fixture("gradient.png"), options: options)
        #expect(result.caption == "a stub" && !result.isCached)
        await captioner.close()
    }

    @Test("A non-finite caption from a model that fails its self-check ends captions")
    func unsound() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let isLoaded = Mutex(false)
        let captioner = await captioner {
            let model = StubModel { options, _ in
                guard options.prompt == nil else { throw CaptionError(.invalidOutput, "Not a number.") }
                return "a stub"
            }
            model.proof = {
                if isLoaded.withLock({ isLoaded in
                    defer { isLoaded = true }
                    return isLoaded
                }) {
                    throw CaptionError(.unusableModel, "It computes something else.")
                }
            }
            return model
        }
        let error = try await #require(throws: ServingError.self) {
            try await captioner.caption(try fixture("gradient.png"), options: CaptionOptions(prompt: "a"))
        }
        #expect(error.code == .modelUnavailable && error.message == Captioner.unsoundModel)
        try await eventually("the model is given up") {
            if case .unsound = await captioner.state { true } else { false }
        }
        #expect(try await refusal(captioner).code == .modelUnavailable)
        await captioner.close()
    }
}
