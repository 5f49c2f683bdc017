import Serving
import Testing

@testable import Server

@Suite("Caption events")
struct CaptionEventsTests {
    private let result = CaptionResult(
        caption: "a boat", tokenCount: 2,
        picture: PictureInfo(format: "png", width: 1, height: 1, byteCount: 1, hash: ""))

    @Test("Keeps only the newest text, with the end beside it, until somebody reads")
    func newest() async throws {
        let events = CaptionEvents()
        for count in 1...10_000 { events.grow(to: String(repeating: "x", count: count)) }
        events.end(.success(result))
        let item = try await events.next()
        #expect(item.text?.count == 10_000)
        #expect(try item.end?.get() == result)
        events.pass()
        let later = try await events.next()
        #expect(later.text == nil && later.end == nil && later.isPause)
    }

    @Test("Ignores the signal of an update that was read already")
    func lateBell() async throws {
        let events = CaptionEvents()
        events.grow(to: "a")
        #expect(try await events.next().text == "a")
        events.grow(to: "a boat")
        events.end(.success(result))
        let item = try await events.next()
        #expect(item.text == "a boat" && item.end != nil && !item.isPause)
    }

    @Test("Text that has not grown is no event")
    func nothingNew() async throws {
        let events = CaptionEvents()
        events.grow(to: "")
        events.pass()
        #expect(try await events.next().text == nil)
    }

    @Test("A cancelled reader stops waiting")
    func cancelled() async throws {
        let events = CaptionEvents()
        let waiting = Task { try await events.next() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
