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

    /// The format of a file by what it is called, or else by how it begins.
    init(path: String, name: String?) throws(SongsError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw SongsError(.unreadableImport, "There is no file or folder \(path).")
        }
        if isFolder.boolValue {
            self = .folder
        } else if let format = ImportFormat(name: name ?? path) {
            self = format
        } else {
            var text = try TextFile(path: path)
            let beginning = try text.line(atMost: 1 << 16)
            switch beginning.map({ $0.text?.first ?? " " }) {
            case "{": self = .jsonl
            case "#": self = .m3u
            case nil: throw SongsError(.unreadableImport, "\(name ?? path) is empty.")
            default: self = .csv
            }
        }
    }

    /// - Parameter isCopy: whether the file lies where it does only to be read, so that its place says nothing.
    func reader(path: String, isCopy: Bool) throws(SongsError) -> any SongReading {
        switch self {
        case .csv: return try SongTable(TextFile(path: path))
        case .m3u: return try PlaylistReader(path: path, hasFolder: !isCopy)
        case .jsonl: return try SongLines(TextFile(path: path))
        case .folder: return try AudioFolder(path: path)
        }
    }
}
