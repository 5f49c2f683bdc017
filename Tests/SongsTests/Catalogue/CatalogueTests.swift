import Foundation
import GRDB
import Moods
import Testing

@testable import Songs

@Suite("Song catalogue")
struct CatalogueTests {
    private let place: Workplace

    init() throws { place = try Workplace() }

    private func bring(_ csv: String, to catalogue: SongCatalogue) throws -> ImportReport {
        try SongImport(catalogue: catalogue).run(path: place.file("list.csv", csv))
    }

    @Test("A new catalogue has the starter songs; an emptied one stays empty")
    func starter() throws {
        let path = place.path("new.sqlite")
        let catalogue = try SongCatalogue(path: path)
        let statistics = try catalogue.statistics()
        #expect(statistics.total > 0)
        #expect(statistics.sources.map(\.name) == ["starter"])
        #expect(try catalogue.remove(source: "starter") == statistics.total)
        #expect(try SongCatalogue(path: path).count() == 0)
    }

    @Test("Every field of a song survives storing")
    func roundTrip() throws {
        let catalogue = try place.catalogue()
        _ = try bring(
            """
            title,artist,album,year,duration_ms,explicit,isrc,mbid,path,licence,genres,moods,themes,instruments,key,mode,tempo,tempo_marking,valence,arousal
            Rain,"Ånn Øye",Wet,1998,183000,true,USRC17607839,b1a9c0e9-d987-4042-ae91-78d6a3267d69,a/b.mp3,CC0,Folk;Indie,sad,rain,piano,Bb,minor,72.5,Andante,-0.5,-0.25
            """, to: catalogue)
        let song = try #require(try catalogue.song(id: 1))
        #expect(
            [song.title, song.artist, song.album, song.path, song.licence] == [
                "Rain", "Ånn Øye", "Wet", "a/b.mp3", "CC0",
            ])
        #expect([song.year, song.durationMilliseconds, song.features.key] == [1998, 183_000, 10])
        #expect(song.isExplicit == true && song.features.isMajor == false && song.isEmbeddable)
        #expect(song.isrc == "USRC17607839" && song.musicBrainzID == "b1a9c0e9-d987-4042-ae91-78d6a3267d69")
        #expect(song.features.tempo == 72.5 && song.features.tempoMarking == "Andante")
        #expect(
            song.affect == SongAffect(Affect(valence: -0.5, arousal: -0.25), confidence: 1, method: .stated))
        #expect(
            song.tags == [
                SongTag("folk", .genre), SongTag("indie", .genre), SongTag("piano", .instrument), SongTag("sad", .mood),
                SongTag("rain", .theme),
            ])
        var all: [Song] = []
        try catalogue.forEachSong { all.append($0) }
        #expect(all == [song])
        #expect(try catalogue.songs(ids: [7, 1]) == [song])
    }

    @Test(
        "Spellings of one song share a key, different songs do not",
        arguments: [
            ("Help!", "The Beatles", "HELP", "the beatles", true),
            ("Help!", "The Beatles", "Help! - Remastered 2009", "The Beatles", true),
            ("Help!", "The Beatles", "Help! (2015 Remaster)", "The Beatles", true),
            ("Crazy", "Beyoncé", "Crazy (feat. Jay-Z)", "Beyonce, Jay-Z", true),
            ("Crazy", "Beyoncé", "Crazy", "Beyoncé feat. Jay-Z", true),
            ("Don't", "Ed", "Dont", "Ed", true),
            ("Help!", "The Beatles", "Help! - Live", "The Beatles", false),
            ("Crazy", "Beyoncé", "Crazy", "Gnarls Barkley", false),
            ("Ft. Worth Blues", "Steve Earle", "Blues", "Steve Earle", false),
        ])
    func keys(title: String, artist: String, other: String, otherArtist: String, isSame: Bool) {
        let keys = [(title, artist), (other, otherArtist)].map {
            SongKey.key(of: Song(title: $0, artist: $1, source: "csv"))
        }
        #expect((keys[0] == keys[1]) == isSame, "\(keys)")
    }

    @Test("Importing a list again changes nothing; a better list fills in what was missing")
    func enriching() throws {
        let catalogue = try place.catalogue()
        let list = "title,artist,genres\nA,X,rock\nB,X,\n"
        #expect(try bring(list, to: catalogue).added == 2)
        let revision = try catalogue.revision()
        #expect(try bring(list, to: catalogue).unchanged == 2)
        #expect(try catalogue.revision() == revision)
        let report = try bring("title,artist,year,genres\na,x,1970,pop\nb,x,,\n", to: catalogue)
        #expect((report.added, report.updated, report.unchanged) == (0, 1, 1))
        #expect(try catalogue.revision() > revision)
        let song = try #require(try catalogue.song(id: 1))
        #expect(song.year == 1970 && song.tags.map(\.name) == ["pop", "rock"] && song.title == "A")
    }

    @Test(
        "Searches by the beginnings of words, and ignores punctuation",
        arguments: [
            ("moon", ["Moonlight Sonata", "Fly"]), ("MOONL", ["Moonlight Sonata"]), ("dvorak", ["Humoresque"]),
            ("moon fly", ["Fly"]), ("\"moon\" AND (NEAR/2 OR *", []), ("-fly:*^", ["Fly"]), ("xyzzy", []),
            ("", ["Moonlight Sonata", "Humoresque", "Fly"]), ("'; DROP TABLE song; --", []),
        ])
    func search(query: String, titles: [String]) throws {
        let catalogue = try place.catalogue()
        _ = try bring(
            "title,artist,themes\nMoonlight Sonata,Beethoven,\nHumoresque,Dvořák,\nFly,Bart,moon\n", to: catalogue)
        let page = try catalogue.search(query)
        #expect(page.songs.map(\.title) == titles)
        #expect(page.total == titles.count)
        #expect(
            try catalogue.search(query, limit: 1, offset: 1).songs.map(\.title) == Array(titles.dropFirst().prefix(1)))
    }

    @Test("Removing a song removes its tags, vector and search text")
    func removal() throws {
        let catalogue = try place.catalogue()
        _ = try bring("title,genres\nA,rock\nB,rock\n", to: catalogue)
        try catalogue.storeVectors(model: "m", [SongVector(id: 1, values: [1, -2], scale: 0.5)])
        #expect(try catalogue.remove(ids: [1, 1, 99]) == 1)
        #expect(try catalogue.search("a").total == 0)
        let left = try catalogue.database.read { database in
            try ["song", "song_tag", "song_vector", "song_text"].map { table in
                try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)")
            }
        }
        #expect(left == [1, 1, 0, 1])
    }

    @Test("Keeps embeddings per model, for songs that allow it")
    func vectors() throws {
        let catalogue = try place.catalogue()
        _ = try bring("Track URI,Track Name\nspotify:track:4uLU6hMCjMI75M1A2tKUQC,Never\n", to: catalogue)
        _ = try bring("title\nA\nB\n", to: catalogue)
        #expect(try catalogue.songsWithoutVector(model: "m", limit: 9).map(\.title) == ["A", "B"])
        try catalogue.storeVectors(
            model: "m",
            [SongVector(id: 2, values: [1, -128, 127], scale: 0.25), SongVector(id: 99, values: [1], scale: 1)])
        #expect(try catalogue.songsWithoutVector(model: "m", limit: 9).map(\.title) == ["B"])
        #expect(try catalogue.songsWithoutVector(model: "other", after: 2, limit: 9).map(\.title) == ["B"])
        var found: [(Int64, [Int8], Float)] = []
        try catalogue.forEachVector(model: "m") { found.append(($0, $1.map(Int8.init(bitPattern:)), $2)) }
        #expect(found.count == 1 && found[0] == (2, [1, -128, 127], 0.25))
    }

    @Test("Names a file that is not a catalogue, and leaves it unchanged")
    func damage() throws {
        let path = try place.file("bad.sqlite", String(repeating: "no database ", count: 1000))
        let error = #expect(throws: SongsError.self) { try SongCatalogue(path: path) }
        #expect(error?.code == .catalogueUnavailable)
        #expect(error?.message.contains("damaged") == true)
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("no database"))
        let folder = #expect(throws: SongsError.self) { try SongCatalogue(path: place.folder.path) }
        #expect(folder?.file == place.folder.path && folder?.message.contains(place.folder.path) == false)
    }

    @Test("Errors name the unusable file to the operator, but not to clients")
    func unnamedFiles() throws {
        let files = FileManager.default
        try files.createDirectory(atPath: place.path("folder"), withIntermediateDirectories: true)
        let damaged = try place.file("damaged.sqlite", String(repeating: "no database ", count: 1000))
        let plain = try place.file("plain", "")
        let database = try DatabaseQueue(path: place.path("other.sqlite"))
        try database.write { try $0.execute(sql: "CREATE TABLE bookmark (address TEXT)") }
        for path in [damaged, place.path("other.sqlite"), place.path("folder"), plain + "/songs.sqlite"] {
            let error = #expect(throws: SongsError.self) { try SongCatalogue(path: path) }
            #expect(error?.message.contains(place.folder.path) == false, "\(error?.message ?? "")")
            #expect(error?.description.contains(path) == true, "\(error?.description ?? "")")
        }
        let songs = SongImport(catalogue: try place.catalogue())
        for (name, format) in [("missing.csv", nil), ("missing.csv", .csv), ("folder", .csv), ("plain", nil)]
            as [(String, ImportFormat?)]
        {
            let error = #expect(throws: SongsError.self) { try songs.run(path: place.path(name), format: format) }
            #expect(error?.message.contains(place.folder.path) == false, "\(error?.message ?? "")")
            #expect(error?.message.hasSuffix(".") == true)
        }
    }

    @Test("Refuses a catalogue of a newer version")
    func newer() throws {
        let path = place.path("songs.sqlite")
        let catalogue = try place.catalogue()
        try catalogue.database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('from the future')") }
        try catalogue.database.close()
        let error = #expect(throws: SongsError.self) { try SongCatalogue(path: path) }
        #expect(error?.message.contains("newer version") == true)
    }

    @Test("Readers see the old catalogue while an import writes")
    func concurrency() throws {
        let catalogue = try place.catalogue()
        _ = try bring("title\nA\n", to: catalogue)
        let rows = "title\n" + (0..<600).map { "Song \($0)\n" }.joined()
        var seen: [Int] = []
        let report = try SongImport(catalogue: catalogue).run(path: place.file("many.csv", rows)) { report in
            if report.rowsRead < 600 { seen.append((try? catalogue.count()) ?? -1) }
        }
        #expect(report.added == 600)
        #expect(seen == [1, 1])
        #expect(try catalogue.count() == 601)
    }
}
