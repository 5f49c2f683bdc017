import Colour
import Foundation
import Moods
import Testing

@testable import Imaging
@testable import Serving

@Suite("Mood invariance")
struct MoodInvarianceTests {
    private func sample(_ name: String) throws -> [UInt8] {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: repository.appending(path: "Samples/\(name).jpg")))
    }

    private func mood(_ palette: [PaletteColour]) -> Affect {
        let areas = palette.map(ColourMood.Area.init)
        return MoodReader().mood(caption: nil, palette: areas).affect
    }

    private func mood(_ bytes: [UInt8]) throws -> Affect {
        mood(try Picture(bytes: bytes).rendition(fitting: Rendition.paletteSize).palette())
    }

    /// All its pixels.
    private func pixels(_ bytes: [UInt8]) throws -> Rendition {
        try Picture(bytes: bytes).rendition(fitting: (10_000, 10_000))
    }

    private func expectSame(_ one: Affect, _ other: Affect, _ what: String) {
        let moved = (abs(one.valence - other.valence), abs(one.arousal - other.arousal))
        #expect(moved.0 < 0.05 && moved.1 < 0.05, "\(what) moves it by \(moved)")
    }

    @Test(
        "The mood hardly changes for a PNG, half the size, or EXIF orientation",
        arguments: ["balloons-morning", "city-rain-night", "fireworks-night", "meadow-flowers", "mountains-snow"])
    func files(name: String) throws {
        let bytes = try sample(name)
        let (usual, whole) = (try mood(bytes), try pixels(bytes))
        expectSame(try mood(whole.png), usual, "a PNG")
        let half = whole.fitted(into: (whole.width / 2, whole.height / 2))
        #expect((half.width, half.height) == (whole.width / 2, whole.height / 2))
        expectSame(try mood(half.png), usual, "half the size")
        let turned = try whole.turnedJPEG()
        let picture = try Picture(bytes: turned)
        #expect(picture.orientation.tag == 6)
        #expect((picture.width, picture.height) == (whole.width, whole.height))
        expectSame(try mood(turned), usual, "turning it")
    }

    @Test(
        "The mood does not depend on the target size of the JPEG",
        arguments: ["beach-day", "fireworks-night"], [(1, 1), (64, 999), (384, 384), (2000, 100)])
    func targets(name: String, target: (Int, Int)) throws {
        let bytes = try sample(name)
        let processed = try ProcessedPicture(bytes, within: PictureLimits(), fitting: (target.0, target.1))
        expectSame(mood(processed.palette), try mood(bytes), "fitting it into \(target)")
    }

    @Test(
        "The mood hardly changes with black or white bars",
        arguments: ["balloons-morning", "city-rain-night", "meadow-flowers"])
    func bars(name: String) throws {
        let bytes = try sample(name)
        let (usual, whole) = (try mood(bytes), try pixels(bytes))
        for value in [0, 16, 255] as [UInt8] {
            let boxed = whole.framed(rows: whole.height / 4, value: value)
            expectSame(try mood(boxed.png), usual, "letter-boxing in \(value)")
        }
        expectSame(try mood(whole.framed(columns: whole.width / 4, value: 0).png), usual, "pillar-boxing")
        expectSame(try mood(whole.framed(columns: 40, rows: 60, value: 250).png), usual, "a white frame")
        let saved = try mood(whole.jpeg(quality: 90).bytes)
        let boxed = try whole.framed(rows: whole.height / 4, value: 0).jpeg(quality: 90)
        expectSame(try mood(boxed.bytes), saved, "letter-boxing in a JPEG")
    }
}
