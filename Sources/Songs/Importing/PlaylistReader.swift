import Foundation

/// Songs from an M3U or M3U8 playlist: the files it names, with what `#EXTINF` and its like say of them.
///
/// The files are never opened; a name outside of the playlist's folder is as good as one within. Where that folder is known,
/// paths are made whole; see ``PlaylistPlaces``. A song that is named without a file is a song as well.
struct PlaylistReader: SongReading {
    private var text: TextFile
    private let places: PlaylistPlaces
    private var entry = Entry()

    /// What the lines before a file's name said.
    private struct Entry {
        var line = 0
        var seconds: Double?
        /// "Artist - Title", or a title.
        var name: String?
        var artist: String?
        var album: String?
        var genres: String?
    }

    /// - Parameter hasFolder: whether the folder of `path` is the one that the paths in the list begin at.
    init(path: String, hasFolder: Bool) throws(SongsError) {
        text = try TextFile(path: path)
        places = PlaylistPlaces(list: hasFolder ? path : nil)
    }

    var bytesRead: Int64 { text.bytesRead }
    var bytesTotal: Int64? { text.bytesTotal }

    mutating func next() throws(SongsError) -> Result<Song, ImportReport.Rejection>? {
        while let line = try text.line(atMost: CSVReader.longestRow) {
            guard let content = line.text?.trimmed else {
                entry = Entry()
                return .failure(.init(line: line.number, reason: "the line is longer than 1 MB"))
            }
            if content.uppercased().hasPrefix("#EXTINF:"), entry.name != nil {
                let song = song(nil, line: entry.line)
                entry = Entry()
                note(content, line: line.number)
                return song
            } else if content.hasPrefix("#") {
                note(content, line: line.number)
            } else if !content.isEmpty {
                defer { entry = Entry() }
                return song(content, line: line.number)
            }
        }
        guard entry.name != nil else { return nil }
        defer { entry = Entry() }
        return song(nil, line: entry.line)
    }

    private mutating func note(_ line: String, line number: Int) {
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = String(line[line.index(after: colon)...])
        entry.line = number
        switch line[..<colon].uppercased() {
        case "#EXTINF": noteInformation(value)
        case "#EXTART": entry.artist = value
        case "#EXTALB": entry.album = value
        case "#EXTGENRE": entry.genres = value
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
        entry.seconds = Double(text[..<comma].prefix { $0 != " " })
        entry.name = SongText.nonempty(String(text[text.index(after: comma)...]))
    }

    /// The artist and the title: what `#EXTART` says is surer than where a dash is.
    private var names: (artist: String, title: String?) {
        guard let name = entry.name else { return (SongText.plain(entry.artist ?? ""), nil) }
        if let artist = entry.artist.map(SongText.plain) {
            let dash = [" - ", " – "].first { !artist.isEmpty && name.hasPrefix(artist + $0) }
            return (artist, dash.map { String(name.dropFirst(artist.count + $0.count)) } ?? name)
        }
        guard let dash = name.range(of: " - ") ?? name.range(of: " – ") else { return ("", name) }
        return (String(name[..<dash.lowerBound]), String(name[dash.upperBound...]))
    }

    private func song(_ written: String?, line: Int) -> Result<Song, ImportReport.Rejection> {
        let names = names
        let place = written.map(places.place)
        guard let title = SongText.nonempty(names.title) ?? SongText.nonempty(Self.name(of: place ?? "")) else {
            return .failure(.init(line: line, reason: "there is neither a title nor a file's name"))
        }
        guard place?.utf8.contains(0) != true else {
            return .failure(.init(line: line, reason: "the file's name holds a NUL"))
        }
        var song = Song(title: title, artist: SongText.plain(names.artist), source: "m3u")
        song.album = SongText.nonempty(entry.album)
        song.path = SongText.nonempty(place)
        if let seconds = entry.seconds, seconds > 0, seconds < 86_400 {
            song.durationMilliseconds = Int((seconds * 1000).rounded())
        }
        song.tags = (entry.genres ?? "").split { $0 == ";" || $0 == "," || $0 == "/" }
            .map { SongTag(SongText.tag(String($0)), .genre) }.filter { !$0.name.isEmpty }
        return .success(song)
    }

    /// The last part of a path or an address, without its ending.
    private static func name(of place: String) -> String {
        let last = place.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
        let plain = place.contains("://") ? last.prefix { $0 != "?" }.removingPercentEncoding ?? last : last
        return (plain as NSString).deletingPathExtension
    }
}

extension Substring {
    fileprivate var removingPercentEncoding: String? { String(self).removingPercentEncoding }
}
