import Foundation

/// Songs from an M3U or M3U8 playlist: the files it names, with what `#EXTINF` and its like say of them.
///
/// The files are never opened; a name outside of the playlist's folder is as good as one within. Where that folder is known,
/// paths are made whole; see ``PlaylistPaths``. A song that is named without a file is a song as well.
struct PlaylistReader: SongReading {
    private var text: TextFile
    private let paths: PlaylistPaths
    private var entry = Entry()

    let sought = "lines that name files, or #EXTINF"

    /// What the lines before a file's name said.
    private struct Entry {
        var line = 0
        var seconds: String?
        /// "Artist - Title", or a title.
        var name: String?
        var artist: String?
        var album: String?
        var genres: String?
    }

    /// - Parameter path: of the list, whose folder is the one that the paths in it begin at; nil where that is unknown.
    init(_ text: TextFile, path: String?) {
        self.text = text
        paths = PlaylistPaths(list: path)
    }

    var bytesRead: Int64 { text.bytesRead }
    var bytesTotal: Int64? { text.bytesTotal }

    mutating func next() throws(SongsError) -> SongRow? {
        while let line = try text.line(atMost: CSVReader.longestRow) {
            guard let content = line.text?.trimmed else {
                entry = Entry()
                return SongRow(line: line.number, leftOut: "the line is longer than 1 MB")
            }
            guard content.utf8.first == UInt8(ascii: "#") else {
                if content.isEmpty { continue }
                defer { entry = Entry() }
                return song(content, line: line.number)
            }
            let isNext = SongText.cut(content, 8).uppercased() == "#EXTINF:" && entry.name != nil
            let song = isNext ? song(nil, line: entry.line) : nil
            if isNext { entry = Entry() }
            note(content, line: line.number)
            if let song { return song }
        }
        guard entry.name != nil else { return nil }
        defer { entry = Entry() }
        return song(nil, line: entry.line)
    }

    private mutating func note(_ line: String, line number: Int) {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
        let value = SongText.cut(String(line[line.index(after: colon)...]), 4 * SongText.longest)
        entry.line = number
        switch SongText.cut(String(line[..<colon]), 20).uppercased() {
        case "#EXTINF": noteInformation(value)
        case "#EXTART": entry.artist = value
        case "#EXTALB": entry.album = value
        case "#EXTGENRE": entry.genres = value
        case "#EXTENC": text.decode(as: value)
        default: break
        }
    }

    /// `123,Artist - Title`, also with attributes behind the seconds, whose values may hold commas.
    private mutating func noteInformation(_ text: String) {
        var isQuoted = false
        let comma = text.firstIndex { character in
            if character == "\"" { isQuoted.toggle() }
            return character == "," && !isQuoted
        }
        guard let comma = comma ?? text.firstIndex(of: ",") else { return }
        entry.seconds = String(text[..<comma].prefix { $0 != " " })
        entry.name = SongText.nonempty(String(text[text.index(after: comma)...]))
    }

    private func song(_ written: String?, line: Int) -> SongRow {
        let place = written.map(paths.resolve)
        guard place?.utf8.contains(0) != true else {
            return SongRow(line: line, leftOut: "the file's name holds a NUL")
        }
        let names = PlaylistNames(name: entry.name, artist: entry.artist, place: place)
        guard let title = names.title else {
            return SongRow(line: line, leftOut: "there is neither a title nor a file's name")
        }
        var fields = SongFields(.playlist, source: "m3u")
        fields[.title] = title
        fields[.artist] = names.artist
        fields[.album] = entry.album
        fields[.path] = place
        fields[.length] = entry.seconds
        fields[.genres] = entry.genres
        return SongRow(line: line, fields)
    }
}

/// The artist and the title of an entry.
private struct PlaylistNames {
    var artist = ""
    var title: String?

    /// What `#EXTART` says is surer than where a dash is.
    init(name: String?, artist: String?, place: String?) {
        let parts = (place ?? "").split { $0 == "/" || $0 == "\\" }.map(String.init)
        let file = SongText.nonempty(Self.file(parts.last ?? "", of: place ?? ""))
        guard let name else {
            (self.artist, title) = (artist ?? "", file)
            return
        }
        title = name
        if let artist = artist.map(SongText.plain) {
            self.artist = artist
            let dash = [" - ", " – "].first { !artist.isEmpty && name.hasPrefix(artist + $0) }
            if let dash { title = String(name.dropFirst(artist.count + dash.count)) }
        } else if let dash = name.range(of: " - ") ?? name.range(of: " – ") {
            (self.artist, title) = (String(name[..<dash.lowerBound]), String(name[dash.upperBound...]))
            turnAround(folders: parts.dropLast(), file: file ?? "")
        }
        if SongText.nonempty(title) == nil { title = file }
    }

    /// Apple Music writes "Title - Artist". Its files lie in folders that are called after the artist, or are called after the title
    /// alone.
    private mutating func turnAround(folders: ArraySlice<String>, file: String) {
        let (first, second) = (SongKey.plain(artist), SongKey.plain(title ?? ""))
        let (file, folders) = (SongKey.plain(file), Set(folders.suffix(3).map { SongKey.plain($0) }))
        guard !first.isEmpty, !second.isEmpty, file.hasSuffix(first), !file.contains(second),
            folders.contains(second), !folders.contains(first)
        else { return }
        (artist, title) = (title ?? "", artist)
    }

    /// The last part of a path or an address, without its ending.
    private static func file(_ name: String, of place: String) -> String {
        let plain = place.contains("://") ? String(name.prefix { $0 != "?" }).removingPercentEncoding ?? name : name
        return (plain as NSString).deletingPathExtension
    }
}
