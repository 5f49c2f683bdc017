import Foundation
import Moods

/// What a source says of a song, as texts, before any of them is read.
struct SongFields {
    /// Whose columns they are, which decides what a few of them mean.
    enum Dialect {
        /// Ours: several values have semicolons between them.
        case own
        /// Spotify's, as Exportify writes them: `valence` from 0 to 1, commas between values, and nothing that a model may be fed
        /// with.
        case exportify
        /// A playlist's.
        case playlist
        /// An audio file's.
        case tags
    }

    let dialect: Dialect
    /// What the song is said to come from.
    let source: String
    private var texts: [SongColumn: String] = [:]
    /// What could not be read, a sentence without a full stop each.
    private(set) var notes: [String] = []
    /// Whether the source has a column that says what a model may read, be it empty in this row.
    var hasEmbeddableColumn = false

    init(_ dialect: Dialect, source: String) {
        self.dialect = dialect
        self.source = source
    }

    /// Of two texts for a column, the first that is not empty counts.
    subscript(column: SongColumn) -> String? {
        get { texts[column] }
        set {
            guard let newValue, !newValue.isEmpty, texts[column] == nil else { return }
            texts[column] = newValue
        }
    }

    fileprivate mutating func note(_ reason: String) { notes.append(reason) }

    /// A value; nil, with a note, where it cannot be read.
    fileprivate mutating func value<Value>(
        _ column: SongColumn, _ name: String, _ expected: String, _ read: (String) -> FieldText.Reading<Value>
    ) -> Value? {
        guard let text = texts[column] else { return nil }
        switch read(text) {
        case .value(let value): return value
        case .missing: return nil
        case .unreadable:
            note("the \(name) is \(SongText.excerpt(text)), which was not read; it may be \(expected)")
            return nil
        }
    }

    fileprivate mutating func number(_ column: SongColumn, _ range: ClosedRange<Double>, _ name: String) -> Double? {
        func plain(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
        return value(column, name, "\(plain(range.lowerBound)) to \(plain(range.upperBound))") {
            FieldText.number($0, in: range)
        }
    }
}

extension Song {
    /// Tags that one row may bring.
    private static let mostTags = 100

    /// The song of a row.
    ///
    /// Without a title there is none, nor where something is only spoken. Whatever else cannot be read counts as missing, and is
    /// noted; control characters in texts become spaces.
    init(_ fields: inout SongFields) throws(FieldProblem) {
        let title = SongText.plain(fields[.title] ?? "")
        let isExportify = fields.dialect == .exportify
        guard !Self.isSpoken(fields) else {
            throw FieldProblem(reason: "\(SongText.excerpt(title)) is an episode of a podcast, or read from a book")
        }
        guard !title.isEmpty else { throw FieldProblem(reason: "the title is empty") }
        self.init(title: isExportify ? Self.unescaped(title) : title, source: fields.source)
        artist = SongText.plain(isExportify ? Self.artists(fields[.artist] ?? "") : fields[.artist] ?? "")
        album = SongText.nonempty(fields[.album]).map { isExportify ? Self.unescaped($0) : $0 }
        licence = SongText.nonempty(fields[.licence])
        path = SongText.path(fields[.path])
        if path == nil, fields[.path] != nil {
            fields.note("the path has more than \(SongText.longestPath) bytes, and was left out")
        }
        year = fields.value(.year, "year", "1 to 2200, or a date such as 1969-09-26", FieldText.year)
        durationMilliseconds =
            fields.value(.duration, "duration", "0 to 86400000 milliseconds") { FieldText.milliseconds($0, unit: 1) }
            ?? fields.value(.length, "length", "seconds, or minutes and seconds such as 3:35, up to a day") {
                FieldText.milliseconds($0, unit: 1000)
            }
        isExplicit = fields.value(.explicit, "mark of explicit songs", "true or false", FieldText.flag)
        isrc = SongText.isrc(fields[.isrc])
        musicBrainzID = fields[.mbid].flatMap { UUID(uuidString: $0.trimmed)?.uuidString.lowercased() }
        spotifyID =
            [fields[.uri], fields[.spotifyID], fields[.spotifyID].map { "track:\($0)" }].lazy
            .compactMap(\.self).compactMap(SongText.spotifyID).first
        // A row that names Spotify's track is Spotify's, unless it says itself that it is not.
        let mayBeEmbedded = fields.value(.embeddable, "mark of what a model may read", "true or false", FieldText.flag)
        isEmbeddable = !isExportify && (mayBeEmbedded ?? true) && (spotifyID == nil || fields.hasEmbeddableColumn)
        features = SongFeatures(&fields)
        tags = Self.tags(&fields)
        affect = isExportify ? nil : Self.affect(&fields)
    }

    private static func isSpoken(_ fields: SongFields) -> Bool {
        if [.uri, .spotifyID, .path].contains(where: { fields[$0].map(SongText.isSpoken) ?? false }) { return true }
        let kinds = [SongColumn.kind, .genres].compactMap { fields[$0].map { SongKey.plain(SongText.cut($0, 100)) } }
        return !spoken.isDisjoint(with: kinds)
    }

