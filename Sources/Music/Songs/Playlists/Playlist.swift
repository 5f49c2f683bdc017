public import Foundation
import Moods

/// A list of songs for other players.
public struct Playlist: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        /// UTF-8 M3U, which nearly everything plays.
        case m3u8
        /// A table with our own columns, as the import takes it.
        case csv
        /// JSON Shareable Playlist Format (https://www.xspf.org/jspf).
        case jspf

        /// What HTTP calls it.
        public var mediaType: String {
            switch self {
            case .m3u8: "application/vnd.apple.mpegurl"
            case .csv: "text/csv; charset=utf-8"
            case .jspf: "application/jspf+json"
            }
        }
    }

    public let title: String
    public let songs: [Song]
    /// Where a song without a file can be found.
    private let address: @Sendable (Song) -> String?

    /// - Parameter address: a web address for a song without a file; nil where there is none.
    public init(title: String, songs: [Song], address: @escaping @Sendable (Song) -> String? = { _ in nil }) {
        self.title = SongText.plain(title)
        self.songs = songs
        self.address = address
    }

    /// The file.
    public func data(as format: Format) -> Data {
        switch format {
        case .m3u8: Data(m3u8.utf8)
        case .csv: Data(csv.utf8)
        case .jspf: jspf
        }
    }

    /// Songs without a file or an address stand there as comments, so that nothing is lost and nothing is made up.
    private var m3u8: String {
        var lines = ["#EXTM3U"]
        if !title.isEmpty { lines.append("#PLAYLIST:\(title)") }
        for song in songs {
            let name = SongText.plain([song.artist, song.title].filter { !$0.isEmpty }.joined(separator: " - "))
            let seconds = song.durationMilliseconds.map { ($0 + 500) / 1000 } ?? -1
            lines.append("#EXTINF:\(seconds),\(name)")
            if needsArtist(song) { lines.append("#EXTART:\(SongText.plain(song.artist))") }
            if let album = song.album { lines.append("#EXTALB:\(SongText.plain(album))") }
            if let place = place(of: song) {
                lines.append(place)
            } else {
                lines.append("# There is no file of this one.")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Whether " - " between the artist and the title does not tell them apart.
    private func needsArtist(_ song: Song) -> Bool {
        let doubtful = song.artist.isEmpty ? song.title : song.artist
        return [" - ", " – "].contains(where: doubtful.contains)
    }

    /// A path that begins with # would be a comment.
    private func place(of song: Song) -> String? {
        guard let place = song.path ?? address(song) else { return nil }
        return place.hasPrefix("#") ? "./\(place)" : SongText.plain(place)
    }

    private var jspf: Data {
        let tracks = songs.map { song in
            JSPF.Track(
                location: (song.path ?? address(song)).map { [Self.uri($0)] },
                identifier: song.musicBrainzID.map { ["https://musicbrainz.org/recording/\($0)"] },
                title: song.title, creator: song.artist.isEmpty ? nil : song.artist, album: song.album,
                duration: song.durationMilliseconds)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(JSPF(playlist: JSPF.List(title: title, track: tracks)))) ?? Data()
    }

    /// JSPF wants addresses, not paths.
    private static func uri(_ place: String) -> String {
        if place.contains("://") { return place }
        return place.hasPrefix("/")
            ? URL(filePath: place).absoluteString
            : place.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? place
    }
}

/// The shape of a JSPF file.
private struct JSPF: Encodable {
    let playlist: List

    struct List: Encodable {
        let title: String
        let track: [Track]
    }

    struct Track: Encodable {
        let location: [String]?
        let identifier: [String]?
        let title: String
        let creator: String?
        let album: String?
        /// Milliseconds.
        let duration: Int?
    }
}

extension Playlist {
    /// The columns that the import reads; what it brings in again is equal.
    private static let columns = [
        "title", "artist", "album", "year", "duration_ms", "explicit", "isrc", "mbid", "spotify_id", "embeddable",
        "path",
        "licence", "genres", "moods", "themes", "instruments", "key", "mode", "tempo", "tempo_marking", "energy",
        "danceability", "acousticness", "instrumentalness", "liveness", "speechiness", "loudness", "time_signature",
        "valence", "arousal",
    ]

    var csv: String {
        ([Self.columns] + songs.map(Self.cells)).map { $0.map(Self.quoted).joined(separator: ",") }
            .joined(separator: "\r\n") + "\r\n"
    }

    private static func cells(of song: Song) -> [String] {
        func tags(_ kind: SongTag.Kind) -> String {
            song.tags.filter { $0.kind == kind }.map(\.name).joined(separator: ";")
        }
        func text(_ value: (some CustomStringConvertible)?) -> String { value.map(\.description) ?? "" }
        let features = song.features
        let stated = song.affect?.method == .stated ? song.affect?.affect : nil
        let notes = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
        return [
            song.title, song.artist, text(song.album), text(song.year), text(song.durationMilliseconds),
            text(song.isExplicit),
            text(song.isrc), text(song.musicBrainzID), text(song.spotifyID), song.isEmbeddable ? "" : "false",
            text(song.path), text(song.licence), tags(.genre), tags(.mood),
            tags(.theme), tags(.instrument), features.key.map { notes[$0 % 12] } ?? "",
            features.isMajor.map { $0 ? "major" : "minor" } ?? "", text(features.tempo), text(features.tempoMarking),
            text(features.energy), text(features.danceability), text(features.acousticness),
            text(features.instrumentalness), text(features.liveness), text(features.speechiness),
            text(features.loudness), text(features.timeSignature), text(stated?.valence), text(stated?.arousal),
        ]
    }

    /// A cell by RFC 4180. One that a spreadsheet would run as a formula gets a space before it, which the import drops.
    private static func quoted(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@\t".contains($0) } ?? false
        let text = isFormula && Double(text) == nil ? " \(text)" : text
        guard text.contains(where: { "\",;\r\n".contains($0) || $0.isNewline }) || isFormula else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }
}
