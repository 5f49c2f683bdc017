import Foundation

/// The files in a folder and in the folders in it, by their names. Links are not followed, but for the folder itself;
/// hidden names are passed over.
///
/// Paths are bytes: on Linux a name may be no text at all, and Foundation passes such files over in silence.
struct FolderWalk {
    enum Found {
        case file([UInt8])
        /// A folder that this user may not read.
        case closed([UInt8])
    }

    /// The last comes next.
    private var waiting: [Entry]

    private struct Entry {
        let path: [UInt8]
        let isFolder: Bool
    }

    init(path: String) {
        waiting = [Entry(path: Array(path.utf8), isFolder: true)]
    }

    mutating func next() -> Found? {
        while let entry = waiting.popLast() {
            guard entry.isFolder else { return .file(entry.path) }
            guard let inside = Self.entries(of: entry.path) else { return .closed(entry.path) }
            waiting += inside.sorted { $1.path.lexicographicallyPrecedes($0.path) }
        }
        return nil
    }

    /// Files and folders, nothing else; nil where the folder cannot be opened.
    private static func entries(of folder: [UInt8]) -> [Entry]? {
        guard
            let directory = (folder + [0]).withUnsafeBufferPointer({ path in
                path.withMemoryRebound(to: CChar.self) { $0.baseAddress.flatMap { opendir($0) } }
            })
        else { return nil }
        defer { closedir(directory) }
        var result: [Entry] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard name.first != UInt8(ascii: ".") else { continue }
            let path = folder + [UInt8(ascii: "/")] + name
            switch kind(of: path) {
            case S_IFREG: result.append(Entry(path: path, isFolder: false))
            case S_IFDIR: result.append(Entry(path: path, isFolder: true))
            default: continue
            }
        }
        return result
    }

    private static func kind(of path: [UInt8]) -> mode_t {
        var status = stat()
        let isKnown = (path + [0]).withUnsafeBufferPointer { path in
            path.withMemoryRebound(to: CChar.self) { path in
                path.baseAddress.map { lstat($0, &status) == 0 } ?? false
            }
        }
        return isKnown ? status.st_mode & S_IFMT : 0
    }
}
