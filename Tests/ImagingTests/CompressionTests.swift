import Foundation
import Testing

@testable import Imaging

struct CompressionTests {
    private let box = (width: 384, height: 384)

    private func rendition(_ name: String, fitting box: (width: Int, height: Int)) throws -> Rendition {
        try Picture(bytes: Fixture.bytes(name)).rendition(fitting: box)
    }

    /// The mean absolute difference of two pictures' values, of 255.
    private func difference(_ one: Rendition, _ two: Rendition) throws -> Double {
        try #require(one.width == two.width && one.height == two.height)
        let sum = zip(one.rgb, two.rgb).reduce(0) { sum, values in sum + abs(Int(values.0) - Int(values.1)) }
        return Double(sum) / Double(one.rgb.count)
    }

    @Test(
        "Fits a size into a box: keeps the aspect ratio, never enlarges, leaves at least a pixel",
        arguments: [
            ([720, 480], [384, 384], [384, 256]), ([480, 720], [384, 384], [256, 384]),
            ([300, 200], [384, 384], [300, 200]), ([384, 384], [384, 384], [384, 384]),
            ([385, 384], [384, 384], [384, 383]), ([1000, 1000], [200, 100], [100, 100]),
            ([65_500, 1], [384, 384], [384, 1]), ([1, 65_500], [384, 384], [1, 384]), ([3, 2], [1, 1], [1, 1]),
        ])
    func fits(size: [Int], box: [Int], wanted: [Int]) {
        let fitted = Rendition.fitted((size[0], size[1]), into: (box[0], box[1]))
        #expect([fitted.width, fitted.height] == wanted)
    }

    @Test("A rendition has the same pixels that the network sees", arguments: 1...8)
    func upright(orientation: Int) throws {
        let picture = try Picture(bytes: Fixture.bytes("orientation-\(orientation).jpg"))
        let rendition = try picture.rendition(fitting: (32, 32))
        let planes = try picture.pixels(.eightBit(width: rendition.width, height: rendition.height))
        let count = rendition.width * rendition.height
        #expect(planes.count == rendition.rgb.count)
        for place in 0..<3 * count {
            try #require(Float(rendition.rgb[place]) == planes[place % 3 * count + place / 3])
        }
    }

    @Test("A reduced rendition is close to one decoded at that size")
    func reduces() throws {
        let whole = try rendition("large.jpg", fitting: box)
        let small = try rendition("large.jpg", fitting: (50, 40))
        #expect(try difference(whole.fitted(into: (50, 40)), small) < 2)
        #expect(whole.fitted(into: (5000, 5000)) == whole)
    }

    @Test(
        "A JPEG decodes to nearly the same pixels, and is less than half their size",
        arguments: ["large.jpg", "rgb.png", "lossy.webp", "cmyk.tif", "wide-colours.jpg", "picture.avif"])
    func writes(name: String) throws {
        let rendition = try rendition(name, fitting: box)
        let jpeg = try rendition.jpeg()
        let picture = try Picture(bytes: jpeg.bytes)
        #expect(picture.format == .jpeg)
        #expect(jpeg.bytes.count < rendition.rgb.count / 2)
        #expect(try difference(rendition, try picture.rendition(fitting: box)) < 12, "mean difference, of 255")
    }

    @Test("A JPEG carries no metadata: no EXIF, no profile, no orientation")
    func strips() throws {
        for name in ["orientation-6.jpg", "wide-colours.jpg"] {
            let jpeg = try rendition(name, fitting: box).jpeg()
            for mark in ["Exif", "ICC_PROFILE", "http://ns.adobe.com"] {
                #expect(Data(jpeg.bytes).range(of: Data(mark.utf8)) == nil)
            }
            #expect(try Picture(bytes: jpeg.bytes).orientation.tag == 1)
        }
    }

    @Test("Transparent pixels become white in the JPEG")
    func flattens() throws {
        let jpeg = try rendition("half-transparent.png", fitting: box).jpeg()
        let decoded = try Picture(bytes: jpeg.bytes).rendition(fitting: box)
        #expect(decoded.rgb[..<3].allSatisfy { $0 > 250 })
        #expect(decoded.rgb[117] < 20 && decoded.rgb[119] > 240)  // the end of the first row
    }

    /// A picture of 128 × 128 pixels.
    private func drawn(_ pixel: (_ x: Int, _ y: Int) -> [UInt8]) -> Rendition {
        var rgb: [UInt8] = []
        for y in 0..<128 { for x in 0..<128 { rgb += pixel(x, y) } }
        return Rendition(width: 128, height: 128, rgb: rgb)
    }

    @Test("Text and edges get a higher quality than smooth areas; both stay faithful")
    func choosesQuality() throws {
        let smooth = drawn { x, y in [UInt8(x + 60), UInt8(y), 90] }
        let edges = drawn { x, y in
            let isInk = (x * 7 + y * 3) % 23 < 5 && y % 16 < 9
            return isInk ? [20, 20, 20] : [250, 250, 250]
        }
        let (plain, written) = (try smooth.jpeg(), try edges.jpeg())
        #expect(plain.quality < written.quality)
        #expect(plain.bytes.count < written.bytes.count)
        for (rendition, jpeg) in [(smooth, plain), (edges, written)] {
            let decoded = try Picture(bytes: jpeg.bytes).rendition(fitting: box)
            let similarity = Luminance(rendition.rgb, width: 128, height: 128)
                .similarity(to: Luminance(decoded.rgb, width: 128, height: 128))
            #expect(similarity >= 0.96 || jpeg.quality == 85)
        }
    }

    @Test("Writes JPEGs of any size, down to one pixel", arguments: [(1, 1), (7, 1), (8, 9), (17, 16)])
    func sizes(width: Int, height: Int) throws {
        let rgb = [UInt8](repeating: 77, count: 3 * width * height)
        let jpeg = try Rendition(width: width, height: height, rgb: rgb).jpeg()
        let picture = try Picture(bytes: jpeg.bytes)
        #expect(picture.width == width && picture.height == height)
    }

    @Test("Similarity is 1 to itself, lower with noise, and negative to the negative")
    func similarity() throws {
        let rendition = try rendition("rgb.png", fitting: box)
        func luminance(_ change: (_ place: Int, _ value: Int) -> Int) -> Luminance {
            let rgb = rendition.rgb.enumerated().map { UInt8(clamping: change($0.offset, Int($0.element))) }
            return Luminance(rgb, width: rendition.width, height: rendition.height)
        }
        let same = luminance { _, value in value }
        #expect(abs(same.similarity(to: same) - 1) < 1e-12)
        let noisy = same.similarity(to: luminance { place, value in value + place * 31 % 41 - 20 })
        let negative = same.similarity(to: luminance { _, value in 255 - value })
        #expect(noisy < 0.99 && noisy > 0.3 && negative < 0)
    }

    @Test("Refuses to make a rendition of a damaged picture")
    func damaged() throws {
        let bytes = try Fixture.bytes("rgb.png")
        let cut = try Picture(bytes: Array(bytes.prefix(bytes.count / 2)))
        let error = #expect(throws: ImagingError.self) { try cut.rendition(fitting: box) }
        #expect(error?.code == .truncated)
    }
}
