import ArgumentParser
import Foundation
package import Imaging
import Serving
package import Settings

extension PixelPreparation {
    /// The same by the rules of a flag, or else of the settings.
    package func by(_ rules: PictureRules?, _ settings: Settings) -> PixelPreparation {
        var preparation = self
        preparation.rules = rules ?? settings.pictureRules
        return preparation
    }
}

extension PictureRules {
    /// The rules that a flag names.
    package static func named(_ name: String) throws -> PictureRules {
        guard let rules = PictureRules(rawValue: name) else {
            throw ValidationError("Pictures may be read by the rules of display or transformers.")
        }
        return rules
    }
}

/// A picture on disk that a command was given.
package enum PictureFile {
    /// One's own files may be larger than what a server takes from strangers.
    package static let limits = PictureLimits(maximumByteCount: 1 << 30)

    /// The same, with the memory that a setting allows.
    package static func limits(_ settings: Settings) -> PictureLimits {
        var limits = limits
        limits.maximumMemory = settings.pictureMemory
        return limits
    }

    /// The picture in a file, its header read.
    package static func picture(_ path: String, _ settings: Settings) throws -> Picture {
        try Picture(bytes: try bytes(path), limits: limits(settings))
    }

    /// The bytes of a file.
    package static func bytes(_ path: String) throws(CommandError) -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe))
        } catch {
            throw CommandError("The file cannot be read: \(error.localizedDescription)")
        }
    }
}
