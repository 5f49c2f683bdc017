import Foundation

/// Makes of what a playlist calls its files paths that mean the same from anywhere.
///
/// Only the texts are looked at, nothing on the disk: `a/../b` is `b`, even where `a` is a link.
struct PlaylistPlaces: Sendable {
    /// The names of the folders from the root to the playlist's own; nil where that is unknown.
    private let folder: [String]?

    /// - Parameter path: of the playlist; nil where it came without a place, so that relative paths stay as they are.
    init(list path: String?) {
        folder = path.map { path in
            let isWhole = path.utf8.first == UInt8(ascii: "/")
            let names = Self.names(isWhole ? path : FileManager.default.currentDirectoryPath + "/" + path, ["/"])
            return Self.walk(from: [], names.dropLast())
        }
    }

    /// The path that is meant: what is whole already, Windows' paths and addresses among them, as it is; file URLs as
    /// paths; the others from the playlist's folder on.
    func place(_ written: String) -> String {
        if let path = Self.path(ofFileURL: written) { return path }
        guard let folder, !Self.isWhole(written) else { return written }
        // Backslashes are Windows' unless there are slashes: then they may be part of a name.
        let separators: Set<Unicode.Scalar> = written.utf8.contains(UInt8(ascii: "/")) ? ["/"] : ["\\"]
        return "/" + Self.walk(from: folder, Self.names(written, separators)[...]).joined(separator: "/")
    }

    private static func names(_ path: String, _ separators: Set<Unicode.Scalar>) -> [String] {
        path.unicodeScalars.split(whereSeparator: separators.contains).map { String(Substring($0)) }
    }

    /// Above the root there is the root.
    private static func walk(from folder: [String], _ names: ArraySlice<String>) -> [String] {
        var result = folder
        for name in names {
            switch name {
            case ".": continue
            case "..": _ = result.popLast()
            default: result.append(name)
            }
        }
        return result
    }

    /// Whether it needs no folder: `/a`, `\a`, `C:\a`, `C:/a`, `http://a`, `spotify:track:a`.
    private static func isWhole(_ written: String) -> Bool {
        let bytes = Array(written.utf8.prefix(3))
        if let first = bytes.first, [UInt8(ascii: "/"), UInt8(ascii: "\\")].contains(first) { return true }
        let isDrive = isDrive(bytes)
        let scheme = written.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        return isDrive || !scheme.isEmpty && written.dropFirst(scheme.count).hasPrefix("://")
            || written.hasPrefix("spotify:")
    }

    /// Whether a path begins with `C:/` or `C:\`.
    private static func isDrive(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 3 && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[0] | 0x20)
            && bytes[1] == UInt8(ascii: ":") && [UInt8(ascii: "/"), UInt8(ascii: "\\")].contains(bytes[2])
    }

    /// The path in a URL of a file on this machine (RFC 8089); nil for anything else.
    private static func path(ofFileURL written: String) -> String? {
        let beginnings = ["file://localhost/", "file:///", "file:/"]
        let lowered = written.prefix(20).lowercased()
        guard let beginning = beginnings.first(where: lowered.hasPrefix),
            beginning.count > 6 || !lowered.hasPrefix("file://"),
            let path = String(written.dropFirst(beginning.count)).removingPercentEncoding
        else { return nil }
        return isDrive(Array(path.utf8.prefix(3))) ? path : "/" + path
    }
}
