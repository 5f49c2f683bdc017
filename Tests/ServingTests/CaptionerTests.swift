import Captioning
import Foundation
import Imaging
import Logging
import StandIns
import Testing

@testable import Serving

@Suite("Captioner")
struct CaptionerTests {
    private func captioner(
        timeout: Duration = .endless, _ model: @escaping @Sendable () throws -> any CaptionModel = { StubModel() }
    ) -> Captioner {
        var configuration = Captioner.Configuration()
        configuration.timeout = timeout
        return Captioner(
            configuration: configuration, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        ) { _ in try model() }
    }

    private func error(
        _ captioner: Captioner, _ bytes: [UInt8], _ options: CaptionOptions = CaptionOptions()
    ) async throws -> ServingError {
        try await #require(throws: ServingError.self) { try await captioner.caption(bytes, options: options) }
    }

    @Test("Returns a caption and the picture's properties")
    func caption() async throws {
        let captioner = captioner { StubModel { options, _ in "prompt: \(options.prompt ?? "none")" } }
        await captioner.start()
        let result = try await captioner.caption(
            try fixture("gradient.png"), options: CaptionOptions(prompt: "a photo"))
        #expect(result.caption == "prompt: a photo")
        #expect(result.tokenCount == 3)
        #expect(result.picture.width == 12)
        #expect(result.picture.height == 8)
        #expect(result.picture.format == "png")
        #expect(result.picture.byteCount == (try fixture("gradient.png").count))
        #expect(result.picture.hash.count == 64)
        #expect(!result.isCached)
        let timings = result.timings
        #expect(timings.total >= timings.decode + timings.preprocess + timings.waiting)
    }

    @Test("While the model loads, the state is loading and captions are refused")
    func loading() async throws {
        let gate = Gate()
        let captioner = captioner {
            gate.wait()
            return StubModel()
        }
        #expect(try await error(captioner, []).code == .modelLoading)
        let start = Task { await captioner.start() }
        #expect(await captioner.state == .loading)
        #expect(try await error(captioner, []).code == .modelLoading)
        #expect(await captioner.loadDuration == nil)
        gate.open()
        await start.value
        #expect(await captioner.state == .ready(StubModel().description))
        #expect(await captioner.loadDuration != nil)
    }

    @Test("A model that fails to load leaves the reason in the state; callers get a plain sentence")
    func failedLoad() async throws {
        let captioner = captioner { throw ServingError(.internalFailure, "no such folder: /secret") }
        await captioner.start()
        #expect(await captioner.state == .failed("no such folder: /secret"))
        let error = try await error(captioner, [])
        #expect(error.code == .modelUnavailable)
        #expect(!error.message.contains("/secret"))
        #expect("\(error)".contains("/secret"))
    }

    @Test("A model that cannot caption its warm-up picture counts as failed")
    func failedWarmUp() async throws {
        let captioner = captioner { StubModel { _, _ in throw ServingError(.internalFailure, "broken") } }
        await captioner.start()
        #expect(await captioner.state == .failed("broken"))
    }

    @Test("Loads the model once, and warms it up before the first request")
    func warmUp() async throws {
        let journal = Journal()
        let captioner = captioner {
            journal.note("load")
            return StubModel { _, _ in
                journal.note("caption")
                return "a stub"
            }
        }
        await captioner.start()
        await captioner.start()
        #expect(journal.all == ["load", "caption"])
    }

    @Test(
        "A file that is no good picture is refused by its own code",
        arguments: [
            ("corrupt.jpg", ServingError.Code.corruptPicture), ("truncated.jpg", .truncatedPicture),
            ("text.jpg", .unsupportedPicture), ("huge.png", .pictureTooLarge),
        ])
    func badPictures(name: String, code: ServingError.Code) async throws {
        let captioner = captioner()
        await captioner.start()
        let error = try await error(captioner, try fixture(name))
        #expect(error.code == code)
        #expect(error.message.hasSuffix("."))
        #expect(try await captioner.caption(try fixture("gradient.jpg")).caption == "a stub")
    }

    @Test("Refuses an empty file as empty_file")
    func emptyFile() async throws {
        let captioner = captioner()
        await captioner.start()
        #expect(try await error(captioner, []).code == .emptyFile)
    }

