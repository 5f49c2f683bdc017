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
