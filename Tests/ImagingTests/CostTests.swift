import Imaging
import Testing

@Suite("Decoding cost")
struct CostTests {
    /// 35 bytes that claim so many pixels: one frame without data.
    private func gif(side: Int) -> [UInt8] {
        let bytes = [UInt8(side & 255), UInt8(side >> 8), UInt8(side & 255), UInt8(side >> 8)]
        return Array("GIF89a".utf8) + bytes + [0x80, 0, 0, 255, 0, 0, 0, 0, 255, 0x2C, 0, 0, 0, 0] + bytes
            + [0, 2, 2, 0x44, 1, 0, 0x3B]
    }

    /// What is kept of a row, whatever the format.
    private static let row = 1024

    private func memory(_ name: String) throws -> Int { try Picture(bytes: Fixture.bytes(name)).cost.memory }

    @Test("Formats decoded line by line need a few lines of memory, others all pixels")
    func tellsStreamsApart() throws {
        let (strips, area) = (64 * Self.row, 64 * 80)
        for name in ["baseline.jpg", "rgb.png", "alpha-16.png"] { #expect(try memory(name) == strips) }
        #expect(try memory("progressive.jpg") >= strips + 3 * area)
        #expect(try memory("alpha.webp") == strips + 8 * area)
        #expect(try memory("animated.webp") == strips + 16 * area)
        #expect(try memory("picture.avif") == strips + 9 * area)
        #expect(try memory("animated.gif") >= strips + 5 * area)
        // One strip, or the tiles that lie side by side, twice over.
        #expect(try memory("lzw.tif") == strips + 2 * 3 * area)
        #expect(try memory("Variants/tiled-u1.tif") == 96 * Self.row + 2 * 3 * 3 * 32 * 32)
        // 8-bit pixels, and a strip of what they are made of.
        #expect(try memory("Variants/rgb-f4.tif") == 96 * Self.row + 3 * 96 * 64 + 12 * 96 * 64)
    }

    @Test("An interlaced PNG needs memory for all pixels")
    func interlaced() throws {
        var bytes = RefusalTests.pngHeader(width: 1000, height: 1000)
        let plain = try Picture(bytes: bytes).cost
        bytes = RefusalTests.pngHeader(width: 1000, height: 1000, isInterlaced: true)
        #expect(try Picture(bytes: bytes).cost.memory == plain.memory + 4_000_000)
    }

    @Test("Refuses a picture over PICTURE_MEMORY by its header, with both numbers and what to do")
    func refusesMemory() throws {
        let limits = PictureLimits(maximumMemory: 100_000_000)
        let error = try #require(throws: ImagingError.self) { try Picture(bytes: gif(side: 5_000), limits: limits) }
        #expect(error.code == .tooCostly)
        #expect(error.message.contains("131 MB") && error.message.contains("100 MB"))
        #expect(error.message.contains("PICTURE_MEMORY"))
        #expect(throws: Never.self) { try Picture(bytes: gif(side: 1_000), limits: limits) }
    }

    @Test("Refuses a progressive JPEG with hundreds of scans")
    func refusesScans() throws {
        let bytes = try Fixture.bytes("progressive.jpg")
        let last = try #require(bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
        let scan = bytes[last..<bytes.count - 2]
        let many = bytes[..<last] + (0..<300).flatMap { _ in scan } + [0xFF, 0xD9]
        let limits = PictureLimits(maximumPixelCount: 64 * 80)
        let error = try #require(throws: ImagingError.self) { try Picture(bytes: Array(many), limits: limits) }
        #expect(error.code == .tooCostly)
        #expect(throws: Never.self) { try Picture(bytes: bytes, limits: limits) }
    }

    @Test("Stops decoding when its task is cancelled")
    func stops() async throws {
        let picture = try Picture(bytes: Fixture.bytes("rgb.png"))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try picture.pixels(PixelPreparation(width: 24, height: 24))
        }
        let error = await #expect(throws: ImagingError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }
}
