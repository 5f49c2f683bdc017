import Foundation
import Testing

@testable import Songs

/// Files of Fixtures/tags, and others like them.
@Suite("Tags from real programs")
struct RealTagTests {
    private let place: Workplace
    private let catalogue: SongCatalogue

    init() throws {
        place = try Workplace()
        catalogue = try place.catalogue()
        try FileManager.default.createDirectory(atPath: place.path("music"), withIntermediateDirectories: true)
    }

    private static let tags = RealListTests.fixtures.appending(path: "tags")

    private func run() throws -> ImportReport { try SongImport(catalogue: catalogue).run(path: place.path("music")) }

    private func song() throws -> Song { try #require(try catalogue.search("").songs.first) }

    /// Imports files of the fixtures, each by its own name.
    private func fixture(_ names: String...) throws -> ImportReport {
        for name in names {
            let url = Self.tags.appending(path: name)
            try FileManager.default.copyItem(atPath: url.path, toPath: place.path("music/\(url.lastPathComponent)"))
        }
        return try run()
    }

    /// A FLAC file of the fixtures with other Vorbis comments.
    private func flac(_ comments: [String], name: String = "a.flac") throws {
        let file = Array(try Data(contentsOf: Self.tags.appending(path: "dates/a.flac")))
        var (result, index, isLast): ([UInt8], Int, Bool) = (Array(file[..<4]), 4, false)
        while !isLast {
            isLast = file[index] & 0x80 != 0
            let length = Int(file[index + 1]) << 16 | Int(file[index + 2]) << 8 | Int(file[index + 3])
            // Stream information alone stays; the comments follow as the last block.
            if file[index] & 0x7F == 0 { result += [0] + file[(index + 1)..<(index + 4 + length)] }
            index += 4 + length
        }
        func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let block = number(0) + number(comments.count) + comments.flatMap { number($0.utf8.count) + Array($0.utf8) }
        result += [0x84, UInt8(block.count >> 16), UInt8(block.count >> 8 & 0xFF), UInt8(block.count & 0xFF)] + block
        _ = try place.file("music/\(name)", Data(result + file[index...]))
    }

    @Test(
        "Fills in missing tags from the next block",
        arguments: ["mp3gain/a.mp3", "id3v1-and-thin-id3v2/a-encoder.mp3"])
    func blocks(name: String) throws {
        #expect(try fixture(name).added == 1)
        let song = try song()
        #expect(!song.artist.isEmpty && song.title != "a" && song.title != "a-encoder", "\(song)")
        #expect(song.album != nil && song.year != nil, "\(song)")
    }

    @Test("Prefers ID3v2 to the shortened texts of ID3v1")
    func order() throws {
        func padded(_ text: String, _ count: Int) -> [UInt8] {
            Array(text.utf8) + Array(repeating: 0, count: count - text.utf8.count)
        }
        let encoder = Array(try Data(contentsOf: Self.tags.appending(path: "id3v1-and-thin-id3v2/a-encoder.mp3")))
        let version1 =
            Array("TAG".utf8) + padded("A title that is cut after thirt", 31).prefix(30) + padded("Vera", 30)
            + padded("Album", 30)
            + padded("1999", 4) + padded("", 30) + [8]
        // TIT2 in UTF-8, within an ID3v2.4 tag of that size.
        let text = [3] + Array("A title that is cut after thirty letters".utf8)
        let frame = Array("TIT2".utf8) + [0, 0, 0, UInt8(text.count), 0, 0] + text
        let version2 = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, UInt8(frame.count)] + frame
        let start = try #require(
            encoder.indices.dropLast().first { encoder[$0] == 0xFF && encoder[$0 + 1] & 0xE0 == 0xE0 })
        let end = encoder.count - 128
        _ = try place.file("music/a.mp3", Data(version2 + encoder[start..<end] + version1))
        #expect(try run().added == 1)
        let song = try song()
        #expect(song.title == "A title that is cut after thirty letters" && song.artist == "Vera" && song.year == 1999)
    }

    @Test("Recognises a file by its content, not its extension")
    func content() throws {
        #expect(try fixture("wrong-ending/a.mp3").added == 1)
        let song = try song()
        #expect(song.title != "a" && !song.artist.isEmpty)
        try flac(["TITLE=Turned", "ARTIST=Around"], name: "b.ogg")
        #expect(try run().added == 1)
        #expect(try catalogue.search("Turned").songs.first?.artist == "Around")
    }

    @Test("Reads the year in every tagger's date format", arguments: ["dates/a.flac", "dates/c.flac", "dates/e.flac"])
    func dates(name: String) throws {
        #expect(try fixture(name).added == 1)
        #expect(try song().year == 2004)
    }

    @Test("Reads a tempo with a unit or a comma")
    func tempo() throws {
        #expect(try fixture("tempo/a.flac").added == 1)
        #expect(try song().features.tempo != nil)
    }

    @Test("Reads tags under other names")
    func otherNames() throws {
        #expect(try fixture("other-names/a.flac").added == 1)
        let song = try song()
        #expect(song.year != nil && !song.artist.isEmpty)
    }

    @Test(
        "Takes the year from the first readable date, the original one first",
        arguments: [
            (["DATE=2011", "ORIGINALDATE=1969-09-26"], 1969), (["YEAR=2004"], 2004),
            (["ORIGINALYEAR=1969", "DATE=2009"], 1969),
            (["ORIGINAL YEAR=1969"], 1969), (["RELEASE_DATE=13.08.2004"], 2004),
            (["ORIGINALDATE=unknown", "DATE=2004"], 2004),
            (["ORIGINALDATE=0000", "DATE=2004"], 2004), (["ORIGINALDATE=soon", "YEAR=2004"], 2004),
            (["DATE=soon"], nil),
        ] as [([String], Int?)])
    func years(comments: [String], year: Int?) throws {
        try flac(["TITLE=T"] + comments)
        let report = try run()
        #expect(report.added == 1 && report.noted == (year == nil ? 1 : 0))
        #expect(try song().year == year)
    }

    @Test(
        "Takes the artist from the tag closest to the song",
        arguments: [
            (["ALBUMARTIST=A"], "A"), (["ALBUM ARTIST=A"], "A"), (["ARTIST=B", "ALBUMARTIST=A"], "B"),
            (["PERFORMER=P"], "P"),
            (["ARTIST=B", "ARTIST=C"], "B, C"), (["COMPOSER=K"], "K"), (["ARTIST= ", "ALBUMARTIST=A"], "A"),
        ])
    func artists(comments: [String], artist: String) throws {
        try flac(["TITLE=T"] + comments)
        #expect(try run().added == 1)
        let song = try song()
        #expect(song.artist == artist, "\(song)")
    }

    @Test("Reads keys, moods and tempos under several programs' names and formats")
    func musicalTags() throws {
        try flac([
            "TITLE=T", "INITIALKEY=8A", "TEMPO=98,5 BPM", "MOOD=calm;happy", "GENRE=Jazz/Funk", "GENRE=Soul",
            "STYLE=Bop", "ITUNESADVISORY=1",
        ])
        #expect(try run().added == 1)
        let song = try song()
        #expect(song.features.key == 9 && song.features.isMajor == false && song.features.tempo == 98.5, "\(song)")
        #expect(song.tags.map(\.name) == ["funk", "jazz", "soul", "calm", "happy"] && song.isExplicit == true)
    }

    @Test("Counts files without audio: text, empty, tags only, zero length")
    func noAudio() throws {
        _ = try place.file("music/empty.mp3", "")
        _ = try place.file(
            "music/tags.mp3", Data(Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 0] + Array(repeating: 0, count: 200)))
        _ = try place.file("music/page.flac", "<html>not found</html>")
        let header =
            Array("RIFF".utf8) + [36, 0, 0, 0] + Array("WAVEfmt ".utf8) + [
                16, 0, 0, 0, 1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0,
            ]
        _ = try place.file("music/silent.wav", Data(header + Array("data".utf8) + [0, 0, 0, 0]))
        let report = try fixture("no-audio/text.mp3")
        #expect((report.added, report.rejected) == (0, 5))
        #expect(report.rejections.allSatisfy { $0.reason.contains("no audio") }, "\(report.rejections)")
        #expect(report.failure != nil)
    }

    @Test("Reads the extensions that TagLib knows, and names other kinds of audio")
    func endings() throws {
        for name in ["c.ac3", "d.DSF", "e.txt", "f.jpg"] { _ = try place.file("music/\(name)", "x") }
        let report = try fixture("endings/a.mp2", "endings/b.mka")
        #expect((report.added, report.rejected) == (1, 3), "\(report.rejections)")
        for (rejection, name) in zip(report.rejections, ["b.mka", "c.ac3", "d.DSF"]) {
            #expect(rejection.reason.contains(name))
        }
    }

    @Test(
        "Skips and counts podcasts among music",
        arguments: ["GENRE=Podcast", "PODCAST=1", "PODCASTURL=http://example.org/feed"])
    func podcasts(comment: String) throws {
        try flac(["TITLE=Talk", "ARTIST=Somebody", comment])
        let report = try run()
        #expect((report.added, report.rejected) == (0, 1))
        #expect(report.rejections.first?.reason.contains("podcast") == true)
    }
}
