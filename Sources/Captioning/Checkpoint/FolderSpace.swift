public import Foundation

/// How much room a folder's disk has for what is to be written there.
public enum FolderSpace {
    /// Bytes that this user may still write to the disk of a folder, or of the nearest folder above it that is there;
    /// nil where the system does not say.
    public static func available(at folder: URL) -> Int? {
        var place = folder.standardizedFileURL
        while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
            place.deleteLastPathComponent()
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: place.path)
        return (attributes?[.systemFreeSize] as? NSNumber)?.intValue
    }

    /// What is wrong where a folder's disk has no room: how much is needed, how much there is, and where. Nil where it
    /// has, or where the system does not say.
    ///
    /// - Parameters:
    ///   - byteCount: what is to be written.
    ///   - purpose: what for, as the beginning of a sentence: "Compiling blip2".
    public static func shortage(of byteCount: Int, in folder: URL, for purpose: String) -> String? {
        guard let free = available(at: folder), free < byteCount else { return nil }
        return
            "\(purpose) needs \(ByteCount.text(byteCount)) in \(folder.path), whose disk has \(ByteCount.text(free)) free."
    }
}
