import Imaging
import Testing

struct PixelsTests {
    @Test("Has all picture fixtures")
    func fixturesExist() {
        #expect(Fixture.all.count == 37)
    }

    @Test("Pixels equal those of transformers' image processor", arguments: Fixture.all)
    func equalsTransformers(fixture: Fixture) throws {
        let picture = try Picture(bytes: fixture.bytes)
        #expect(picture.format.rawValue == fixture.format)
        #expect([picture.width, picture.height] == [fixture.width, fixture.height])
        let size = Fixture.referenceSize
        let pixels = try picture.pixels(.eightBit(width: size, height: size))
        let reference = try fixture.reference
        try #require(pixels.count == reference.count)
        var sum: Float = 0
        for channel in 0..<3 {
            for place in 0..<size * size {
                sum += abs(pixels[channel * size * size + place] - Float(reference[place * 3 + channel]))
            }
        }
        #expect(sum / Float(pixels.count) < 1, "mean absolute difference, of 255")
    }

    @Test(
        "A picture decoded at full size equals Pillow's to the last bit",
        arguments: [
            "baseline.jpg", "rgb.png", "palette.png", "lzw.tif", "long.png", "enlarged.png",
            "orientation-7.jpg",
        ])
    func equalsPillow(name: String) throws {
        let size = Fixture.referenceSize
        let pixels = try Picture(bytes: Fixture.bytes(name)).pixels(.eightBit(width: size, height: size))
        let reference = try Fixture.bytes(name + ".rgb")
        let interleaved = (0..<pixels.count).map { UInt8(pixels[$0 % 3 * size * size + $0 / 3]) }
        let differing = zip(interleaved, reference).count { $0 != $1 }
        #expect(differing == 0)
    }

    @Test(
        "With transformers' rules, pixels equal what its processor makes of the file itself",
        arguments: [
            "orientation-3.jpg", "orientation-6.jpg", "wide-colours.jpg", "cmyk.jpg", "alpha.png", "grey-alpha.png",
            "palette-alpha.png", "rgb-16.png", "alpha-16.png", "grey-16.png", "alpha.webp", "grey-16.tif", "cmyk.tif",
        ])
    func byTransformersRules(name: String) throws {
        let size = Fixture.referenceSize
        var preparation = PixelPreparation.eightBit(width: size, height: size)
        preparation.rules = .transformers
        let pixels = try Picture(bytes: Fixture.bytes(name)).pixels(preparation)
        let reference = try Fixture.bytes(name + ".transformers.rgb")
        try #require(pixels.count == reference.count)
        let differences = (0..<pixels.count).map { place in
            abs(pixels[place % 3 * size * size + place / 3] - Float(reference[place]))
        }
        // Blending with white is rounded once more by one of the two.
        #expect((differences.max() ?? 255) <= 2, "of 255")
    }

    @Test("Rescales, then normalises each channel")
    func normalises() throws {
        let pixels = try Picture(bytes: Fixture.bytes("one-pixel.png")).pixels(PixelPreparation(width: 2, height: 1))
        // (200, 100, 50) ÷ 255, minus CLIP's mean, divided by CLIP's standard deviation.
        let expected: [Float] = [1.127424, 1.127424, -0.251320, -0.251320, -0.769219, -0.769219]
        try #require(pixels.count == expected.count)
        for (value, wanted) in zip(pixels, expected) {
            #expect(abs(value - wanted) < 1e-5)
        }
    }

    @Test("Every kernel keeps a single-colour picture unchanged", arguments: ResampleKernel.allCases)
    func kernelsKeepColour(kernel: ResampleKernel) throws {
        for size in [1, 7, 300] {
            var preparation = PixelPreparation.eightBit(width: size, height: size)
            preparation.kernel = kernel
            let pixels = try Picture(bytes: Fixture.bytes("one-pixel.png")).pixels(preparation)
            let plane = size * size
            #expect(pixels[..<plane].allSatisfy { $0 == 200 })
            #expect(pixels[plane..<2 * plane].allSatisfy { $0 == 100 })
            #expect(pixels[(2 * plane)...].allSatisfy { $0 == 50 })
        }
    }

    @Test("Resizes the shortest edge and crops the centre")
    func cutsCentre() throws {
        let picture = try Picture(bytes: Fixture.bytes("rgb.png"))  // 64 × 80
        var cut = PixelPreparation.eightBit(width: 32, height: 32)
        cut.fit = .shortestEdge(32)
        let whole = try picture.pixels(.eightBit(width: 32, height: 40))
        let centre = try picture.pixels(cut)
        for channel in 0..<3 {
            let start = channel * 32 * 40 + 4 * 32  // 4 rows above, 4 below
            #expect(centre[channel * 1024..<(channel + 1) * 1024].elementsEqual(whole[start..<start + 1024]))
        }
    }

    @Test("Crops the centre of a rotated picture after rotating it", arguments: 1...8)
    func cutsTurnedCentre(orientation: Int) throws {
        let picture = try Picture(bytes: Fixture.bytes("orientation-\(orientation).jpg"))  // 72 × 48 as stored
        var cut = PixelPreparation.eightBit(width: 20, height: 10)
        cut.fit = .unresized
        let whole = try picture.pixels(.eightBit(width: picture.width, height: picture.height))
        let centre = try picture.pixels(cut)
        let (left, top) = ((picture.width - 20) / 2, (picture.height - 10) / 2)
        for y in 0..<10 {
            let start = (top + y) * picture.width + left
            #expect(centre[y * 20..<y * 20 + 20].elementsEqual(whole[start..<start + 20]))
        }
    }
}
