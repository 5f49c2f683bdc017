import Foundation
import GRDB
import Testing

@testable import Songs

@Suite("Repeated imports")
struct IdempotenceTests {
    private let place: Workplace
    private let catalogue: SongCatalogue

    init() throws {
        place = try Workplace()
        catalogue = try place.catalogue()
    }

    @Test(
        "Importing a list with conflicting duplicates again changes nothing",
        arguments: [
            "title,artist,album,path\nA,X,One,1.mp3\nA,X,Two,2.mp3\n",
            "title,artist,year,tempo\nA,X,1970,\nA,X,,120\nA,X,1980,99\n",
            "title,genres\nA,cafe\u{301};cafz\n",
            "title,artist,valence,arousal\nA,X,0.5,0.5\nA,X,-0.5,0\nA,X,,\n",
            "title,artist,genres\nA,X,rock\nA,X,pop\n",
        ])
    func doubles(list: String) throws {
        let path = try place.file("list.csv", list)
        let songs = SongImport(catalogue: catalogue)
        #expect(try songs.run(path: path).added == 1)
        let (before, revision) = (try catalogue.song(id: 1), try catalogue.revision())
        let again = try songs.run(path: path)
        #expect((again.added, again.updated) == (0, 0))
        #expect(try catalogue.song(id: 1) == before)
        #expect(try catalogue.revision() == revision)
    }

    @Test("A later list corrects what the same source said before")
    func corrections() throws {
        let songs = SongImport(catalogue: catalogue)
        _ = try songs.run(path: place.file("a.csv", "title,artist,year,path\nA,X,1970,old.mp3\n"))
        let report = try songs.run(path: place.file("b.csv", "title,artist,year,path\nA,X,1971,new.mp3\n"))
        #expect(report.updated == 1)
        let song = try #require(try catalogue.song(id: 1))
        #expect(song.year == 1971 && song.path == "new.mp3")
    }

    @Test("Search finds new and changed songs by their current text, once each")
    func searchable() throws {
        let songs = SongImport(catalogue: catalogue)
        _ = try songs.run(path: place.file("a.csv", "title,artist,genres\nA,X,rock\n"))
        _ = try songs.run(path: place.file("b.csv", "title,artist,genres\nA,X,pop\nB,X,jazz\nB,X,bebop\n"))
        for (query, titles) in [("rock", ["A"]), ("pop", ["A"]), ("jazz", ["B"]), ("bebop", ["B"]), ("x", ["A", "B"])] {
            #expect(try catalogue.search(query).songs.map(\.title) == titles)
        }
        let indexed = try catalogue.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM song_text") }
        #expect(indexed == 2)
    }

    @Test("The starter songs are distinct, and importing them again changes nothing")
    func starter() throws {
        let rows = try StarterCatalogue.rows
        let first = try SongImport(catalogue: catalogue).run(rows)
        #expect(first.added == first.rowsRead && first.rejected == 0)
        let second = try SongImport(catalogue: catalogue).run(rows)
        #expect((second.added, second.updated) == (0, 0))
    }

    @Test("A starter song on a user's list becomes the user's, and stays when the starter songs go")
    func ownStarter() throws {
        let songs = SongImport(catalogue: catalogue)
        let total = try songs.run(StarterCatalogue.rows).added
        let work = try #require(try catalogue.song(id: 5))
        let path = try place.file(
            "own.csv", "title,artist,year,genres\n\"\(work.title)\",\"\(work.artist)\",1998,own genre\nMine,Me,,\n")
        let first = try songs.run(path: path)
        #expect((first.added, first.updated, first.unchanged) == (1, 1, 0))
        let taken = try #require(try catalogue.song(id: 5))
        #expect(taken.source == "csv" && taken.year == 1998 && taken.licence == work.licence)
        #expect(Set(taken.tags).isSuperset(of: work.tags) && taken.tags.contains(SongTag("own genre", .genre)))
        let second = try songs.run(path: path)
        #expect((second.added, second.updated, second.unchanged) == (0, 0, 2))
        // Another list of one's own does not take it over again, nor do the starter songs.
        _ = try songs.run(path: place.file("own.jsonl", "{\"title\": \"Mine\", \"artist\": \"Me\", \"year\": 2001}\n"))
        #expect(try songs.run(StarterCatalogue.rows).updated == 0)
        #expect(try catalogue.remove(source: "starter") == total - 1)
        #expect(try catalogue.search("").songs.map(\.source) == ["csv", "csv"])
        #expect(try catalogue.search("own genre").songs == [taken])
    }
}
