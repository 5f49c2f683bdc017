import Foundation
import Testing

@testable import Songs

/// Long rows, cells and lists. What grows by the square of these would keep the tests for minutes.
@Suite("Import costs")
struct CostTests {
    private let place: Workplace
    private let catalogue: SongCatalogue

    init() throws {
        place = try Workplace()
        catalogue = try place.catalogue()
    }

    @Test("Keeps 100 of a row's hundred thousand tags")
    func manyTags() throws {
        let tags = (0..<100_000).map { "tag \($0)" }.joined(separator: ";")
        let row = "title,genres\nA,\(tags.prefix(1_000_000))\nB,x\n"
        let report = try SongImport(catalogue: catalogue).run(path: place.file("a.csv", row))
        #expect((report.added, report.noted) == (2, 1))
        #expect(try catalogue.song(id: 1)?.tags.count == 100)
    }

    @Test("A song collects at most 200 tags over all its rows; importing again changes nothing")
    func gatheredTags() throws {
        let rows = (0..<20).map { row in "A,X,\((0..<50).map { "t\(row)-\($0)" }.joined(separator: ";"))\n" }.joined()
        let path = try place.file("a.csv", "title,artist,genres\n" + rows)
        _ = try SongImport(catalogue: catalogue).run(path: path)
        let song = try #require(try catalogue.song(id: 1))
        #expect(song.tags.count == 200)
        let again = try SongImport(catalogue: catalogue).run(path: path)
        #expect((again.updated, again.unchanged) == (0, 20))
    }

    @Test("Reads a table with 100,000 columns")
    func manyColumns() throws {
        let headings = "title," + String(repeating: "genres,", count: 100_000)
        #expect(try SongImport(catalogue: catalogue).run(path: place.file("a.csv", headings + "\nA,x\n")).added == 1)
    }

    @Test("Limits count bytes, because one character may have a million")
    func bytes() throws {
        let long = "e" + String(repeating: "\u{301}", count: 80_000)
        let path = try place.file("a.csv", "title,artist,genres,year,path\nA\(long),\(long),\(long),\(long),\(long)\n")
        let report = try SongImport(catalogue: catalogue).run(path: path)
        #expect(report.added == 1 && report.noted == 2)
        let song = try #require(try catalogue.song(id: 1))
        #expect(song.title.utf8.count <= SongText.longest && song.artist.utf8.count <= SongText.longest)
        #expect(song.path == nil && song.tags.allSatisfy { $0.name.utf8.count <= 100 })
        #expect(report.notes.allSatisfy { $0.reason.utf8.count < 400 })
    }

    @Test("An import checks for cancellation at every row, and once more before indexing")
    func cancelledWithin() throws {
        let path = try place.file("a.csv", "title\n" + (0..<300).map { "Song \($0)\n" }.joined())
        for stop in [1, 2, 299, 300, 301] {
            var asked = 0
            let error = #expect(throws: SongsError.self) {
                try SongImport(catalogue: catalogue).run(
                    path: path,
                    isCancelled: {
                        asked += 1
                        return asked >= stop
                    })
            }
            #expect(error?.code == .cancelled && asked == stop)
            #expect(try catalogue.count() == 0)
        }
    }

    @Test("An uploaded list replaces no path, and brings no network path")
    func uploadedPaths() throws {
        func upload(_ list: String, _ format: ImportFormat) throws -> ImportReport {
            let file = try FileHandle(forReadingFrom: URL(filePath: place.file("list", list)))
            return try SongImport(catalogue: catalogue).run(upload: file, format: format)
        }
        _ = try upload("title,artist,path,year\nA,X,/music/a.mp3,1999\nB,X,,\n", .csv)
        let report = try upload(
            "title,artist,path,year\nA,X,\\\\host\\share\\a.mp3,2001\nA,X,/other.mp3,\nB,X,//host/b.mp3,\nC,X,http://host/c.mp3,\n"
                + "D,X,C:\\Music\\d.mp3,\nE,X,../e.mp3,\n", .csv)
        #expect((report.added, report.updated, report.noted) == (3, 1, 3))
        #expect(
            try catalogue.search("").songs.map(\.path) == [
                "/music/a.mp3", nil, nil, "C:\\Music\\d.mp3", "../e.mp3",
            ])
        #expect(try catalogue.song(id: 1)?.year == 2001)
        let list = try upload(
            "#EXTINF:1,X - F\nfile://host/f.mp3\n#EXTINF:1,X - G\n%5C%5Chost%5Cg.mp3\n#EXTINF:1,X - H\nh%20i.mp3\n",
            .m3u)
        #expect((list.added, list.noted) == (3, 2))
        _ = try upload("{\"title\": \"I\", \"artist\": \"X\", \"path\": \"smb://host/i.mp3\"}\n", .jsonl)
        #expect(try catalogue.search("").songs.suffix(4).map(\.path) == [nil, nil, "h i.mp3", nil])
        // Whoever may read this machine's files says where they are.
        _ = try SongImport(catalogue: catalogue).run(path: place.file("own.csv", "title,artist,path\nA,X,/new/a.mp3\n"))
        #expect(try catalogue.song(id: 1)?.path == "/new/a.mp3")
    }
}
