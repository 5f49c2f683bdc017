public import Foundation

/// When models of the Hub were last loaded by this program: an empty file for each revision, whose time of change says it.
///
/// Times of access are no help: many disks do not keep them, and a backup changes them.
public struct UseLog: Sendable {
    private let folder: URL

    /// - Parameter modelCache: MODEL_CACHE_DIR; uses are noted in its folder `uses`.
    public init(modelCache: URL) {
        folder = modelCache.appending(path: "uses")
    }

    /// Notes that a revision is loaded now. A folder that cannot be written is no reason not to load it.
    public func note(_ snapshot: CachedSnapshot, at time: Date = Date()) {
        let place = place(snapshot)
        try? FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: place.path) { try? Data().write(to: place) }
        try? FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: place.path)
    }

    /// When a revision was last loaded; nil where this program never did.
    public func lastUse(_ snapshot: CachedSnapshot) -> Date? {
        try? FileManager.default.attributesOfItem(atPath: place(snapshot).path)[.modificationDate] as? Date
    }

    /// Forgets a revision.
    public func remove(_ snapshot: CachedSnapshot) {
        try? FileManager.default.removeItem(at: place(snapshot))
    }

    private func place(_ snapshot: CachedSnapshot) -> URL {
        folder.appending(path: snapshot.name.folderName).appending(path: snapshot.commit.description)
    }
}
