import Foundation
import Imaging

/// What `Fixtures/make_colours.py` computed with scikit-image and scikit-learn.
struct ColourFixture: Decodable {
    struct Conversion: Decodable {
        let rgb: [UInt8]
        let lab: [Double]
    }

    struct Difference: Decodable {
        let one, two: [Double]
        let difference: Double
    }

    struct Clustering: Decodable, Sendable, CustomStringConvertible {
        let picture: String
        let spread: Double

        var description: String { picture }
    }

    let lab: [Conversion]
    let differences: [Difference]
    let clusters: [Clustering]

    static let all: ColourFixture = {
        guard let bytes = try? Fixture.bytes("colours.json"),
            let fixture = try? JSONDecoder().decode(ColourFixture.self, from: Data(bytes))
        else { return ColourFixture(lab: [], differences: [], clusters: []) }  // a test counts them
        return fixture
    }()
}

extension LabColour {
    init(_ coordinates: [Double]) {
        self.init(lightness: coordinates[0], a: coordinates[1], b: coordinates[2])
    }
}
