import Testing

@testable import Colour
@testable import Imaging

struct PaletteTests {
    /// A picture of upright stripes: so many columns of each colour.
    private func stripes(_ colours: [(columns: Int, digits: UInt32)], height: Int = 20) -> Rendition {
        let row = colours.flatMap { stripe in
            let colour = RGBColour(stripe.digits)
            return (0..<stripe.columns).flatMap { _ in [colour.red, colour.green, colour.blue] }
        }
        return Rendition(width: row.count / 3, height: height, rgb: (0..<height).flatMap { _ in row })
    }

    private func palette(_ name: String) throws -> [PaletteColour] {
        try Picture(bytes: Fixture.bytes(name)).rendition(fitting: Rendition.paletteSize).palette()
    }

    @Test("Finds flat colours exactly, sorted by share")
    func flatColours() {
        let palette = stripes([(10, 0xFFD700), (40, 0x000080), (20, 0xFFFFFF), (30, 0xDC143C)]).palette()
        #expect(palette.map(\.colour.hex) == ["#000080", "#dc143c", "#ffffff", "#ffd700"])
        #expect(palette.map(\.name) == ["navy", "crimson", "white", "gold"])
        #expect(palette.map(\.share) == [0.4, 0.3, 0.2, 0.1])
    }

    @Test("Returns as many colours as asked for; their shares sum to 1")
    func manyColours() {
        let colours: [UInt32] = [0xFF0000, 0x00FF00, 0x0000FF, 0xFFFF00, 0xFF00FF, 0x00FFFF, 0x000000, 0xFFFFFF]
        let picture = stripes(colours.enumerated().map { (10 + $0, $1) })
        for count in 1...8 {
            let palette = picture.palette(count: count)
            #expect(palette.count == count)
            #expect(abs(palette.reduce(0) { $0 + $1.share } - 1) < 1e-12)
            #expect(palette.map(\.share) == palette.map(\.share).sorted(by: >))
            #expect(palette.allSatisfy { colours.map { RGBColour($0) }.contains($0.colour) })
        }
    }

    @Test("Merges colours that look the same into the more common one")
    func joinsAlike() {
        let palette = stripes([(60, 0x4060A0), (30, 0x4868A8), (10, 0xFF0000)]).palette()
        #expect(palette.map(\.colour.hex) == ["#4060a0", "#ff0000"])
        #expect(palette.map(\.share) == [0.9, 0.1])
    }

    @Test("Ignores a colour below one percent")
    func givesAwayLittle() {
        let palette = stripes([(1000, 0x4060A0), (9, 0xFF0000)], height: 2).palette()
        #expect(palette.map(\.colour.hex) == ["#4060a0"])
        #expect(palette.map(\.share) == [1])
    }

    @Test("Finds both colours of a checkerboard")
    func checkerboard() {
        let picture = stripes((0..<200).map { (1, $0 % 2 == 0 ? 0xFF0000 : 0x00FF00) }, height: 200)
        let palette = picture.palette()
        #expect(Set(palette.map(\.colour.hex)) == ["#ff0000", "#00ff00"])
        #expect(palette.map(\.share) == [0.5, 0.5])
    }

    @Test("Orders colours with equal shares the same way every time")
    func equalShares() {
        let one = stripes([(5, 0xFF0000), (5, 0x00FF00)]).palette()
        let two = stripes([(5, 0x00FF00), (5, 0xFF0000)]).palette()
        #expect(one == two)
    }

    @Test("A picture of one pixel has one colour")
    func onePixel() throws {
        let palette = try palette("one-pixel.png")
        #expect(palette.map(\.colour) == [RGBColour(red: 200, green: 100, blue: 50)])
        #expect(palette.map(\.share) == [1])
    }

    @Test("A grey picture has only greys", arguments: ["grey.png", "grey.jpg", "grey-16.png"])
    func grey(name: String) throws {
        let palette = try palette(name)
        #expect(palette.count > 1)
        #expect(palette.allSatisfy { $0.colour.red == $0.colour.green && $0.colour.green == $0.colour.blue })
    }

    @Test("Transparent pixels count as white")
    func transparent() throws {
        let palette = try palette("half-transparent.png")
        #expect(Set(palette.map(\.colour.hex)) == ["#0000ff", "#ffffff"])
        #expect(palette.map(\.share) == [0.5, 0.5])
    }

    @Test("A large picture has the palette of its reduced version")
    func large() {
        let columns = [(500, 0x204060), (300, 0xF0E0D0), (200, 0xA02010)] as [(Int, UInt32)]
        let palette = stripes(columns, height: 300).palette()
        #expect(palette.map(\.colour.hex) == ["#204060", "#f0e0d0", "#a02010"])
        for (colour, share) in zip(palette, [0.5, 0.3, 0.2]) { #expect(abs(colour.share - share) < 0.01) }
    }

    @Test("A picture's palette is the same on every machine")
    func golden() throws {
        let wanted = [
            ("#8cdb59", "yellow green"), ("#633adf", "blue violet"), ("#468b8e", "dark cyan"),
            ("#ba5595", "medium violet red"), ("#f07048", "tomato"),
        ]
        let found = try palette("rgb.png").map { ($0.colour.hex, $0.name) }
        #expect(found.count == wanted.count && zip(found, wanted).allSatisfy { $0 == $1 })
    }
}
