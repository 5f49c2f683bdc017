import Foundation

/// A picture to try captions on.
struct SamplePicture {
    /// What the report calls it.
    let name: String
    /// The file.
    let bytes: [UInt8]
    /// A word that the demo checkpoint uses for it; nil where that is not known.
    let word: String?

    /// The pictures in `Samples`; where they are not installed, one that is drawn here.
    static var all: [SamplePicture] {
        let samples = words.compactMap { name, word -> SamplePicture? in
            for folder in folders {
                let file = folder.appendingPathComponent("Samples").appendingPathComponent("\(name).jpg")
                if let data = try? Data(contentsOf: file) {
                    return SamplePicture(name: name, bytes: [UInt8](data), word: word)
                }
            }
            return nil
        }
        return samples.isEmpty ? [SamplePicture(name: "of a drawing", bytes: DrawnPicture.tiff(), word: nil)] : samples
    }

    /// The sample pictures, and what they show in one word.
    private static let words: KeyValuePairs = [
        "balloons-morning": "balloon", "beach-day": "beach", "campfire-night": "campfire", "city-rain-night": "rain",
        "fireworks-night": "fireworks", "forest-fog-morning": "forest", "harbour-evening": "harbour",
        "meadow-flowers": "flower", "mountains-snow": "mountain", "storm-at-sea": "storm",
    ]

    /// The working folder, the program's folder, and all above the latter: as the demo checkpoint is looked for.
    private static var folders: [URL] {
        var folders = [URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
        var folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
        while let place = folder {
            folders.append(place)
            folder = place.path == "/" ? nil : place.deletingLastPathComponent()
        }
        return folders
    }
}

/// A picture that needs no file: a sun over the sea.
enum DrawnPicture {
    /// Pixels from left to right, and from top to bottom.
    static let (width, height) = (96, 64)

    /// The picture as an uncompressed TIFF.
    static func tiff() -> [UInt8] {
        tiff(
            width: width, height: height,
            pixels: (0..<height).flatMap { y in (0..<width).flatMap { x in colour(x, y) } })
    }

    /// A picture without sense or order, as an uncompressed TIFF.
    static func noise(width: Int, height: Int) -> [UInt8] {
        tiff(width: width, height: height, pixels: (0..<width * height * 3).map { _ in .random(in: 0...255) })
    }

    /// Pixels [height, width, 3] as an uncompressed TIFF (TIFF 6.0, section 2), little-endian: header, pixels, then one
    /// directory.
    private static func tiff(width: Int, height: Int, pixels: [UInt8]) -> [UInt8] {
        let headerSize = 8
        // Bits a sample take more than the four bytes of an entry: they stand behind the pixels.
        let bits: [UInt8] = [8, 0, 8, 0, 8, 0]
        let bitsPlace = headerSize + pixels.count
        let entries: [(tag: Int, type: Int, count: Int, value: Int)] = [
            (256, short, 1, width), (257, short, 1, height), (258, short, 3, bitsPlace),
            (259, short, 1, 1),  // not compressed
            (262, short, 1, 2),  // RGB
            (273, long, 1, headerSize), (277, short, 1, 3), (278, short, 1, height), (279, long, 1, pixels.count),
        ]
        var file: [UInt8] = Array("II".utf8) + little(42, 2) + little(bitsPlace + bits.count, 4)
        file += pixels + bits + little(entries.count, 2)
        for entry in entries {
            file += little(entry.tag, 2) + little(entry.type, 2) + little(entry.count, 4) + little(entry.value, 4)
        }
        return file + little(0, 4)
    }

    private static let (short, long) = (3, 4)

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func colour(_ x: Int, _ y: Int) -> [UInt8] {
        let (dx, dy) = (x - 70, y - 16)
        if dx * dx + dy * dy < 64 { return [250, 220, 90] }
        if y > 52 { return [226, 204, 150] }
        if y > 34 { return [30, 96, UInt8(150 + y)] }
        return [UInt8(110 + y), UInt8(170 + y), 235]
    }
}
