import Foundation
import Imaging

/// A picture on disk that a command was given.
enum PictureFile {
    /// One's own files may be larger than what a server takes from strangers.
    static let limits = PictureLimits(maximumByteCount: 1 << 30)

    /// The bytes of a file.
    static func bytes(_ path: String) throws(CommandError) -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe))
        } catch {
            throw CommandError("The file cannot be read: \(error.localizedDescription)")
        }
    }
}
