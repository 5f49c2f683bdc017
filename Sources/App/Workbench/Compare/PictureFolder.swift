import Foundation

/// The pictures that lie in a folder.
struct PictureFolder {
    /// What the names of pictures end with.
    private static let endings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "tif", "tiff", "heic", "heif", "avif",
    ]

    /// Paths, sorted by name; at least one.
    let pictures: [String]

    init(_ path: String) throws(CommandError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandError("There is no folder \(path).")
        }
        guard isFolder.boolValue else {
            throw CommandError("\(path) is a file; name the folder that the pictures lie in.")
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw CommandError("The folder \(path) cannot be read: \(error.localizedDescription)")
        }
        let folder = URL(fileURLWithPath: path, isDirectory: true)
        pictures = names.sorted().filter { name in
            !name.hasPrefix(".") && Self.endings.contains(URL(fileURLWithPath: name).pathExtension.lowercased())
        }.map { folder.appendingPathComponent($0).path }
        guard !pictures.isEmpty else {
            throw CommandError(
                "There are no pictures in \(path): no file's name ends in \(Self.endings.sorted().joined(separator: ", "))."
            )
        }
    }
}
