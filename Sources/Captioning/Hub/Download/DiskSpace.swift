import Checkpoint
import Foundation

/// Whether a disk has room for a download.
enum DiskSpace {
    /// What stays free beside the files: journals, links, and other programs' needs.
    private static let reserve = 64 << 20

    /// Bytes that may be written where nobody says how many come.
    static func available(_ folder: URL) -> Int {
        FolderSpace.available(at: folder).map { max(0, $0 - reserve) } ?? .max
    }

    /// - Parameter needed: bytes that are yet to be written.
    /// - Throws: `diskFull`, with both figures.
    static func check(_ folder: URL, needed: Int) throws(HubError) {
        guard needed > 0, let free = FolderSpace.available(at: folder), needed > free - reserve else { return }
        throw HubError(
            .diskFull,
            "\(ByteCount.text(needed)) are to be fetched, but the disk of \(folder.path) has \(ByteCount.text(free)) free. "
                + "Make room, or set HF_HUB_CACHE or MODEL_CACHE_DIR to a folder on another disk.")
    }
}
