import Foundation
import Testing

@testable import Songs

@Suite("List import")
struct ImportTests {
    private let place: Workplace
    private let catalogue: SongCatalogue

    init() throws {
        place = try Workplace()
        catalogue = try place.catalogue()
    }

    private func bring(_ name: String, _ content: Data) throws -> ImportReport {
        try SongImport(catalogue: catalogue).run(path: place.file(name, content))
    }

    private func bring(_ name: String, _ content: String) throws -> ImportReport { try bring(name, Data(content.utf8)) }

    private func titles() throws -> [String] { try catalogue.search("", limit: 1000).songs.map(\.title) }

    @Test("Reads Exportify's long format, and keeps it from models")
    func exportify() throws {
        let report = try bring(
            "liked.csv",
            """
            "Track URI","Track Name","Artist URI(s)","Artist Name(s)","Album URI","Album Name","Album Release Date","Track Duration (ms)","Explicit","Popularity","ISRC","Artist Genres","Danceability","Energy","Key","Loudness","Mode","Valence","Tempo","Time Signature"
            "spotify:track:4uLU6hMCjMI75M1A2tKUQC","Come, Together","spotify:artist:1","The Beatles","spotify:album:1","Abbey Road","1969-09-26","259946","false","80","GBAYE0601690","british invasion,rock","0.533","0.376","9","-11.9","0","0.187","165.007","4"
            """)
        #expect((report.added, report.rejected) == (1, 0))
        let song = try #require(try catalogue.song(id: 1))
        #expect(song.title == "Come, Together" && song.artist == "The Beatles" && song.year == 1969)
        #expect(song.spotifyID == "4uLU6hMCjMI75M1A2tKUQC" && song.isrc == "GBAYE0601690" && song.source == "exportify")
        #expect(song.features.valence == 0.187 && song.features.isMajor == false && song.features.key == 9)
        #expect(song.isExplicit == false && !song.isEmbeddable && song.affect?.method == .features)
        #expect(song.tags.map(\.name) == ["british invasion", "rock"])
    }

    @Test("Reads Exportify's short format with or without feature columns")
    func shortExportify() throws {
        let report = try bring(
            "list.csv",
            """
            Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Explicit,Added By,Added At,Genres,Record Label
            spotify:track:4uLU6hMCjMI75M1A2tKUQC,One,Album,A;B,1999,1000,5,TRUE,me,2020-01-01T00:00:00Z,"jazz,bebop",Blue
            """)
        #expect(report.added == 1)
        let song = try #require(try catalogue.song(id: 1))
        #expect(song.artist == "A, B" && song.isExplicit == true && song.tags.map(\.name) == ["bebop", "jazz"])
    }

    @Test(
        "Recognises Exportify's headings in its languages",
        arguments: [
            "Track-URI,Track-Name,Künstlername(n),Veröffentlichungsdatum des Albums,Tonart,Modus,Valenz",
            "URI du titre,Nom du titre,Nom(s) de l'artiste,Date de sortie de l'album,Tonalité,Mode,Valence",
            "URI de la canción,Nombre de la canción,Nombre(s) del artista,Fecha de lanzamiento del álbum,Tonalidad,Modo,Valencia",
            "トラックURI,トラック名,アーティスト名,アルバム発売日,キー,モード,感情値",
            "URI κομματιού,Όνομα κομματιού,Όνομα/τα καλλιτέχνη,Ημερομηνία κυκλοφορίας άλμπουμ,Τονικότητα,Τρόπος,Θετικότητα",
        ])
    func languages(heading: String) throws {
        _ = try bring("list.csv", heading + "\nspotify:track:4uLU6hMCjMI75M1A2tKUQC,T,A,1999-01-01,2,1,0.5\n")
        let song = try #require(try catalogue.song(id: 1))
        #expect(song.artist == "A" && song.year == 1999 && song.features.key == 2 && song.features.valence == 0.5)
        #expect(song.source == "exportify")
    }

