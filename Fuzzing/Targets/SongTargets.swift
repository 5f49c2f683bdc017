import Foundation

@testable import Moods
@testable import Songs

// MARK: Lists

extension FuzzTarget {
    /// A table of songs, of whatever program.
    static let csv = list("csv", .csv)
    /// A playlist.
    static let playlist = list("playlist", .m3u)
    /// An object a line.
    static let jsonLines = list("jsonl", .jsonl)

    /// Every row of a list becomes a song or a rejection with a reason, and a catalogue takes the songs.
    private static func list(_ name: String, _ format: ImportFormat) -> FuzzTarget {
        // A song in the catalogue takes some 60 µs; a list of songs of one letter each, half a minute a megabyte.
        FuzzTarget(name: name, stretchedLength: 1 << 17, secondsPerLine: 200e-6) { input in
            try ScratchFolder.with { folder in
                let file = try FileHandle(forReadingFrom: folder.write(input, as: "list"))
                do {
                    let rows = try format.reader(file)
                    _ = try SongImport(catalogue: catalogue.get()).run(UnfinishedList(rows: rows))
                } catch let error as SongsError where error.code == .cancelled {
                    return
                } catch let error as SongsError {
                    try FuzzFinding.unless(error.message.hasSuffix("."), "No sentence: \(error.message)")
                }
            }
        }
    }

    /// One catalogue for all runs, which nothing stays in.
    private static let catalogue = Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "image-to-song-fuzz-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return try SongCatalogue(path: folder.appending(path: "songs.sqlite").path)
    }
}

/// A list that is stopped at its end, so that the catalogue takes back what it wrote.
private struct UnfinishedList: SongReading {
    var rows: any SongReading

    mutating func next() throws(SongsError) -> SongRow? {
        if let row = try rows.next() { return row }
        throw SongsError(.cancelled, "Every row was read.")
    }

    var bytesRead: Int64 { rows.bytesRead }
    var bytesTotal: Int64? { rows.bytesTotal }
    var sought: String { rows.sought }
}

// MARK: Tags

extension FuzzTarget {
    /// The tags of an audio file are read, or the file is named as one that cannot be.
    ///
    /// The first byte chooses the file's ending.
    static let audioTags = FuzzTarget(name: "tags", canStretch: false) { input in
        guard let first = input.first else { return }
        let endings = ["mp3", "flac", "ogg", "m4a", "wav", "aiff", "ape", "mpc", "wv", "wma", "opus"]
        try ScratchFolder.with { folder in
            try folder.write(Array(input.dropFirst()), as: "song.\(endings[Int(first) % endings.count])")
            var files = try AudioFolder(path: folder.url.path)
            while let row = try files.next() {
                if case .failure(let problem) = row.song {
                    try FuzzFinding.unless(!problem.reason.isEmpty, "A rejection without a reason")
                }
            }
        }
    }
}

// MARK: Words

extension FuzzTarget {
    /// A lexicon is read whole, or refused with the line that is wrong.
    static let lexicon = FuzzTarget(name: "lexicon") { input in
        do throws(MoodsError) {
            _ = try Lexicon(csv: String(decoding: input, as: UTF8.self))
        } catch {
            try FuzzFinding.unless(error.message.contains("Line "), "No line is named: \(error.message)")
        }
    }

    /// A caption has a mood within the plane, or none.
    static let caption = FuzzTarget(name: "caption", stretchedLength: 1 << 16) { input in
        let mood = MoodReader().mood(caption: String(decoding: input, as: UTF8.self), palette: [])
        try FuzzFinding.unless(
            abs(mood.affect.valence) <= 1 && abs(mood.affect.arousal) <= 1 && (0...1).contains(mood.confidence),
            "A mood of \(mood.affect), confidence \(mood.confidence)")
    }
}
