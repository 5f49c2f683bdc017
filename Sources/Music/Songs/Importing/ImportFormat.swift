import Foundation

/// The kinds of lists that can be imported.
public enum ImportFormat: String, Sendable, CaseIterable {
    /// Comma-, semicolon- or tab-separated values: our own columns, or an export of Exportify's.
    case csv
    /// A playlist: M3U or M3U8.
    case m3u
    /// A JSON object a line.
    case jsonl
    /// A folder of audio files.
    case folder

    /// The format that a name stands for, by its ending; nil where it says nothing.
    public init?(name: String) {
        switch (name as NSString).pathExtension.lowercased() {
        case "csv", "tsv", "txt": self = .csv
        case "m3u", "m3u8": self = .m3u
        case "jsonl", "ndjson": self = .jsonl
        default: return nil
        }
    }

    /// The format of a file by how it begins, or else by what it is called.
    /// - Throws: ``SongsError`` `unreadableImport`, for a kind of list that is known but not read, too.
    init(path: String) throws(SongsError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw SongsError(.unreadableImport, "There is no such file or folder; check its name.", file: path)
        }
        if isFolder.boolValue {
            self = .folder
            return
        }
        let text = try TextFile(path: path)
        guard text.bytesTotal != 0 else { throw SongsError(.unreadableImport, "The file is empty.", file: path) }
        let beginning = try Self.beginning(of: text)
        let byName = ImportFormat(name: path)
        if let format = try Self.format(beginning, byName: byName) {
            self = format
        } else if let format = byName {
            self = format
        } else {
            let ending = (path as NSString).pathExtension.lowercased()
            if let kind = Self.unreadEndings[ending] { throw Self.unread(kind) }
            self = .csv
        }
    }

    /// The first line in which something stands; empty where there is none.
    private static func beginning(of text: TextFile) throws(SongsError) -> String {
        var text = text
        var line = try text.line(atMost: 1 << 16)
        for _ in 0..<100 {
            guard let found = line else { break }
            if let text = found.text?.trimmed, !text.isEmpty { return text }
            guard found.text != nil else { break }
            line = try text.line(atMost: 1 << 16)
        }
        return ""
    }

    /// What the first line says; nil where it may be of any kind.
    private static func format(_ line: String, byName: ImportFormat?) throws(SongsError) -> ImportFormat? {
        let word = SongText.cut(line, 40).uppercased()
        if word.hasPrefix("#EXT") { return .m3u }
        if word.hasPrefix("[PLAYLIST]") { throw unread("a PLS playlist") }
        if line.utf8.starts(with: [0x50, 0x4B, 3, 4]) { throw unread("a ZIP archive, as spreadsheets are") }
        if word.hasPrefix("<") {
            if word.hasPrefix("<?XML") || word.hasPrefix("<PLAYLIST") {
                throw unread("an XML file, as XSPF playlists and iTunes libraries are")
            }
            throw unread("an HTML or XML file")
        }
        if byName == .jsonl || byName == .m3u { return byName }
        if word.hasPrefix("{") {
            if (try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil { return .jsonl }
            if byName == nil { throw unread("a JSON document of many lines") }
        }
        if word == "[" || word.hasPrefix("[{") {
            throw unread("a JSON list; JSON lines have an object a line, and no brackets around all")
        }
        return byName == nil && word.hasPrefix("#") ? .m3u : nil
    }

    private static let unreadEndings = [
        "xspf": "an XSPF playlist", "pls": "a PLS playlist", "wpl": "a playlist of Windows Media Player",
        "asx": "a playlist of Windows Media Player", "b4s": "a playlist of Winamp", "jspf": "a JSPF playlist",
        "json": "a JSON document", "xml": "an XML file", "plist": "a property list", "xlsx": "a spreadsheet",
        "xls": "a spreadsheet", "ods": "a spreadsheet", "numbers": "a spreadsheet", "cue": "a cue sheet",
    ]

    private static func unread(_ kind: String) -> SongsError {
        SongsError(
            .unreadableImport,
            "This is \(kind), which is not read. Save it as CSV, M3U8 or JSON lines, or import the folder of the files."
        )
    }

    /// Reads a file or a folder.
    func reader(path: String) throws(SongsError) -> any SongReading {
        if self == .folder { return try AudioFolder(path: path) }
        return try reader(TextFile(path: path), path: path)
    }

    /// Reads a list that came without a place.
    func reader(_ file: FileHandle) throws(SongsError) -> any SongReading {
        try reader(TextFile(file: file), path: nil)
    }

    private func reader(_ text: TextFile, path: String?) throws(SongsError) -> any SongReading {
        switch self {
        case .csv: return try SongTable(text)
        case .m3u: return PlaylistReader(text, path: path)
        case .jsonl: return SongLines(text)
        case .folder: throw SongsError(.unreadableImport, "The list is no folder.", file: path)
        }
    }
}
