import Imaging
import Testing

struct RefusalTests {
    /// A PNG that ends after its header, with a right checksum.
    static func pngHeader(width: UInt32, height: UInt32, isInterlaced: Bool = false) -> [UInt8] {
        var chunk = Array("IHDR".utf8)
        for number in [width, height] { chunk += (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
        chunk += [8, 2, 0, 0, isInterlaced ? 1 : 0]
        let checksum = chunk.reduce(UInt32.max) { remainder, byte in
            (0..<8).reduce(remainder ^ UInt32(byte)) { value, _ in
                value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320
            }
        }
        return [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + chunk
            + (0..<4).map { UInt8(truncatingIfNeeded: ~checksum >> (24 - 8 * $0)) }
            + [0, 0, 0, 1] + Array("IDAT".utf8) + [0x78, 0, 0, 0, 0]
    }

    @Test("Refuses an empty picture file")
    func refusesEmpty() {
        #expect(refusal(of: []) == .emptyFile)
    }

    @Test("Refuses a file with too many bytes, naming both numbers")
    func refusesBytes() throws {
        let bytes = try Fixture.bytes("rgb.png")
        let limits = PictureLimits(maximumByteCount: bytes.count - 1)
        let error = try #require(throws: ImagingError.self) { try Picture(bytes: bytes, limits: limits) }
        #expect(error.code == .tooManyBytes)
        #expect(error.description.contains("\(bytes.count)") && error.description.contains("\(bytes.count - 1)"))
        #expect(refusal(of: bytes, limits: PictureLimits(maximumByteCount: bytes.count)) == nil)
    }

    @Test("Refuses a PNG whose header claims 50,000 × 50,000 pixels")
    func refusesPixels() throws {
        let bytes = Self.pngHeader(width: 50_000, height: 50_000)
        let error = try #require(throws: ImagingError.self) { try Picture(bytes: bytes) }
        #expect(error.code == .tooManyPixels)
        #expect(error.message.contains("50000 × 50000"))
    }

    @Test("Refuses a picture that is too wide or too high by its header")
    func refusesDimension() throws {
        #expect(refusal(of: Self.pngHeader(width: 65_501, height: 1)) == .dimensionTooLarge)
        #expect(refusal(of: Self.pngHeader(width: 1, height: 65_501)) == .dimensionTooLarge)
        let bytes = try Fixture.bytes("rgb.png")  // 64 × 80
        #expect(refusal(of: bytes, limits: PictureLimits(maximumDimension: 79)) == .dimensionTooLarge)
        #expect(refusal(of: bytes, limits: PictureLimits(maximumPixelCount: 64 * 80 - 1)) == .tooManyPixels)
        #expect(refusal(of: bytes, limits: PictureLimits(maximumPixelCount: 64 * 80, maximumDimension: 80)) == nil)
    }

    @Test(
        "Refuses other formats, even those that libvips could open",
        arguments: [
            "This is a text, and its name ends in .jpg.",
            "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
            "<?xml version='1.0'?><svg/>", "%PDF-1.4\n1 0 obj", "P6 1 1 255 abc", "v/1\u{01}\u{02}", "BM",
            "#?RADIANCE\n",
            "1 2 3\n4 5 6", "\u{0}\u{0}\u{0}\u{18}ftypmp42\u{0}\u{0}\u{0}\u{0}mp42isom", "RIFF\u{4}\u{0}\u{0}\u{0}WAVE",
            "G",
        ])
    func refusesFormat(text: String) {
        #expect(refusal(of: Array(text.utf8)) == .unsupportedFormat)
    }

    @Test(
        "Reports a picture cut off anywhere as truncated",
        arguments: [
            "baseline.jpg", "progressive.jpg", "rgb.png", "alpha.png", "lossy.webp", "animated.gif", "lzw.tif",
            "picture.avif",
        ])
    func refusesTruncated(name: String) throws {
        let bytes = try Fixture.bytes(name)
        for percent in [60, 75, 90] {
            let code = refusal(of: Array(bytes.prefix(bytes.count * percent / 100)))
            // The first frame of an animation may be whole although the file is not.
            #expect(code == .truncated || (name == "animated.gif" && code == nil), "\(percent) % of the file")
        }
    }

    @Test("Refuses a JPEG with damaged image data")
    func refusesCorruptJPEG() throws {
        var bytes = try Fixture.bytes("large.jpg")
        for index in stride(from: bytes.count / 3, to: bytes.count / 2, by: 7) { bytes[index] = ~bytes[index] }
        #expect(refusal(of: bytes) == .corrupt)
    }

    @Test("Refuses a PNG with damaged image data")
    func refusesCorruptPNG() throws {
        var bytes = try Fixture.bytes("rgb.png")
        for index in bytes.count / 3..<bytes.count / 2 { bytes[index] = 0xAA }
        #expect(refusal(of: bytes) == .corrupt)
    }

    @Test("Reports a known signature followed by garbage as an unreadable header")
    func refusesHeader() {
        let nonsense = [UInt8](repeating: 0x11, count: 4000)
        #expect(refusal(of: [0xFF, 0xD8, 0xFF] + nonsense) == .unreadableHeader)
        #expect(refusal(of: [0x49, 0x49, 0x2A, 0] + [8, 0, 0, 0] + nonsense) == .unreadableHeader)
    }

    @Test("Reads a GIF without a screen size at the size of its first frame")
    func readsNoSize() throws {
        var bytes = try Fixture.bytes("animated.gif")
        bytes.replaceSubrange(6..<10, with: [0, 0, 0, 0])
        let picture = try Picture(bytes: bytes)
        #expect([picture.width, picture.height] == [64, 80])
    }

    @Test("Ignores a PNG's text chunks, and never decompresses them", arguments: ["zTXt", "iTXt", "tEXt"])
    func ignoresText(kind: String) throws {
        var bytes = try Fixture.bytes("one-pixel.png")
        let plain = try Picture(bytes: bytes).pixels(PixelPreparation(width: 2, height: 2))
        // After the header: a chunk whose checksum is wrong, which the decoder refuses if it sees it.
        bytes.insert(contentsOf: [0, 0, 0, 3] + Array(kind.utf8) + [1, 2, 3, 0, 0, 0, 0], at: 33)
        let picture = try Picture(bytes: bytes)
        #expect(picture.bytes == bytes)
        #expect(try picture.pixels(PixelPreparation(width: 2, height: 2)) == plain)
    }

    @Test("Describes a picture by its bytes: format, media type, size, SHA-256")
    func describes() throws {
        let picture = try Picture(bytes: Fixture.bytes("one-pixel.png"))
        #expect(picture.format.name == "PNG" && picture.format.mediaType == "image/png")
        #expect(picture.byteCount == picture.bytes.count)
        #expect(picture.sha256.count == 64 && picture.sha256.allSatisfy { "0123456789abcdef".contains($0) })
        #expect(PictureFormat.webp.name == "WebP" && PictureFormat.heic.mediaType == "image/heic")
    }

    @Test("A failure on one thread does not affect pictures on others")
    func threadsDoNotMix() async throws {
        let good = try Fixture.bytes("baseline.jpg")
        let cut = Array(try Fixture.bytes("rgb.png").prefix(3000))
        await withTaskGroup { group in
            for index in 0..<64 {
                group.addTask { refusal(of: index % 2 == 0 ? good : cut) == (index % 2 == 0 ? nil : .truncated) }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
