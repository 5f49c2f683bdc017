import Colour
import Testing

@testable import Imaging

@Suite("Bars around a picture")
struct BarTests {
    /// A picture of so many rows of each value.
    private func rows(_ bands: [(Int, UInt8)], width: Int = 20) -> Rendition {
        var rgb: [UInt8] = []
        for (count, value) in bands { rgb += [UInt8](repeating: value, count: 3 * width * count) }
        return Rendition(width: width, height: rgb.count / 3 / width, rgb: rgb)
    }

    /// The same turned, so that rows are columns.
    private func turned(_ picture: Rendition) -> Rendition {
        var rgb: [UInt8] = []
        for x in 0..<picture.width {
            for y in 0..<picture.height {
                let place = 3 * (y * picture.width + x)
                rgb += picture.rgb[place..<place + 3]
            }
        }
        return Rendition(width: picture.height, height: picture.width, rgb: rgb)
    }

    private static let withBars: [(bands: [(Int, UInt8)], left: Int)] = [
        ([(5, 0), (10, 120), (5, 0)], 10), ([(5, 255), (10, 120), (5, 250)], 10),
        ([(4, 16), (20, 120), (6, 20)], 22), ([(1, 0), (2, 90), (1, 0)], 2),
        ([(2, 0), (8, 120), (1, 0), (9, 60), (2, 0)], 18),
    ]

    private static let withoutBars: [[(Int, UInt8)]] = [
        [(20, 0)], [(20, 255)], [(1, 0)], [(5, 0), (15, 120)], [(5, 0), (10, 120), (5, 255)],
        [(5, 90), (10, 120), (5, 90)], [(6, 0), (8, 120), (6, 0)], [(5, 0), (10, 120), (5, 24)],
    ]

    @Test(
        "Crops black and white bars on opposite sides, as wide as the thinner one",
        arguments: withBars)
    func bars(bands: [(Int, UInt8)], left: Int) {
        let picture = rows(bands)
        let cropped = picture.withoutBars()
        #expect([cropped.width, cropped.height] == [20, left])
        let side = (picture.height - left) / 2
        #expect(cropped.rgb == Array(picture.rgb[(60 * side)..<(60 * (side + left))]))
        #expect(turned(picture).withoutBars() == turned(cropped))
    }

    @Test("Keeps a picture without a pair of bars", arguments: withoutBars)
    func noBars(bands: [(Int, UInt8)]) {
        #expect(rows(bands).withoutBars() == rows(bands))
        #expect(turned(rows(bands)).withoutBars() == turned(rows(bands)))
    }

    @Test("A bar spans the whole side, and is black or white in all channels")
    func whole() {
        let picture = rows([(5, 0), (10, 120), (5, 0)])
        var rgb = picture.rgb
        rgb[30] = 60
        #expect(Rendition(width: 20, height: 20, rgb: rgb).withoutBars() == Rendition(width: 20, height: 20, rgb: rgb))
        var blue = picture.rgb
        for index in stride(from: 2, to: blue.count, by: 3) where blue[index] == 0 { blue[index] = 99 }
        let bluish = Rendition(width: 20, height: 20, rgb: blue)
        #expect(bluish.withoutBars() == bluish)
    }

    @Test("Crops bars on all four sides, and leaves their colour out of the palette")
    func frame() {
        var rgb = [UInt8](repeating: 255, count: 3 * 20 * 20)
        for y in 4..<16 {
            for place in 3 * (20 * y + 4)..<3 * (20 * y + 16) { rgb[place] = 90 }
        }
        let picture = Rendition(width: 20, height: 20, rgb: rgb)
        #expect(picture.withoutBars() == Rendition(width: 12, height: 12, rgb: [UInt8](repeating: 90, count: 432)))
        #expect(picture.palette().map(\.share) == [1])
    }
}
