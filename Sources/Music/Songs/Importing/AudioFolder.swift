import CAudioTags
import Foundation

/// Songs from the tags of the audio files in a folder and the folders in it. Links are not followed.
struct AudioFolder: SongReading {
    private var files: FolderWalk
    private var number = 0

    let sought = "audio files, known by the endings of their names,"

    /// Endings of audio that TagLib reads besides those that it lists.
    private static let furtherEndings: Set<String> = [
        "mp1", "mp2", "mpa", "mpga", "aac", "oga", "spx", "tta", "m4b", "alac",
    ]
    /// Endings of audio that nothing here reads.
    private static let unreadEndings: Set<String> = [
        "mka", "weba", "amr", "awb", "ac3", "ec3", "eac3", "dts", "dsf", "dff", "ra", "ram", "mid", "midi", "kar",
        "rmi", "au",
        "snd", "caf", "shn", "tak", "ofr", "ofs", "aa", "aax", "aaxc", "gsm", "voc", "w64", "rf64", "oma", "aa3", "at3",
        "thd",
        "truehd", "mlp", "sid", "spc", "nsf", "vgm", "vqf", "la", "lpcm", "ptb", "adts", "qcp", "mpp", "mp+", "opt",
    ]

    init(path: String) throws(SongsError) {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw SongsError(.unreadableImport, "The folder cannot be read; check that this user may.", file: path)
        }
        files = FolderWalk(path: URL(filePath: path).path)
    }

    var bytesRead: Int64 { 0 }
    var bytesTotal: Int64? { nil }

    mutating func next() throws(SongsError) -> SongRow? {
        while let found = files.next() {
            switch found {
            case .closed(let path): return leaveOut("the folder \(Self.name(path)) cannot be opened")
            case .file(let bytes):
                let name = Self.name(bytes)
                let ending = (name as NSString).pathExtension.lowercased()
                if Self.unreadEndings.contains(ending) {
                    return leaveOut("\(name) is of a kind of audio that is not read; FLAC, Opus, MP3 and others are")
                }
                guard audio_tags_knows_ending(ending) || Self.furtherEndings.contains(ending) else { continue }
                guard let path = String(validating: bytes, as: UTF8.self) else {
                    return leaveOut("the name \(name) is no UTF-8, so that no playlist could hold it; rename it")
                }
                guard let tags = AudioTags(path: path) else {
                    return leaveOut(
                        "\(name) holds no audio that can be read; its content is of another kind, or damaged")
                }
                guard tags.hasAudio else { return leaveOut("\(name) holds no audio") }
                number += 1
                var row = SongRow(
                    line: number, tags.fields(title: ((name as NSString).deletingPathExtension), path: path))
                row.notes = row.notes.map { "\(name): \($0)" }
                return row
            }
        }
        return nil
    }

    private mutating func leaveOut(_ reason: String) -> SongRow {
        number += 1
        return SongRow(line: number, leftOut: reason)
    }

    private static func name(_ path: [UInt8]) -> String {
        String(decoding: path.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self)
    }
}

/// The tags of one file.
private final class AudioTags {
    private let tags: OpaquePointer

    init?(path: String) {
        guard let tags = audio_tags_read(path) else { return nil }
        self.tags = tags
    }

    deinit { audio_tags_free(tags) }

    var hasAudio: Bool { audio_tags_has_audio(tags) }

    /// The names of tags that say the same, the surest first.
    private static let names: [(SongColumn, [String])] = [
        (.title, ["TITLE", "TRACKTITLE"]),
        (
            .artist,
            [
                "ARTIST", "ARTISTS", "TRACKARTIST", "ALBUMARTIST", "BAND", "PERFORMER", "COMPOSER", "ORIGINALARTIST",
                "AUTHOR",
            ]
        ),
        (.album, ["ALBUM", "ALBUMTITLE"]),
        (
            .year,
            [
                "ORIGINALDATE", "ORIGINALYEAR", "ORIGINALRELEASEDATE", "ORIGINALRELEASEYEAR", "DATE", "YEAR",
                "RELEASEDATE",
                "RELEASEYEAR", "RELEASETIME", "RECORDINGDATE", "DATERECORDED",
            ]
        ),
        (.isrc, ["ISRC"]), (.mbid, ["MUSICBRAINZTRACKID"]),
        (.tempo, ["BPM", "TEMPO", "TBPM", "FBPM", "BEATSPERMINUTE"]),
        (.key, ["INITIALKEY", "KEY", "TKEY"]), (.genres, ["GENRE", "STYLE"]), (.moods, ["MOOD"]),
    ]

    /// What the tags say. Of several dates and the like, the first that can be read counts.
    func fields(title: String, path: String) -> SongFields {
        var fields = SongFields(.tags, source: "files")
        for (column, names) in Self.names {
            for name in names {
                let values = values(name)
                guard !values.isEmpty else { continue }
                switch column {
                case .artist: fields[column] = values.joined(separator: ", ")
                case .genres, .moods: fields[column] = values.joined(separator: ";")
                case .year where values.first.map(FieldText.year) == .missing: continue
                case .tempo where values.first.map(FieldText.tempo) == .missing: continue
                case .year, .tempo:
                    let isLast = !names.drop(while: { $0 != name }).dropFirst().contains { !self.values($0).isEmpty }
                    let isRead =
                        column == .year
                        ? values.first.map(FieldText.year) != .unreadable
                        : values.first.map(FieldText.tempo) != .unreadable
                    if isRead || isLast { fields[column] = values.first }
                default: fields[column] = values.first
                }
            }
        }
        fields[.title] = title
        fields[.path] = path
        if ["1", "4"].contains(values("ITUNESADVISORY").first) { fields[.explicit] = "true" }
        let milliseconds = audio_tags_milliseconds(tags)
        if milliseconds > 0 { fields[.duration] = "\(milliseconds)" }
        if isPodcast { fields[.kind] = "podcast" }
        return fields
    }

    private var isPodcast: Bool {
        ["PODCASTURL", "PODCASTID"].contains { !values($0).isEmpty }
            || values("PODCAST").first.map { $0 != "0" } == true
    }

    /// The values of a tag, each on one line; empty where there are none.
    private func values(_ name: String) -> [String] {
        guard let text = audio_tags_value(tags, name) else { return [] }
        return String(cString: text).split(separator: "\n").compactMap { SongText.nonempty(String($0)) }
    }
}
