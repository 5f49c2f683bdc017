import Foundation

/// Songs from an M3U or M3U8 playlist: the files it names, with what `#EXTINF` and its like say of them.
///
/// The files are never opened; a name outside of the playlist's folder is as good as one within.
struct PlaylistReader: SongReading {
    private var text: TextFile
    private var entry = Entry()
    private var isFirst = true

    /// What the lines before a file's name said.
    private struct Entry {
        var seconds: Double?
        var title: String?
        var artist: String?
        var album: String?
        var genres: String?
    }

    init(path: String) throws(SongsError) {
        text = try TextFile(path: path)
    }

    var bytesRead: Int64 { text.bytesRead }
    var bytesTotal: Int64? { text.bytesTotal }

    mutating func next() throws(SongsError) -> Result<Song, ImportReport.Rejection>? {
        while let line = try text.line(atMost: CSVReader.longestRow) {
            guard let content = line.text?.withoutOuterSpaces else {
                entry = Entry()
                return .failure(.init(line: line.number, reason: "the line is longer than 1 MB"))
            }
            if content.hasPrefix("#") {
                note(content)
            } else if !content.isEmpty {
                defer { entry = Entry() }
                return song(content, line: line.number)
            }
        }
        return nil
    }

    private mutating func note(_ line: String) {
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = String(line[line.index(after: colon)...])
        switch line[..<colon].uppercased() {
        case "#EXTINF": noteInformation(value)
        case "#EXTART": entry.artist = value
        case "#EXTALB": entry.album = value
        case "#EXTGENRE": entry.genres = value
        default: break
        }
    }

    /// `123,Artist - Title`, also with attributes behind the seconds.
    private mutating func noteInformation(_ text: String) {
        guard let comma = text.firstIndex(of: ",") else { return }
        entry.seconds = Double(text[..<comma].prefix { $0 != " " })
        let name = text[text.index(after: comma)...]
        if let dash = name.range(of: " - ") ?? name.range(of: " – ") {
            entry.artist = entry.artist ?? String(name[..<dash.lowerBound])
            entry.title = String(name[dash.upperBound...])
        } else {
            entry.title = String(name)
        }
    }

    private func song(_ place: String, line: Int) -> Result<Song, ImportReport.Rejection> {
        let title = SongText.nonempty(entry.title) ?? Self.name(of: place)
        guard let title = SongText.nonempty(title) else {
            return .failure(.init(line: line, reason: "there is neither a title nor a file's name"))
        }
        guard !place.utf8.contains(0) else {
            return .failure(.init(line: line, reason: "the file's name holds a NUL"))
        }
        var song = Song(title: title, artist: SongText.plain(entry.artist ?? ""), source: "m3u")
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
