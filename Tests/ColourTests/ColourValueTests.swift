import Testing

@testable import Colour

struct ColourValueTests {
    @Test("Has all colour fixtures")
    func fixtureExists() {
        let fixture = ColourFixture.all
        #expect([fixture.lab.count, fixture.differences.count, fixture.clusters.count] == [54, 107, 7])
    }

    @Test("CIELAB coordinates equal those of scikit-image")
    func conversions() {
        for conversion in ColourFixture.all.lab {
            let colour = LabColour(
                RGBColour(red: conversion.rgb[0], green: conversion.rgb[1], blue: conversion.rgb[2]))
            let wanted = LabColour(conversion.lab)
            // scikit-image's white is rounded to five digits.
            #expect(colour.squaredDistance(to: wanted).squareRoot() < 0.02, "\(conversion.rgb)")
        }
    }

    @Test("Greys have no hue")
    func greys() {
        for value in UInt8.min...UInt8.max {
            let colour = LabColour(RGBColour(red: value, green: value, blue: value))
            #expect(abs(colour.a) < 1e-9 && abs(colour.b) < 1e-9)
        }
    }

    @Test("CIEDE2000 differences equal those of scikit-image, in either order")
    func differences() {
        for pair in ColourFixture.all.differences {
            let (one, two) = (LabColour(pair.one), LabColour(pair.two))
            #expect(abs(one.difference(from: two) - pair.difference) < 1e-5, "\(pair)")
            #expect(abs(two.difference(from: one) - pair.difference) < 1e-5, "\(pair)")
        }
    }

    @Test("Every colour of the table gets its own name")
    func names() {
        #expect(ColourName.table.count == 138)
        for (name, digits) in ColourName.table {
            #expect(ColourName.nearest(to: RGBColour(digits)) == name)
        }
    }

    @Test(
        "A colour gets the name of the nearest one in the table",
        arguments: [
            (0x55692E, "dark olive green"), (0xFE0301, "red"), (0x050505, "black"), (0xFDFDFD, "white"),
            (0x7E7F80, "grey"), (0x8A4612, "saddle brown"),
        ] as [(UInt32, String)])
    func nearestName(digits: UInt32, name: String) {
        #expect(ColourName.nearest(to: RGBColour(digits)) == name)
    }

    @Test("A colour is written in six hexadecimal digits", arguments: [("#00090f", 0x00090F), ("#ff8c00", 0xFF8C00)])
    func hex(text: String, digits: Int) {
        #expect(RGBColour(UInt32(digits)).hex == text)
    }

    @Test(
        "Clusters are within 2 % of the best of fifty k-means starts in scikit-learn",
        arguments: ColourFixture.all.clusters)
    func clusters(_ best: ColourFixture.Clustering) throws {
        let pixels = try ColourFixture.pixels(best.picture)
        let cells = ColourHistogram(pixels).cells
        let centres = ColourClusters(cells, count: 5).clusters.map(\.mean)
        let spread = stride(from: 0, to: pixels.count, by: 3).reduce(0.0) { sum, place in
            let lab = LabColour(RGBColour(red: pixels[place], green: pixels[place + 1], blue: pixels[place + 2]))
            return sum + (centres.map { lab.squaredDistance(to: $0) }.min() ?? .infinity)
        }
        #expect(spread < 1.02 * best.spread, "\(spread / best.spread)")
    }
}
