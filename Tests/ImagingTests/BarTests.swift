import Testing

@testable import Imaging

@Suite("Bars around a picture")
struct BarTests {
    /// A picture of so many rows of each value.
    private func rows(_ bands: [(count: Int, value: UInt8)], width: Int = 20) -> Rendition {
        let rgb = bands.flatMap { [UInt8](repeating: $0.value, count: 3 * width * $0.count) }
        return Rendition(width: width, height: rgb.count / 3 / width, rgb: rgb)
    }

    /// The same turned, so that rows are columns.
    private func turned(_ picture: Rendition) -> Rendition {
        let rgb = (0..<picture.width).flatMap { x in
            (0..<picture.height).flatMap { y in picture.rgb[3 * (y * picture.width + x)..<3 * (y * picture.width + x + 1)] }
        }
        return Rendition(width: picture.height, height: picture.width, rgb: rgb)
    }

    @Test(
        "Black and white bars on both sides are left out, as much on each side as the thinner one has",
        arguments: [
            ([(5, 0), (10, 120), (5, 0)], 10), ([(5, 255), (10, 120), (5, 250)], 10),
            ([(4, 16), (20, 120), (6, 20)], 22), ([(1, 0), (2, 90), (1, 0)], 2),
            ([(2, 0), (8, 120), (1, 0), (9, 60), (2, 0)], 18),
        ] as [([(Int, UInt8)], Int)])
    func bars(bands: [(Int, UInt8)], left: Int) {
        let picture = rows(bands)
        let cropped = picture.withoutBars()
        #expect([cropped.width, cropped.height] == [20, left])
        let side = (picture.height - left) / 2
        #expect(cropped.rgb == Array(picture.rgb[(60 * side)..<(60 * (side + left))]))
        #expect(turned(picture).withoutBars() == turned(cropped))
    }

    @Test(
        "What is no pair of bars stays",
        arguments: [
            [(20, 0)], [(20, 255)], [(1, 0)], [(5, 0), (15, 120)], [(5, 0), (10, 120), (5, 255)],
            [(5, 90), (10, 120), (5, 90)], [(6, 0), (8, 120), (6, 0)], [(5, 0), (10, 120), (5, 24)],
        ] as [[(Int, UInt8)]])
    func noBars(bands: [(Int, UInt8)]) {
        #expect(rows(bands).withoutBars() == rows(bands))
        #expect(turned(rows(bands)).withoutBars() == turned(rows(bands)))
    }

    @Test("A bar spans its side, and is black or white in all channels")
    func whole() {
        let picture = rows([(5, 0), (10, 120), (5, 0)])
        var rgb = picture.rgb
        rgb[30] = 60
        #expect(Rendition(width: 20, height: 20, rgb: rgb).withoutBars() == Rendition(width: 20, height: 20, rgb: rgb))
        let blue = Rendition(
            width: 20, height: 20, rgb: picture.rgb.enumerated().map { $0.offset % 3 == 2 && $0.element == 0 ? 99 : $0.element })
        #expect(blue.withoutBars() == blue)
    }

    @Test("Bars on all four sides are left out, and the palette has none of their colour")
    func frame() {
        let row = [UInt8](repeating: 255, count: 12) + [UInt8](repeating: 90, count: 36) + [UInt8](repeating: 255, count: 12)
        let edge = [UInt8](repeating: 255, count: 60 * 4)
        let picture = Rendition(width: 20, height: 20, rgb: edge + (0..<12).flatMap { _ in row } + edge)
        #expect(picture.withoutBars() == Rendition(width: 12, height: 12, rgb: [UInt8](repeating: 90, count: 432)))
        #expect(picture.palette().map(\.colour.hex) == ["#5a5a5a"])
    }
}
