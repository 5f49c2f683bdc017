import Concurrency
import Imaging
import Logging
import StandIns
import Testing

@testable import Serving

@Suite("Processing pictures")
struct ProcessingTests {
    private func captioner(timeout: Duration = .endless) -> Captioner {
        var configuration = Captioner.Configuration()
        configuration.timeout = timeout
        configuration.pictureWorkers = 1
        return Captioner(
            configuration: configuration, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        ) { _ in StubModel() }
    }

    @Test("Returns a picture's properties, a small JPEG and its colours, without a model")
    func processes() async throws {
        let bytes = try fixture("gradient.jpg")
        let picture = try await captioner().process(bytes, fitting: (24, 24))
        #expect(picture.original.format == "jpeg")
        #expect([picture.original.width, picture.original.height] == [48, 32])
        #expect(picture.original.byteCount == bytes.count)
        #expect(picture.original.hash == (try Picture(bytes: bytes).sha256))
        #expect([picture.width, picture.height] == [24, 16])
        let small = try Picture(bytes: picture.jpeg.bytes)
        #expect(small.format == .jpeg && small.width == 24 && small.height == 16)
        #expect(abs(picture.compressionRatio - Double(bytes.count) / Double(small.byteCount)) < 1e-9)
        #expect((1...5).contains(picture.palette.count))
    }

    @Test("The colours do not depend on the size of the JPEG")
    func tinyTarget() async throws {
        let bytes = try fixture("gradient.png")
        let tiny = try await captioner().process(bytes, fitting: (1, 1))
        let usual = try await captioner().process(bytes, fitting: (384, 384))
        #expect(tiny.palette == usual.palette)
        #expect([tiny.width, tiny.height] == [1, 1])
        #expect([usual.width, usual.height] == [12, 8])
    }

    @Test(
        "A file that is no good picture is refused by its own code",
        arguments: [
            ("corrupt.jpg", ServingError.Code.corruptPicture), ("truncated.jpg", .truncatedPicture),
            ("text.jpg", .unsupportedPicture), ("huge.png", .pictureTooLarge),
        ])
    func refuses(name: String, code: ServingError.Code) async throws {
        let captioner = captioner()
        let bytes = try fixture(name)
        let error = await #expect(throws: ServingError.self) { try await captioner.process(bytes, fitting: (9, 9)) }
        #expect(error?.code == code)
    }

    @Test("A picture that waits too long for a thread times out and is never decoded")
    func timesOut() async throws {
        let captioner = captioner(timeout: .milliseconds(50))
        let gate = Gate()
        let journal = Journal()
        let blocker = Task {
            try await captioner.pictures.run {
                journal.note("blocks")
                gate.wait()
            }
        }
        try await eventually("the worker is busy") { !journal.all.isEmpty }
        let bytes = try fixture("gradient.png")
        let error = await #expect(throws: ServingError.self) { try await captioner.process(bytes, fitting: (9, 9)) }
        #expect(error?.code == .timedOut)
        gate.open()
        try await blocker.value
    }

    @Test(
        "Refuses a small file that decodes to more than PICTURE_MEMORY; concurrent large ones all succeed"
    )
    func refusesByMemory() async throws {
        var configuration = Captioner.Configuration()
        configuration.timeout = .seconds(600)
        configuration.limits.maximumMemory = 16_777_216
        let captioner = Captioner(
            configuration: configuration, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        ) { _ in StubModel() }
        func gif(side: Int) -> [UInt8] {
            let bytes = [UInt8(side & 255), UInt8(side >> 8), UInt8(side & 255), UInt8(side >> 8)]
            return Array("GIF89a".utf8) + bytes + [0x80, 0, 0, 255, 0, 0, 0, 0, 255, 0x2C, 0, 0, 0, 0] + bytes
                + [0, 2, 2, 0x44, 1, 0, 0x3B]
        }
        let error = await #expect(throws: ServingError.self) {
            try await captioner.process(gif(side: 3_000), fitting: (9, 9))
        }
        #expect(error?.code == .pictureTooLarge)
        // Each takes more than half of the memory, and so one after the other.
        let large = gif(side: 1_400)
        let ordinary = try fixture("gradient.png")
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { try await captioner.process(large, fitting: (9, 9)).original.width } }
            for _ in 0..<8 { group.addTask { try await captioner.process(ordinary, fitting: (9, 9)).original.width } }
            let widths = try await group.reduce(into: [Int]()) { $0.append($1) }
            #expect(widths.sorted() == Array(repeating: 12, count: 8) + Array(repeating: 1_400, count: 8))
        }
    }

    @Test("Does not start a picture whose caller has left")
    func givesUp() async throws {
        let captioner = captioner()
        let bytes = try fixture("gradient.png")
        let leaving = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await captioner.process(bytes, fitting: (9, 9))
        }
        let error = await #expect(throws: ServingError.self) { try await leaving.value }
        #expect(error?.code == .cancelled)
    }

    @Test("A caption that may wait for admission succeeds, and its picture is checked like any other")
    func waitingCaption() async throws {
        let captioner = captioner()
        await captioner.start()
        #expect(
            try await captioner.caption(try fixture("gradient.png"), admission: .orWait).caption == "a stub")
        let error = await #expect(throws: ServingError.self) { try await captioner.caption([], admission: .orWait) }
        #expect(error?.code == .emptyFile)
    }

    @Test("The palette found with a caption equals the one found alone")
    func paletteWithCaption() async throws {
        for name in ["gradient.png", "gradient.jpg"] {
            let bytes = try fixture(name)
            let (together, alone) = (captioner(), captioner())
            await together.start()
            let caption = try await together.caption(bytes, findsPalette: true)
            #expect(together.palettes.value(caption.picture.hash) != nil)
            #expect(
                try await together.palette(of: bytes, hash: caption.picture.hash)
                    == alone.palette(of: bytes, hash: caption.picture.hash))
        }
    }
}