    @Test("Reads tables with other separators, line ends, byte order marks and encodings")
    func encodings() throws {
        #expect(try bring("a.csv", "\u{FEFF}title;artist\r\nÄ;X\r\n").added == 1)
        #expect(try bring("b.tsv", "artist\ttitle\nX\tÖ, und\n").added == 1)
        #expect(try bring("c.csv", Data("title,artist\rÜ,X\r".utf8)).added == 1)
        #expect(try bring("d.csv", "title,artist\nCafé,X\n".data(using: .windowsCP1252) ?? Data()).added == 1)
        #expect(
            try bring("e.csv", Data([0xFF, 0xFE]) + ("title\n日本🎵\n".data(using: .utf16LittleEndian) ?? Data())).added
                == 1)
        #expect(
            try bring("f.csv", Data([0xFE, 0xFF]) + ("title\nØre\n".data(using: .utf16BigEndian) ?? Data())).added == 1)
        #expect(try titles() == ["Ä", "Ö, und", "Ü", "Café", "日本🎵", "Øre"])
    }

    @Test("Reads separators, quotation marks and line breaks in quoted cells")
    func quotes() throws {
        let report = try bring("q.csv", "title,artist\n\"say \"\"hi\"\", then\ngo\",X\nnext,Y\nlast,\"\"\n")
        #expect(report.added == 3)
        #expect(try titles() == ["say \"hi\", then go", "next", "last"])
    }

    @Test("Reports bad rows with their line; a bad cell loses only itself")
    func badRows() throws {
        let report = try bring(
            "bad.csv",
            """
            title,artist,year,tempo,duration_ms,mode,valence,arousal
            Good,X,1970,120,1000,major,0,0
            ,X,1970,120,1000,major,0,0
            Old,X,99999,120,1000,major,0,0
            Slow,X,1970,-3,1000,major,0,0
            Long,X,1970,120,1e18,major,0,0
            Modal,X,1970,120,1000,dorian,0,0
            Far,X,1970,120,1000,major,7,0
            Half,X
            "two
            lines",X,1970,nan,1000,major,0,0
            Also good,X,1970-05-01,120.5,,,,
            Wide,X,1970,120,1000,major,0,0,more
            """)
        #expect((report.rowsRead, report.added, report.rejected) == (11, 9, 2))
        #expect(report.rejections.map(\.line) == [3, 13])
        #expect(report.rejections[0].reason == "the title is empty")
        #expect(report.rejections[1].reason == "the row has 9 cells where the first line names 8")
        #expect(report.noted == 6 && report.notes.map(\.line) == [4, 5, 6, 7, 8, 10])
        for (note, text) in zip(report.notes, ["99999", "\"-3\"", "1e18", "dorian", "\"7\"", "nan"]) {
            #expect(note.reason.contains(text))
        }
        let songs = try catalogue.search("").songs
        #expect(
            songs.map(\.title) == ["Good", "Old", "Slow", "Long", "Modal", "Far", "Half", "two lines", "Also good"])
        #expect(songs[1].year == nil && songs[1].features.tempo == 120 && songs[2].features.tempo == nil)
        #expect(songs[5].affect?.method != .stated && songs[8].year == 1970)
    }

    @Test("Refuses a table without song columns, and lists its headings")
    func otherTable() throws {
        let error = #expect(throws: SongsError.self) { try bring("x.csv", "price,amount\n1,2\n") }
        #expect(error?.code == .unreadableImport)
        #expect(error?.message.contains("\"price\", \"amount\"") == true)
        #expect(throws: SongsError.self) { try bring("empty.csv", "") }
        #expect(throws: SongsError.self) { try bring("picture.csv", Data((0..<5000).map { UInt8($0 % 256) })) }
        #expect(throws: SongsError.self) { try SongImport(catalogue: catalogue).run(path: place.path("missing.csv")) }
    }

    @Test("Skips an overlong line without holding it in memory")
    func endlessLine() throws {
        let long = Data(repeating: UInt8(ascii: "x"), count: 5 << 20)
        let table = try bring(
            "l.csv", Data("title\nA\n".utf8) + long + Data("\nB\n\"".utf8) + long + Data("\nC\n".utf8))
        #expect((table.added, table.rejected) == (3, 2))
        #expect(table.rejections.allSatisfy { $0.reason.contains("longer than 1 MB") })
        #expect(table.rejections.map(\.line) == [3, 5])
        let lines = try bring("l.jsonl", Data("{\"title\":\"D\"}\n".utf8) + long + Data("\n{\"title\":\"E\"}".utf8))
        #expect((lines.added, lines.rejected) == (2, 1))
        #expect(try titles() == ["A", "B", "C", "D", "E"])
    }

    @Test("Reads JSON lines with values as text, numbers or lists")
    func jsonLines() throws {
        let report = try bring(
            "list.jsonl",
            """
            {"title": "A", "artist": "X", "year": 1999, "genres": ["Jazz", "Cool"], "explicit": true, "tempo": 99.5, "extra": {"a": [1]}}

            {"title": "B", "moods": "calm;sad", "mode": "minor", "year": null}
            [1, 2]
            {"title": 
            {"artist": "nobody"}
            """)
        #expect((report.added, report.rejected) == (2, 3))
        #expect(report.rejections.map(\.line) == [4, 5, 6])
        let songs = try catalogue.search("").songs
        #expect(
            songs[0].tags.map(\.name) == ["cool", "jazz"] && songs[0].isExplicit == true
                && songs[0].features.tempo == 99.5)
        #expect(songs[1].tags.map(\.name) == ["calm", "sad"] && songs[1].features.isMajor == false)
    }

    @Test("Reads songs from playlists without opening their files")
    func playlists() throws {
        let report = try bring(
            "mix.m3u8",
            """
            #EXTM3U
            #EXTALB:Album
            #EXTGENRE:Jazz
            #EXTINF:183,Miles Davis - So What
            music/so-what.mp3
            #EXTINF:-1 tvg-id="x",Only a title
            ../../etc/passwd
            C:\\Music\\Artist\\Some Song.flac
            http://example.org/a%20tune.mp3?x=1
            /
            """)
        #expect((report.added, report.rejected) == (4, 1))
        let songs = try catalogue.search("").songs
        #expect(songs.map(\.title) == ["So What", "Only a title", "Some Song", "a tune"])
        let beside = place.folder.deletingLastPathComponent().deletingLastPathComponent()
        #expect(
            songs.map(\.path) == [
                place.path("music/so-what.mp3"), beside.appending(path: "etc/passwd").path,
                "C:\\Music\\Artist\\Some Song.flac",
                "http://example.org/a%20tune.mp3?x=1",
            ])
        #expect(
            songs[0].artist == "Miles Davis" && songs[0].durationMilliseconds == 183_000 && songs[0].album == "Album")
        #expect(songs[1].durationMilliseconds == nil && songs[1].album == nil)
    }

    @Test("Recognises a file without an extension by its first bytes")
    func unknownNames() throws {
        #expect(try bring("one", "{\"title\": \"A\"}\n").added == 1)
        #expect(try bring("two", "#EXTM3U\nb.mp3\n").added == 1)
        #expect(try bring("three", "artist,title\nX,C\n").added == 1)
        #expect(throws: SongsError.self) { try bring("four", "") }
        #expect(try titles() == ["A", "b", "C"])
    }

    @Test("Counts duplicates within a list as one song")
    func doubles() throws {
        let report = try bring("d.csv", "title,artist\nA,X\nB,X\nA,X\na!,x\n")
        #expect((report.rowsRead, report.added, report.unchanged) == (4, 2, 2))
    }

    @Test("Replaces control characters by spaces, and cuts long texts")
    func texts() throws {
        _ = try bring("t.csv", "title,artist\n\"A\u{0}B\u{7}\tC\",\(String(repeating: "y", count: 5000))\n")
        let song = try #require(try catalogue.song(id: 1))
        #expect(song.title == "A B  C" && song.artist.count == SongText.longest)
    }

    @Test("A cancelled import leaves the catalogue unchanged")
    func stopping() throws {
        #expect(try bring("a.csv", "title\nA\n").added == 1)
        let revision = try catalogue.revision()
        let path = try place.file("many.csv", "title\n" + (0..<2000).map { "Song \($0)\n" }.joined())
        var rows = 0
        let error = #expect(throws: SongsError.self) {
            try SongImport(catalogue: catalogue).run(
                path: path, progress: { rows = $0.rowsRead }, isCancelled: { rows >= 1000 })
        }
        #expect(error?.code == .cancelled)
        #expect(try catalogue.count() == 1)
        #expect(try catalogue.revision() == revision)
        #expect(try catalogue.search("song").total == 0)
    }

    @Test("An import killed in the middle leaves the catalogue unchanged")
    func killing() throws {
        #expect(try bring("a.csv", "title\nA\n").added == 1)
        let path = try place.file("many.csv", "title\n" + (0..<3000).map { "Song \($0)\n" }.joined())
        let files = FileManager.default
        var isCopied = false
        // What is on the disk in the middle of the transaction is what a killed process leaves.
        _ = try SongImport(catalogue: catalogue).run(path: path) { report in
            guard report.rowsRead >= 2048, !isCopied else { return }
            isCopied = true
            for suffix in ["", "-wal"] {
                try? files.copyItem(
                    atPath: place.path("songs.sqlite") + suffix, toPath: place.path("killed.sqlite") + suffix)
            }
        }
        #expect(isCopied)
        let killed = try SongCatalogue(path: place.path("killed.sqlite"))
        #expect(try killed.count() == 1)
        #expect(try killed.search("song").total == 0)
        #expect(try catalogue.count() == 3001)
    }
}
