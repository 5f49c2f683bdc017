import Serving
import Testing

@testable import Server

@Suite("News of a caption")
struct CaptionNewsTests {
    private let result = CaptionResult(
        caption: "a boat", tokenCount: 2,
        picture: PictureInfo(format: "png", width: 1, height: 1, byteCount: 1, hash: ""))

    @Test("However much is written before somebody looks, one text waits, the newest, with the end beside it")
    func newest() async throws {
        let news = CaptionNews()
        for count in 1...10_000 { news.grow(to: String(repeating: "x", count: count)) }
        news.end(.success(result))
        let item = try await news.next()
        #expect(item.text?.count == 10_000)
        #expect(try item.end?.get() == result)
        news.pass()
        let later = try await news.next()
        #expect(later.text == nil && later.end == nil && later.isPause)
    }

    @Test("A bell that rings for what has been taken already is no news")
    func lateBell() async throws {
        let news = CaptionNews()
        news.grow(to: "a")
        #expect(try await news.next().text == "a")
        news.grow(to: "a boat")
        news.end(.success(result))
        let item = try await news.next()
        #expect(item.text == "a boat" && item.end != nil && !item.isPause)
    }

    @Test("A text that has not grown is no news")
    func nothingNew() async throws {
        let news = CaptionNews()
        news.grow(to: "")
        news.pass()
        #expect(try await news.next().text == nil)
    }

    @Test("Whoever waits is let go when cancelled")
    func cancelled() async throws {
        let news = CaptionNews()
        let waiting = Task { try await news.next() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