    private static let spoken: Set<String> = [
        "podcast", "podcasts", "episode", "podcast episode", "audiobook", "audio book", "horbuch",
    ]

    /// Several artists with ", " between them. Exportify has commas or semicolons between names, and some of its kind `\,` within
    /// one; a comma between digits is part of a name: 10,000 Maniacs.
    private static func artists(_ text: String) -> String {
        parts(text, [",", ";"], keepsNumbers: true).joined(separator: ", ")
    }

    private static func unescaped(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: "\\")) ? text.replacing("\\,", with: ",").replacing("\\;", with: ";") : text
    }

    /// The texts between separators, where those behind a backslash are none.
    private static func parts(
        _ text: String, _ separators: Set<UInt8.ASCII>, keepsNumbers: Bool = false, atMost most: Int = .max
    ) -> [String] {
        let marks = Set(separators.map(\.value))
        let bytes = Array(text.utf8)
        func isDigit(_ index: Int) -> Bool {
            bytes.indices.contains(index) && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index])
        }
        var (result, part): ([String], [UInt8]) = ([], [])
        for index in bytes.indices {
            let isMark = marks.contains(bytes[index])
            if isMark, part.last == UInt8(ascii: "\\") {
                part[part.count - 1] = bytes[index]
            } else if isMark, !(keepsNumbers && isDigit(index - 1) && isDigit(index + 1)) {
                result.append(String(decoding: part, as: UTF8.self).trimmed)
                part.removeAll(keepingCapacity: true)
                if result.count > most { break }
            } else {
                part.append(bytes[index])
            }
        }
        result.append(String(decoding: part, as: UTF8.self).trimmed)
        return result.filter { !$0.isEmpty }
    }

    private static func tags(_ fields: inout SongFields) -> [SongTag] {
        let separators: Set<UInt8.ASCII> =
            switch fields.dialect {
            case .own: [";"]
            case .exportify: [",", ";"]
            case .playlist: [",", ";", "/"]
            case .tags: [";", "/"]
            }
        var (result, seen): ([SongTag], Set<SongTag>) = ([], [])
        for (column, kind) in [
            (SongColumn.genres, SongTag.Kind.genre), (.moods, .mood), (.themes, .theme), (.instruments, .instrument),
        ] {
            guard let text = fields[column] else { continue }
            for word in parts(text, separators, atMost: mostTags) {
                let tag = SongTag(SongText.tag(word), kind)
                guard !tag.name.isEmpty, seen.insert(tag).inserted else { continue }
                guard result.count < mostTags else {
                    fields.note("there are more than \(mostTags) tags; the first \(mostTags) were kept")
                    return result
                }
                result.append(tag)
            }
        }
        return result
    }

    private static func affect(_ fields: inout SongFields) -> SongAffect? {
        let valence = fields.number(.valence, -1...1, "valence")
        let arousal = fields.number(.arousal, -1...1, "arousal")
        guard let valence, let arousal else { return nil }
        return SongAffect(Affect(valence: valence, arousal: arousal), confidence: 1, method: .stated)
    }
}

extension UInt8 {
    /// A character of ASCII that can be written as one.
    fileprivate struct ASCII: Hashable, ExpressibleByUnicodeScalarLiteral {
        let value: UInt8

        init(unicodeScalarLiteral scalar: Unicode.Scalar) { value = UInt8(ascii: scalar) }
    }
}

extension SongFeatures {
    fileprivate init(_ fields: inout SongFields) {
        self.init()
        // Somebody may have written in words how fast it is.
        let tempoText = fields[.tempo]
        if let tempoText, TempoWord.affect(of: SongText.cut(tempoText, 100)) != nil,
            FieldText.tempo(tempoText) == .unreadable
        {
            tempoMarking = SongText.nonempty(tempoText)
        } else {
            tempo = fields.value(.tempo, "tempo", "0 to 999 beats a minute", FieldText.tempo)
        }
        tempoMarking = SongText.nonempty(fields[.tempoMarking]) ?? tempoMarking
        let key = fields.value(.key, "key", "C, F#, Bb minor …, or 0 to 11", FieldText.key)
        self.key = key?.tonic
        isMajor = fields.value(.mode, "mode", "major or minor", FieldText.mode) ?? key?.isMajor
        energy = fields.number(.energy, 0...1, "energy")
        if fields.dialect == .exportify { valence = fields.number(.valence, 0...1, "valence") }
        danceability = fields.number(.danceability, 0...1, "danceability")
        acousticness = fields.number(.acousticness, 0...1, "acousticness")
        instrumentalness = fields.number(.instrumentalness, 0...1, "instrumentalness")
        liveness = fields.number(.liveness, 0...1, "liveness")
        speechiness = fields.number(.speechiness, 0...1, "speechiness")
        loudness = fields.number(.loudness, -100...20, "loudness")
        timeSignature = fields.value(.timeSignature, "time signature", "0 to 32 beats in a bar") {
            FieldText.integer($0, in: 0...32)
        }
    }
}
