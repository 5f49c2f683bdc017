import Colour
import Foundation

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
        let file = tests.appending(path: "ColourTests/Fixtures/colours.json")
        guard let bytes = try? Data(contentsOf: file),
            let fixture = try? JSONDecoder().decode(ColourFixture.self, from: bytes)
        else { return ColourFixture(lab: [], differences: [], clusters: []) }  // a test counts them
        return fixture
    }()

    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// The pixels of a picture that Imaging is tested with: red, green, blue.
    static func pixels(_ picture: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: tests.appending(path: "ImagingTests/Fixtures/\(picture).rgb")))
    }
}

extension LabColour {
    init(_ coordinates: [Double]) {
        self.init(lightness: coordinates[0], a: coordinates[1], b: coordinates[2])
    }
}
