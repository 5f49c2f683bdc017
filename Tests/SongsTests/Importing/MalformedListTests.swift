import Foundation
import GRDB
import Testing

@testable import Songs

@Suite("Malformed lists")
struct MalformedListTests {
    private let place: Workplace
    private let catalogue: SongCatalogue

    init() throws {
        place = try Workplace()
        catalogue = try place.catalogue()
    }

    private func bring(_ name: String, _ content: String) throws -> ImportReport {
        try SongImport(catalogue: catalogue).run(path: place.file(name, content))
    }

    @Test("A quotation mark inside a cell is plain text, and costs no rows")
    func strayQuote() throws {
        let rows = (1...50).map { "Song \($0),X\n" }.joined()
        let report = try bring("a.csv", "title,artist\nA 12\" Mix,X\n\(rows)")
        #expect((report.added, report.rejected) == (51, 0))
        let table = try bring("b.tsv", "title\tartist\nB 7\" Edit\tX\nC\tX\n")
        #expect((table.added, table.rejected) == (2, 0))
    }

    @Test("Reports an unclosed quotation mark, and reads no songs from behind it")
    func openQuote() throws {
        let report = try bring("a.csv", "title,artist\nA,X\n\"B,X\nC,X\n")
        #expect((report.added, report.rejected) == (1, 1))
        #expect(report.rejections.first?.line == 3)
        #expect(report.rejections.first?.reason.contains("never closed") == true)
    }

    @Test("A playlist entry without a file does not affect the next one")
    func lostEntry() throws {
        _ = try bring(
            "a.m3u8",
            "#EXTM3U\n#EXTINF:10,First Artist - First\n#EXTALB:First Album\n# There is no file of this one.\n"
                + "#EXTINF:20,Second Artist - Second\nsecond.mp3\n")
        let second = try #require(try catalogue.search("Second").songs.first)
        #expect(second.artist == "Second Artist" && second.title == "Second" && second.album == nil)
        #expect(second.durationMilliseconds == 20_000)
    }

    @Test("Commas in EXTINF attributes do not start the title")
    func attributes() throws {
        _ = try bring("a.m3u", "#EXTM3U\n#EXTINF:5 group=\"Jazz, Blues\",Artist - Title\na.mp3\n")
        let song = try #require(try catalogue.song(id: 1))
        #expect(song.title == "Title" && song.artist == "Artist" && song.durationMilliseconds == 5000)
    }

    @Test("Untagged files of the same name in different folders are different songs")
    func untagged() throws {
        let report = try bring("a.m3u", "a/Track 01.mp3\nb/Track 01.mp3\nc/Track 01.mp3\n")
        #expect(report.added == 3)
    }

    @Test("Refuses another program's database, and leaves it unchanged")
    func foreignDatabase() throws {
        let path = place.path("other.sqlite")
        let other = try DatabaseQueue(path: path)
        try other.write { try $0.execute(sql: "CREATE TABLE bookmark (address TEXT)") }
        try other.close()
        let before = try Data(contentsOf: URL(filePath: path))
        let error = #expect(throws: SongsError.self) { try SongCatalogue(path: path) }
        #expect(error?.code == .catalogueUnavailable)
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test("Adds the starter songs at the next start if adding them was interrupted")
    func starterCutShort() throws {
        let path = place.path("new.sqlite")
        let pool = try DatabasePool(path: path)
        try CatalogueSchema.migrator.migrate(pool)
        try pool.close()
        #expect(try SongCatalogue(path: path).count() > 0)
    }

    @Test("Reads a folder behind a link if the link itself was given")
    func linkedFolder() throws {
        let files = FileManager.default
        try files.createDirectory(atPath: place.path("music"), withIntermediateDirectories: true)
        _ = try place.file("music/bad.mp3", "")
        try files.createSymbolicLink(atPath: place.path("link"), withDestinationPath: place.path("music"))
        #expect(try SongImport(catalogue: catalogue).run(path: place.path("link")).rowsRead == 1)
    }

    @Test("Counts a file whose name is not UTF-8")
    func oddName() throws {
        let files = FileManager.default
        try files.createDirectory(atPath: place.path("music"), withIntermediateDirectories: true)
        let name =
            Array("\(place.path("music"))/caf".utf8CString.dropLast()) + [CChar(bitPattern: 0xE9)]
            + Array(".mp3".utf8CString)
        let file = fopen(name, "w")
        try #require(file != nil)
        fclose(file)
        #expect(try SongImport(catalogue: catalogue).run(path: place.path("music")).rejected == 1)
    }
}
