import Foundation

/// The folder MODEL_CACHE_DIR, where compiled models and captions are kept.
enum CacheFolder {
    /// Writes a file there, reads it again and removes it.
    ///
    /// - Returns: the folder, and how much room there is.
    static func tryOut(_ path: String) throws -> (URL, String) {
        let folder = URL(fileURLWithPath: path)
        let file = folder.appendingPathComponent(".selftest-\(UUID().uuidString)")
        let content = Data("image-to-song".utf8)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: file) }
            try content.write(to: file)
            guard try Data(contentsOf: file) == content else { throw CocoaError(.fileReadCorruptFile) }
        } catch {
            throw CommandError(
                "Nothing can be written to \(folder.path): set MODEL_CACHE_DIR to a folder that this user may write to, "
                    + "on a disk that is not full. (\(error.localizedDescription))")
        }
        return (folder, "\(folder.path) can be written" + (freeSpace(folder).map { ", \($0) free" } ?? ""))
    }

    private static func freeSpace(_ folder: URL) -> String? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        guard let bytes = (attributes?[.systemFreeSize] as? NSNumber)?.doubleValue else { return nil }
        return "\((bytes / 1e8).rounded() / 10) GB"
    }
}
