import CAudioTags
import Foundation

/// Songs from the tags of the audio files in a folder and the folders in it. Links are not followed.
struct AudioFolder: SongReading {
    private var files: FolderWalk
    private var number = 0

    private static let endings: Set<String> = [
        "mp3", "flac", "ogg", "oga", "opus", "m4a", "m4b", "mp4", "aac", "wma", "wav", "aif", "aiff", "ape", "mpc",
        "wv", "spx",
    ]

    init(path: String) throws(SongsError) {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw SongsError(.unreadableImport, "The folder \(path) cannot be read; check that this user may.")
        }
        files = FolderWalk(path: URL(filePath: path).path)
    }

    var bytesRead: Int64 { 0 }
    var bytesTotal: Int64? { nil }

    mutating func next() throws(SongsError) -> Result<Song, ImportReport.Rejection>? {
        while let found = files.next() {
            switch found {
            case .closed(let path): return reject("the folder \(Self.name(path)) cannot be opened")
            case .file(let bytes):
                guard Self.endings.contains((Self.name(bytes) as NSString).pathExtension.lowercased()) else { continue }
                guard let path = String(validating: bytes, as: UTF8.self) else {
                    return reject(
                        "the name \(Self.name(bytes)) is no UTF-8, so that no playlist could hold it; rename it")
                }
                guard let tags = AudioTags(path: path) else {
                    return reject("\(Self.name(bytes)) is no audio file that can be read")
                }
                number += 1
                return .success(Song(tags: tags, url: URL(filePath: path, directoryHint: .notDirectory)))
            }
        }
        return nil
    }

    private mutating func reject(_ reason: String) -> Result<Song, ImportReport.Rejection> {
        number += 1
        return .failure(.init(line: number, reason: reason))
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

    /// The values of a tag, each on one line; empty where there are none.
    func values(_ name: String) -> [String] {
        guard let text = audio_tags_value(tags, name) else { return [] }
        return String(cString: text).split(separator: "\n").compactMap { SongText.nonempty(String($0)) }
    }

    var milliseconds: Int { Int(audio_tags_milliseconds(tags)) }
}

extension Song {
    /// What is written wrongly in a tag counts as missing: the file is there, and is a song.
    fileprivate init(tags: AudioTags, url: URL) {
        func first(_ name: String) -> String? { tags.values(name).first }
        let fileName = url.deletingPathExtension().lastPathComponent
        self.init(title: first("TITLE") ?? SongText.plain(fileName), source: "files")
        let artists = tags.values("ARTIST")
        artist = (artists.isEmpty ? tags.values("COMPOSER") : artists).joined(separator: ", ")
        album = first("ALBUM")
        year = ["ORIGINALDATE", "DATE"].lazy.compactMap { first($0) }.compactMap { try? FieldNumber.year($0) }.first
        durationMilliseconds = tags.milliseconds > 0 ? tags.milliseconds : nil
        isrc = SongText.isrc(first("ISRC"))
        musicBrainzID = first("MUSICBRAINZ_TRACKID").flatMap { UUID(uuidString: $0)?.uuidString.lowercased() }
        path = url.path
        features.tempo = (try? FieldNumber.number(first("BPM"), 1...999, "tempo")) ?? nil
        (features.key, features.isMajor) = Self.key(first("INITIALKEY"))
        for (name, kind) in [("GENRE", SongTag.Kind.genre), ("MOOD", .mood)] {
            for value in tags.values(name).flatMap({ $0.split { $0 == ";" || $0 == "/" } }) {
                let tag = SongTag(SongText.tag(String(value)), kind)
                if !tag.name.isEmpty, !self.tags.contains(tag) { self.tags.append(tag) }
            }
        }
    }

    /// `Am`, `F#`, `Ebm` as ID3's TKEY has them.
    private static func key(_ text: String?) -> (Int?, Bool?) {
        guard var text else { return (nil, nil) }
        let isMinor = text.count > 1 && text.hasSuffix("m")
        if isMinor { text.removeLast() }
        guard let key = (try? FieldNumber.key(text)) ?? nil else { return (nil, nil) }
        return (key, !isMinor)
    }
}
