import CAudioTags
import Foundation

/// Songs from the tags of the audio files in a folder and the folders in it. Links are not followed.
struct AudioFolder: SongReading {
    private let files: FileManager.DirectoryEnumerator
    private var number = 0

    private static let endings: Set<String> = [
        "mp3", "flac", "ogg", "oga", "opus", "m4a", "m4b", "mp4", "aac", "wma", "wav", "aif", "aiff", "ape", "mpc",
        "wv", "spx",
    ]

    init(path: String) throws(SongsError) {
        let keys: [URLResourceKey] = [.isRegularFileKey, .isSymbolicLinkKey]
        guard FileManager.default.isReadableFile(atPath: path),
            let files = FileManager.default.enumerator(
                at: URL(filePath: path, directoryHint: .isDirectory), includingPropertiesForKeys: keys,
                options: [.skipsHiddenFiles])
        else {
            throw SongsError(.unreadableImport, "The folder \(path) cannot be read; check that this user may.")
        }
        self.files = files
    }

    var bytesRead: Int64 { 0 }
    var bytesTotal: Int64? { nil }

    mutating func next() throws(SongsError) -> Result<Song, ImportReport.Rejection>? {
        while let url = files.nextObject() as? URL {
            guard Self.endings.contains(url.pathExtension.lowercased()) else { continue }
            let kind = try? FileManager.default.attributesOfItem(atPath: url.path)[.type] as? FileAttributeType
            guard kind == .typeRegular else { continue }
            number += 1
            guard let tags = AudioTags(path: url.path) else {
                return .failure(
                    .init(line: number, reason: "\(url.lastPathComponent) is no audio file that can be read"))
            }
            return .success(Song(tags: tags, url: url))
        }
        return nil
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
