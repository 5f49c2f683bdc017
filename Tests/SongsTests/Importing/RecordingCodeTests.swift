import GRDB
import Testing

@testable import Songs

@Suite("Recording codes")
struct RecordingCodeTests {
    private let place: Workplace
    private let catalogue: SongCatalogue

    init() throws {
        place = try Workplace()
        catalogue = try place.catalogue()
    }

    private func bring(_ list: String) throws -> ImportReport {
        try SongImport(catalogue: catalogue).run(path: place.file("list.csv", "title,artist,isrc,year\n" + list))
    }

    private var titles: [String] {
        get throws { try catalogue.search("").songs.map(\.title) }
    }

    @Test(
        "Different titles with the same recording code are one song, however the code is written",
        arguments: ["USRC17607839", "us-rc1-76-07839", " US RC1 76 07839 "])
    func spellings(code: String) throws {
        let list = "Sonata No. 14,Beethoven,USRC17607839,\nMoonlight Sonata,L. van Beethoven,\(code),1801\n"
        let first = try bring(list)
        #expect((first.added, first.updated) == (1, 1))
        let song = try #require(try catalogue.song(id: 1))
        #expect(song.title == "Sonata No. 14" && song.isrc == "USRC17607839" && song.year == 1801)
        let again = try bring(list)
        #expect((again.added, again.updated, again.unchanged) == (0, 0, 2))
    }

    @Test("A matching title wins over a matching code, and does not take the other song's code")
    func titleFirst() throws {
        #expect(try bring("A,X,,\nB,X,USRC17607839,\n").added == 2)
        #expect(try bring("A,X,USRC17607839,1999\n").updated == 1)
        #expect(try catalogue.songs(ids: [1, 2]).map(\.isrc) == [nil, "USRC17607839"])
        #expect(try catalogue.songs(ids: [1, 2]).map(\.year) == [1999, nil])
    }

    @Test("Importing a list with contradicting titles and codes again changes nothing")
    func contradictions() throws {
        let list = "A,X,,1990\nB,X,USRC17607839,\nC,X,USRC17607839,1991\nA,X,USRC17607839,\nD,X,USRC17607839,1992\n"
        _ = try bring(list)
        let (songs, revision) = (try catalogue.search("").songs, try catalogue.revision())
        #expect(songs.map(\.title) == ["A", "B"])
        let again = try bring(list)
        #expect((again.added, again.updated) == (0, 0))
        #expect(try catalogue.search("").songs == songs)
        #expect(try catalogue.revision() == revision)
    }

    @Test(
        "An invalid recording code joins no songs",
        arguments: ["", "-", "n/a", "000000000000", "US0000000000", "USRC1760783", "123456789012", "USRC17607839X"])
    func noCodes(code: String) throws {
        #expect(try bring("A,X,\(code),\nB,X,\(code),\n").added == 2)
        #expect(try catalogue.song(id: 1)?.isrc == nil)
    }

    @Test("Opening an older catalogue adds the index of recording codes")
    func migration() throws {
        #expect(try bring("A,X,USRC17607839,\n").added == 1)
        try catalogue.database.write { database in
            try database.execute(
                sql: "DROP INDEX song_by_isrc; DELETE FROM grdb_migrations WHERE identifier = 'recording codes'")
        }
        try catalogue.database.close()
        let opened = try place.catalogue()
        let plan = try opened.database.read { database in
            let sql = "EXPLAIN QUERY PLAN SELECT id FROM song WHERE isrc = ? ORDER BY id LIMIT 1"
            return try Row.fetchAll(database, sql: sql, arguments: ["USRC17607839"]).map { $0["detail"] as String }
        }
        #expect(plan.count == 1 && plan[0].contains("song_by_isrc"), "\(plan)")
        let path = try place.file("b.csv", "title,isrc\nOther,USRC17607839\n")
        #expect(try SongImport(catalogue: opened).run(path: path).added == 0)
    }
}
