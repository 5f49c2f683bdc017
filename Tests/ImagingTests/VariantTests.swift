import Imaging
import Testing

/// Files as real programs write them; `Fixtures/make_variants.py` made them.
@Suite("Variants of picture formats")
struct VariantTests {
    /// The four quarters of every picture, as they should be seen: top left, top right, bottom left, bottom right.
    private static let colours: [[Float]] = [[200, 30, 30], [30, 160, 60], [40, 60, 200], [240, 220, 60]]
    private static let greys: [[Float]] = [81, 110, 70, 208].map { [$0, $0, $0] }
    private static let white = [[Float]](repeating: [255, 255, 255], count: 4)

    /// The middle of each quarter.
    private func quarters(_ name: String) throws -> [[Float]] {
        let picture = try Picture(bytes: Fixture.bytes("Variants/\(name)"))
        #expect([picture.width, picture.height] == [96, 64])
        let pixels = try picture.pixels(.eightBit(width: 96, height: 64))
        return [(24, 16), (72, 16), (24, 48), (72, 48)].map { x, y in
            (0..<3).map { pixels[$0 * 96 * 64 + y * 96 + x] }
        }
    }

    private func expect(_ name: String, _ wanted: [[Float]], within tolerance: Float) throws {
        for (colour, wanted) in zip(try quarters(name), wanted) {
            let difference = zip(colour, wanted).map { abs($0 - $1) }.max() ?? .infinity
            #expect(difference <= tolerance, "\(name): \(colour) where \(wanted) should be")
        }
    }

    @Test(
        "Reads a JPEG with decoder warnings as other programs do",
        arguments: [
            "sos-parameters.jpg", "bytes-before-restart.jpg", "adobe-5.jpg", "no-end.jpg", "no-end-progressive.jpg",
            "bytes-behind.jpg", "bytes-between-segments.jpg", "preview-behind.jpg", "preview-inside.jpg", "4-1-1.jpg",
            "4-4-0.jpg", "ycck.jpg",
        ])
    func showsJPEG(name: String) throws {
        try expect(name, Self.colours, within: 4)
    }

    @Test(
        "Reads PNG, GIF and WebP with errors outside the pixels",
        arguments: [
            "wrong-checksum.png", "broken-profile.png", "short-transparency.png", "broken-exif.png", "no-end.png",
            "bytes-behind.png", "no-end.gif", "bytes-behind.webp",
        ])
    func showsOthers(name: String) throws {
        try expect(name, Self.colours, within: 0)
    }

    @Test(
        "Reads a TIFF's colours as its tags say, in every sample format",
        arguments: [
            "rgb-u2.tif", "rgb-u4.tif", "rgb-u8.tif", "rgb-i1.tif", "rgb-i2.tif", "rgb-i4.tif", "rgb-f2.tif",
            "rgb-f4.tif",
            "rgb-f8.tif", "rgb-10-bit.tif", "rgb-12-bit.tif", "byte-floats.tif", "cmyk-u1.tif", "cmyk-u2.tif",
            "cmyk-f4.tif", "planes-u1.tif", "tiled-planes-u2.tif", "tiled-planes-f4.tif", "tiled-f4.tif",
            "tiled-u1.tif",
            "big-endian-f8.tif", "bigtiff.tif",
        ])
    func showsTIFF(name: String) throws {
        try expect(name, Self.colours, within: 2)
    }

    @Test(
        "Reads a TIFF's greys as its tags say, in every sample format",
        arguments: [
            "grey-u2.tif", "grey-u4.tif", "grey-u8.tif", "grey-i1.tif", "grey-i2.tif", "grey-i4.tif", "grey-f2.tif",
            "grey-f4.tif", "grey-f8.tif", "grey-6-bit.tif", "grey-10-bit.tif", "grey-12-bit.tif", "grey-14-bit.tif",
            "white-is-zero-u1.tif", "white-is-zero-u2.tif", "white-is-zero-f4.tif",
            "floats.tif", "not-a-number.tif",
        ])
    func showsGrey(name: String) throws {
        try expect(name, Self.greys, within: 2.5)
    }

    @Test(
        "Rounds greys of 1, 2 and 4 bits to the nearest",
        arguments: [(1, 127.5), (2, 42.5), (4, 8.5)] as [(Int, Float)])
    func showsFewBits(bits: Int, tolerance: Float) throws {
        try expect("grey-\(bits)-bit.tif", Self.greys, within: tolerance)
    }

    @Test("Only extra channels 1 and 2 of a TIFF are transparency; infrared and depth are ignored")
    func ignoresOtherChannels() throws {
        for name in ["infrared-u1.tif", "infrared-u2.tif", "infrared-f4.tif", "infrared-and-solid.tif"] {
            try expect(name, Self.colours, within: 1)
        }
        for name in ["depth-grey.tif", "eight-channels.tif"] { try expect(name, Self.greys, within: 1) }
        for name in ["clear.tif", "clear-f4.tif", "infrared-and-clear.tif"] { try expect(name, Self.white, within: 0) }
    }

    @Test("Converts YCbCr without JPEG to RGB")
    func showsYCbCr() throws {
        try expect("ycbcr.tif", Self.colours, within: 4)
        try expect("ycbcr-plain.tif", Self.colours, within: 4)
    }

    @Test("Converts CIELAB to RGB")
    func showsLab() throws {
        try expect("lab.tif", Self.colours, within: 6)  // a step of a or b is 4 of 255 there
    }

    @Test("Stretches values without a known scale to the full range, and clips a few bright outliers")
    func stretches() throws {
        let most = Self.greys[3][0]
        try expect("12-in-16-bit-floats.tif", Self.greys.map { $0.map { $0 / most * 255 } }, within: 1)
        try expect("below-zero.tif", Self.greys.map { $0.map { ($0 - 70) / (most - 70) * 255 } }, within: 1)
        let bright = Self.colours.map { $0.map { $0 == 240 ? 255 : $0 } }
        try expect("bright-floats.tif", bright, within: 1)
    }

    @Test(
        "Reports a sound but unsupported variant as unsupported, not as damaged",
        arguments: [
            "12-bit.jpg", "lossless.jpg", "jpeg-ls.jpg", "cgbi.png", "private-critical.png", "jpeg2000.tif",
            "complex.tif",
            "sensor.tif", "icc-lab.tif", "huge-tiles.tif",
        ])
    func namesUnsupported(name: String) throws {
        let bytes = try Fixture.bytes("Variants/\(name)")
        #expect(refusal(of: bytes) == .unsupportedVariant)
    }

    @Test(
        "Reports a cut-off file as truncated, even if only 100 bytes are missing",
        arguments: ["half.jpg", "half-progressive.jpg", "all-but-a-hundred-bytes.jpg", "half.tif"])
    func namesTruncated(name: String) throws {
        #expect(refusal(of: try Fixture.bytes("Variants/\(name)")) == .truncated)
    }

    @Test("A JPEG that ends properly but lacks most of its picture is damaged; one that lacks little is read")
    func namesDamaged() throws {
        #expect(refusal(of: try Fixture.bytes("Variants/a-quarter-and-an-end.jpg")) == .corrupt)
        #expect(refusal(of: try Fixture.bytes("Variants/four-fifths-and-an-end.jpg")) == nil)
    }
}
