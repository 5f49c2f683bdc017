import Foundation

/// A file of settings, `.env`: a `NAME=value` a line.
///
/// swift-configuration reads such files too, but takes quotation marks, comments behind a value and `export` as parts of
/// names and values, reads a file with Windows' line ends as one line, and passes over what it does not understand. Here:
///
/// - Empty lines, and lines that begin with `#`, say nothing. `export` before a name is passed over.
/// - Spaces around name, `=` and value do not count. ` #` begins a comment; a `#` within a word does not.
/// - Between single quotation marks everything stands for itself; between double ones `\n`, `\r`, `\t`, `\"`, `\\` and
///   `\$` stand for what they do in a shell. Nothing is put in place of `$NAME`.
/// - Of two lines with one name the later one holds.
struct EnvironmentFile: Sendable, Equatable {
    /// One setting, and where it stands.
    struct Entry: Sendable, Equatable {
        let name: String
        let value: String
        /// From 1.
        let line: Int
    }

    /// As its reader named it.
    let path: String
    /// In the order of the lines.
    let entries: [Entry]

    /// Reads the file at `path`; one that is not there has no entries.
    ///
    /// - Throws: `invalidSetting` for a file that cannot be read, and for a line that cannot be understood.
    init(path: String) throws(SettingsError) {
        guard FileManager.default.fileExists(atPath: path) else {
            self.init(path: path, entries: [])
            return
        }
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw SettingsError(
                .invalidSetting, "The file \(path) cannot be read: make it readable or remove it.")
        }
        try self.init(path: path, bytes: bytes)
    }

    /// Reads the content of a file: UTF-8, with the line ends of any system.
    init(path: String, bytes: some Collection<UInt8>) throws(SettingsError) {
        var entries: [Entry] = []
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : Array(bytes)
        for (index, line) in Self.lines(text).enumerated() {
            do {
                guard let (name, value) = try EnvironmentLine.read(line) else { continue }
                entries.append(Entry(name: name, value: value, line: index + 1))
            } catch {
                throw SettingsError(.invalidSetting, "Line \(index + 1) of \(path) \(error.reason).")
            }
        }
        self.init(path: path, entries: entries)
    }

    private init(path: String, entries: [Entry]) {
        self.path = path
        self.entries = entries
    }

    /// The entry that holds for each name: the last.
    var effective: [String: Entry] {
        Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    }

    /// The lines between `\n`, `\r\n` and `\r`.
    private static func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for index in text.indices where text[index] == 0x0A || text[index] == 0x0D {
            let isSecondOfTwo = text[index] == 0x0A && index > 0 && text[index - 1] == 0x0D
            if !isSecondOfTwo { lines.append(text[start..<index]) }
            start = index + 1
        }
        return lines + [text[start...]]
    }
}
