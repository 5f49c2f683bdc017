import Foundation

/// Makes of what a playlist calls its files paths that mean the same from anywhere.
///
/// Of the disk nothing is looked at but whether a file is called as the list has it, percent signs and all; `a/../b` is `b`, even
/// where `a` is a link.
struct PlaylistPaths: Sendable {
    /// The names of the folders from the root to the playlist's own; nil where that is unknown.
    private let folder: [String]?
    private let isThere: @Sendable (String) -> Bool

    /// - Parameters:
    ///   - path: of the playlist; nil where it came without a place, so that relative paths stay as they are, and the disk is
    ///     not looked at.
    ///   - isThere: whether a file is there.
    init(
        list path: String?,
        isThere: @escaping @Sendable (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
    ) {
        self.isThere = isThere
        folder = path.map { path in
            let isWhole = path.utf8.first == UInt8(ascii: "/")
            let names = Self.names(isWhole ? path : FileManager.default.currentDirectoryPath + "/" + path, ["/"])
            return Self.walk(from: [], names.dropLast())
        }
    }

    /// The path that is meant: what is whole already, Windows' paths and addresses among them, as it is; file URLs as
    /// paths; the others from the playlist's folder on.
    ///
    /// Some programs write paths as they stand in URLs. A path without any sign that a URL may not have is decoded, unless a file
    /// is called just so.
    func resolve(_ written: String) -> String {
        if let path = Self.path(ofFileURL: written) { return path }
        if Self.scheme(written) != nil { return written }
        let literal = whole(written)
        guard let decoded = Self.decoded(written).map(whole) else { return literal }
        return folder != nil && isThere(literal) ? literal : decoded
    }

    private func whole(_ written: String) -> String {
        guard let folder, !Self.isWhole(written) else { return written }
        // Backslashes are Windows' unless there are slashes: then they may be part of a name.
        let separators: Set<Unicode.Scalar> = written.utf8.contains(UInt8(ascii: "/")) ? ["/"] : ["\\"]
        return "/" + Self.walk(from: folder, Self.names(written, separators)[...]).joined(separator: "/")
    }

    /// Whether a path leads to a file on the machine that has it, and nowhere else: no share of another machine, no address.
    ///
    /// Windows takes slashes for backslashes, so that `//host/share` is a share as `\\host\share` is. Players take `word:` before
    /// anything for a protocol of theirs.
    static func isLocal(_ path: String) -> Bool {
        let isSlash = path.utf8.prefix(2).map { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
        return isSlash != [true, true] && scheme(path) == nil
    }

    /// The scheme of an address, `http` or `spotify`; nil for a path. One letter is a drive, and behind a space comes a title:
    /// `Who: me?.mp3`.
    private static func scheme(_ written: String) -> Substring? {
        let scheme = written.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        let rest = written.dropFirst(scheme.count)
        guard scheme.utf8.count > 1, scheme.first?.isLetter == true, rest.first == ":" else { return nil }
        return rest.dropFirst().first?.isWhitespace == true ? nil : scheme
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

    /// Whether it needs no folder: `/a`, `\a`, `C:\a`, `C:/a`.
    private static func isWhole(_ written: String) -> Bool {
        let bytes = Array(written.utf8.prefix(3))
        if let first = bytes.first, [UInt8(ascii: "/"), UInt8(ascii: "\\")].contains(first) { return true }
        return isDrive(bytes)
    }

    /// Whether a path begins with `C:/` or `C:\`.
    private static func isDrive(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 3 && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[0] | 0x20)
            && bytes[1] == UInt8(ascii: ":") && [UInt8(ascii: "/"), UInt8(ascii: "\\")].contains(bytes[2])
    }

    /// What a path that is written as in a URL stands for (RFC 3986); nil where nothing in it is encoded, or where it holds what a
    /// URL may not.
    private static func decoded(_ written: String) -> String? {
        let isURL = written.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !#""<>\^`{|}"#.utf8.contains($0) }
        guard isURL, written.utf8.contains(UInt8(ascii: "%")), let path = written.removingPercentEncoding,
            !path.utf8.contains(0)
        else { return nil }
        return path
    }

    /// The path in a URL of a file on this machine (RFC 8089); nil for anything else.
    private static func path(ofFileURL written: String) -> String? {
        let beginnings = ["file://localhost/", "file://127.0.0.1/", "file:///", "file:/"]
        let lowered = written.prefix(20).lowercased()
        guard let beginning = beginnings.first(where: lowered.hasPrefix),
            beginning.count > 6 || !lowered.hasPrefix("file://"),
            let path = String(written.dropFirst(beginning.count)).removingPercentEncoding
        else { return nil }
        return isDrive(Array(path.utf8.prefix(3))) ? path : "/" + path
    }
}
