import Imaging
import Randomness
import Testing

struct MutationTests {
    @Test(
        "Damaged bytes end in pixels or an error, never a crash",
        arguments: Fixture.all.filter { $0.name != "large.jpg" })
    func survives(fixture: Fixture) throws {
        let original = try fixture.bytes
        var generator = SplitMix64(seed: UInt64(original.count))
        let limits = PictureLimits(maximumPixelCount: 1_000_000)
        let rounds = fixture.format == "avif" ? 50 : 300
        var accepted = 0
        for _ in 0..<rounds {
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                // Headers decide most, and so are hit as often as all the rest.
                let end = Bool.random(using: &generator) ? min(64, bytes.count) : bytes.count
                bytes[Int.random(in: 0..<end, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if Int.random(in: 0..<10, using: &generator) == 0 {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
            }
            if refusal(of: bytes, limits: limits) == nil { accepted += 1 }
        }
        #expect(accepted < rounds)
    }

    @Test(
        "Damaged bytes of the JPEG and TIFF variants end in pixels or an error, never a crash",
        arguments: [
            "rgb-f2.tif", "tiled-planes-f4.tif", "grey-12-bit.tif", "cmyk-f4.tif", "rgb-i4.tif", "ycbcr-plain.tif",
            "infrared-and-clear.tif", "planes-u1.tif", "no-end-progressive.jpg", "bytes-before-restart.jpg", "ycck.jpg",
        ])
    func survivesVariants(name: String) throws {
        let original = try Fixture.bytes("Variants/\(name)")
        var generator = SplitMix64(seed: UInt64(original.count))
        let limits = PictureLimits(maximumPixelCount: 1_000_000, maximumMemory: 64_000_000)
        // A TIFF's directory, which decides most, stands at its beginning or its end.
        let ends = [0..<min(300, original.count), max(0, original.count - 300)..<original.count]
        for round in 0..<200 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: round % 3 < 2 ? ends[round % 3] : bytes.indices, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = refusal(of: bytes, limits: limits)
        }
    }
}
