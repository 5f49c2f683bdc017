import Moods

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