    @Test("Refuses a file over the byte limit as file_too_large")
    func tooManyBytes() async throws {
        var configuration = Captioner.Configuration()
        configuration.limits.maximumByteCount = 10
        let captioner = Captioner(configuration: configuration, logger: Logger(label: "test")) { _ in StubModel() }
        await captioner.start()
        #expect(try await error(captioner, try fixture("gradient.png")).code == .fileTooLarge)
    }

    @Test("Refuses max_new_tokens outside the model's limits with the range", arguments: [-1, 0, 31, Int.max])
    func optionOutOfRange(tokens: Int) async throws {
        let captioner = captioner()
        await captioner.start()
        let error = try await error(captioner, try fixture("gradient.png"), CaptionOptions(maxNewTokens: tokens))
        #expect(error.code == .invalidOption)
        #expect(error.message.contains("from 1 to 30"))
    }

    @Test("An unforeseen error becomes an internal failure; the log has the cause")
    func unforeseenError() async throws {
        struct Surprise: Error {}
        let journal = Journal()
        let captioner = captioner {
            StubModel { _, _ in
                journal.note("call")
                guard journal.all.count == 1 else { throw Surprise() }
                return "a stub"
            }
        }
        await captioner.start()
        let error = try await error(captioner, try fixture("gradient.png"))
        #expect(error.code == .internalFailure)
        #expect(!error.message.contains("Surprise"))
        #expect(error.cause is Surprise)
    }

    /// A model that captions until it is cancelled, the warm-up apart.
    private func endlessModel(_ journal: Journal) -> StubModel {
        StubModel { options, isCancelled in
            guard options.prompt != nil else { return "a stub" }
            journal.note("began")
            while !isCancelled() { Thread.sleep(forTimeInterval: 0.001) }
            journal.note("stopped")
            throw CancellationError()
        }
    }

    @Test("Stops a caption that takes too long, and the next one works")
    func timeout() async throws {
        let journal = Journal()
        let captioner = captioner(timeout: .seconds(1)) { endlessModel(journal) }
        await captioner.start()
        // On a busy machine its time may run out before the model has begun.
        repeat {
            let error = try await error(captioner, try fixture("gradient.png"), CaptionOptions(prompt: "endless"))
            #expect(error.code == .timedOut)
        } while journal.all.isEmpty
        try await eventually("the model has stopped") { journal.all == ["began", "stopped"] }
        // On a busy machine its time may run out once more: that is no sign of a model that hangs.
        try await eventually("the next caption is made") {
            (try? await captioner.caption(try fixture("gradient.png")).caption) == "a stub"
        }
    }

    @Test("Cancelling stops a running caption, and drops a waiting one before it runs")
    func cancellation() async throws {
        let journal = Journal()
        let captioner = captioner { endlessModel(journal) }
        await captioner.start()
        let bytes = try fixture("gradient.png")
        let running = Task { try await captioner.caption(bytes, options: CaptionOptions(prompt: "endless")) }
        try await eventually("the model has begun") { !journal.all.isEmpty }
        let waiting = Task { try await captioner.caption(bytes, options: CaptionOptions(prompt: "endless")) }
        waiting.cancel()
        await #expect(throws: ServingError.self) { try await waiting.value }
        #expect(journal.all == ["began"])
        running.cancel()
        let result = await running.result
        #expect(throws: ServingError.self) { try result.get() }
        try await eventually("the model has stopped") { journal.all == ["began", "stopped"] }
    }

    @Test("Other tasks continue while a model blocks")
    func blockingModel() async throws {
        let gate = Gate()
        let journal = Journal()
        let captioner = captioner {
            StubModel { options, _ in
                guard options.prompt != nil else { return "a stub" }
                journal.note("blocks")
                gate.wait()
                return "late"
            }
        }
        await captioner.start()
        let bytes = try fixture("gradient.png")
        let caption = Task { try await captioner.caption(bytes, options: CaptionOptions(prompt: "wait")) }
        try await eventually("the model has begun") { !journal.all.isEmpty }
        #expect(await captioner.state == .ready(StubModel().description))
        gate.open()
        #expect(try await caption.value.caption == "late")
    }
}
