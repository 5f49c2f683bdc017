import HTTPTypes
import Hummingbird
import NIOCore
import Serving
import StandIns
import Synchronization
import Testing

@testable import Server

/// How a batch and its upload go together, with captions that a test gives out itself.
@Suite("Caption batch")
struct CaptionBatchTests {
    /// Captions that end when a test says so.
    private actor Desk {
        private(set) var begun = 0
        private var waiting: [CheckedContinuation<Void, Never>] = []
        private var mayFinish = 0

        func caption() async -> CaptionResult {
            begun += 1
            if mayFinish > 0 {
                mayFinish -= 1
            } else {
                await withCheckedContinuation { waiting.append($0) }
            }
            return CaptionResult(
                caption: "a caption", tokenCount: 1,
                picture: PictureInfo(format: "png", width: 1, height: 1, byteCount: 1, hash: ""))
        }

        /// Lets so many captions end, those under way and those to come.
        func finish(_ count: Int) {
            for _ in 0..<count {
                if waiting.isEmpty { mayFinish += 1 } else { waiting.removeFirst().resume() }
            }
        }
    }

    /// A body whose pieces a test counts as they are asked for.
    private struct CountedBody: AsyncSequence, Sendable {
        let pieces: [ByteBuffer]
        let asked: Journal

        struct Iterator: AsyncIteratorProtocol {
            var pieces: ArraySlice<ByteBuffer>
            let asked: Journal

            mutating func next() async -> ByteBuffer? {
                asked.note("piece")
                return pieces.popFirst()
            }
        }

        func makeAsyncIterator() -> Iterator { Iterator(pieces: pieces[...], asked: asked) }
    }

    private let layout = Form.Layout(fileField: "images", textFields: ["prompt"], maxFileBytes: 1000, maxFiles: 100)

    private func request(_ pieces: [ByteBuffer], asked: Journal = Journal()) -> Request {
        Request(
            head: HTTPRequest(
                method: .post, scheme: "http", authority: "localhost", path: "/",
                headerFields: [.contentType: TestForm.contentType]),
            body: RequestBody(asyncSequence: CountedBody(pieces: pieces, asked: asked)))
    }

    /// A form of `count` files, each in a piece of its own, the last one with the end of the form.
    private func pieces(_ count: Int) -> [ByteBuffer] {
        (0..<count).map { number in
            var form = TestForm()
            form.add(file: [UInt8](repeating: UInt8(number), count: 100), named: "\(number).png", as: "images")
            let whole = form.body
            let end = "--\(TestForm.boundary)--\r\n".utf8.count
            return number == count - 1 ? whole : ByteBuffer(whole.readableBytesView.dropLast(end))
        }
    }

    @Test(
        "Starts a picture once it is complete, and reads no further than maxInFlight")
    func boundsReading() async throws {
        let (desk, asked) = (Desk(), Journal())
        let batch = CaptionBatch(maxInFlight: 3) { _, _, _ in await desk.caption() }
        let request = request(pieces(20), asked: asked)
        async let outcomes = Upload.receive(request, layout: layout) { try await batch.run(&$0) }
        // Three are in flight; the fourth is read and waits. A file is complete with the delimiter behind it, which the
        // next piece begins with, so that one piece more has been asked for.
        try await eventually("three are in flight") { await desk.begun == 3 && asked.all.count == 5 }
        await desk.finish(1)
        try await eventually("a fourth has begun") { await desk.begun == 4 && asked.all.count == 6 }
        #expect(await desk.begun == 4)
        await desk.finish(100)
        let names = try await outcomes.map(\.fileName)
        #expect(names == (0..<20).map { "\($0).png" })
        #expect(await desk.begun == 20)
    }

    @Test("An invalid form cancels the captions in flight")
    func cancelsOnError() async throws {
        let journal = Journal()
        let batch = CaptionBatch(maxInFlight: 3) { _, _, _ in
            journal.note("began")
            do {
                try await Task.sleep(for: .endless)
            } catch {
                journal.note("ended")
                throw error
            }
            throw CancellationError()
        }
        var late = TestForm()
        late.add("too late", as: "prompt")
        let request = request(Array(pieces(3).dropLast()) + [late.body])
        let error = await #expect(throws: ServerError.self) {
            try await Upload.receive(request, layout: layout) { try await batch.run(&$0) }
        }
        #expect(error?.code == .lateField)
        #expect(journal.all.count { $0 == "began" } == journal.all.count { $0 == "ended" })
    }
}
