import Foundation
import Moods

/// Why the fields of a row make no song: one sentence without a full stop.
struct FieldProblem: Error {
    let reason: String
}

extension Song {
    /// A song from the texts of a row.
    ///
    /// A row without a title is none. Numbers that no song can have (the year 99999, a tempo of -3) make the row a bad one,
    /// since its columns are likely mixed up; control characters in texts become spaces.
    ///
    /// - Parameter isExportify: whether the columns are Spotify's: `valence` from 0 to 1, numbers for key and mode, and nothing
    ///   that a model may be fed with.
    init(fields: [SongColumn: String], source: String, isExportify: Bool) throws(FieldProblem) {
        let title = SongText.plain(fields[.title] ?? "")
        guard !title.isEmpty else { throw FieldProblem(reason: "the title is empty") }
        self.init(title: title, artist: SongText.plain(fields[.artist] ?? ""), source: source)
        if isExportify, artist.holds(";") { artist = artist.replacing(";", with: ", ") }
        album = SongText.nonempty(fields[.album])
        licence = SongText.nonempty(fields[.licence])
        path = SongText.nonempty(fields[.path])
        year = try FieldNumber.year(fields[.year])
        durationMilliseconds = try FieldNumber.integer(fields[.duration], 0...86_400_000, "duration")
        isExplicit = try FieldNumber.flag(fields[.explicit], "explicit")
        isrc = SongText.isrc(fields[.isrc])
        musicBrainzID = fields[.mbid].flatMap { UUID(uuidString: $0)?.uuidString.lowercased() }
        spotifyID = (fields[.uri] ?? fields[.spotifyID].map { "track:\($0)" }).flatMap(SongText.spotifyID)
        let mayBeEmbedded = try FieldNumber.flag(fields[.embeddable], "embeddable") ?? true
        isEmbeddable = !isExportify && mayBeEmbedded
        features = try SongFeatures(fields: fields, isExportify: isExportify)
        tags = Self.tags(fields, separators: isExportify ? [",", ";"] : [";"])
        affect = isExportify ? nil : try Self.affect(fields)
    }

    private static func tags(_ fields: [SongColumn: String], separators: Set<Character>) -> [SongTag] {
        var result: [SongTag] = []
        for (column, kind) in [
            (SongColumn.genres, SongTag.Kind.genre), (.moods, .mood), (.themes, .theme), (.instruments, .instrument),
        ] {
            for word in (fields[column] ?? "").split(whereSeparator: separators.contains) {
                let tag = SongTag(SongText.tag(String(word)), kind)
                if !tag.name.isEmpty, !result.contains(tag) { result.append(tag) }
            }
        }
        return result
    }

    private static func affect(_ fields: [SongColumn: String]) throws(FieldProblem) -> SongAffect? {
        let valence = try FieldNumber.number(fields[.valence], -1...1, "valence")
        let arousal = try FieldNumber.number(fields[.arousal], -1...1, "arousal")
        guard let valence, let arousal else { return nil }
        return SongAffect(Affect(valence: valence, arousal: arousal), confidence: 1, method: .stated)
    }
}

extension SongFeatures {
    fileprivate init(fields: [SongColumn: String], isExportify: Bool) throws(FieldProblem) {
        self.init()
        // Spotify writes 0 where it does not know the tempo, and -1 where it does not know the key.
        tempo = try FieldNumber.number(fields[.tempo], 0...999, "tempo").flatMap { $0 > 0 ? $0 : nil }
        tempoMarking = SongText.nonempty(fields[.tempoMarking])
        key = try FieldNumber.key(fields[.key])
        isMajor = try FieldNumber.mode(fields[.mode])
        energy = try FieldNumber.number(fields[.energy], 0...1, "energy")
        if isExportify { valence = try FieldNumber.number(fields[.valence], 0...1, "valence") }
        danceability = try FieldNumber.number(fields[.danceability], 0...1, "danceability")
        acousticness = try FieldNumber.number(fields[.acousticness], 0...1, "acousticness")
        instrumentalness = try FieldNumber.number(fields[.instrumentalness], 0...1, "instrumentalness")
        liveness = try FieldNumber.number(fields[.liveness], 0...1, "liveness")
        speechiness = try FieldNumber.number(fields[.speechiness], 0...1, "speechiness")
        loudness = try FieldNumber.number(fields[.loudness], -100...20, "loudness")
        timeSignature = try FieldNumber.integer(fields[.timeSignature], 0...32, "time signature")
    }
}
