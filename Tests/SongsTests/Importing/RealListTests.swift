import Foundation
import Testing

@testable import Songs

/// Files of Fixtures/lists, and others like them.
@Suite("Lists from real programs")
struct RealListTests {
    private let place: Workplace
    private let catalogue: SongCatalogue

    init() throws {
        place = try Workplace()
        catalogue = try place.catalogue()
    }

    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    private func fixture(_ name: String) throws -> ImportReport {
        try SongImport(catalogue: catalogue).run(path: Self.fixtures.appending(path: "lists/\(name)").path)
    }

    private func bring(_ name: String, _ content: String) throws -> ImportReport { try bring(name, Data(content.utf8)) }

    private func bring(_ name: String, _ content: Data) throws -> ImportReport {
        try SongImport(catalogue: catalogue).run(path: place.file(name, content))
    }

    private func songs() throws -> [Song] { try catalogue.search("", limit: 1000).songs }

    // MARK: Exportify

    @Test("Recognises an older Exportify list with track ids as Spotify's")
    func trackIdentifiers() throws {
        #expect(try fixture("track-id/spotify-id.csv").added == 1)
        let song = try #require(try songs().first)
        #expect(song.source == "exportify" && !song.isEmbeddable && song.spotifyID == "0000000000000000000001")
        #expect(
            song.artist == "Vera Example, Otto Sample" && song.features.valence == 0.036
                && song.affect?.method == .features)
        #expect(song.tags.map(\.name) == ["detroit hip hop", "rap"] && song.durationMilliseconds == 303_000)
    }

    @Test(
        "Recognises Exportify's tables by their set of columns",
        arguments: [
            (
                "Track ID,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Added By,Added At,Valence",
                true
            ),
            ("Track Name,Album Name,Artist Name(s),Popularity,Added By,Added At,Valence", true),
            ("Spotify URI,Track Name,Artist Name,Valence", true),
            ("track_id,artists,album_name,track_name,popularity,duration_ms,explicit,valence,track_genre", true),
            ("Track ID,Name,Artist,Album,Genre,Total Time,Year,BPM,Valence", false),
            ("title,artist,spotify_id,embeddable,valence,arousal", false), ("Track Name,Artist,Valence", false),
        ])
    func dialects(headings: String, isExportify: Bool) throws {
        let cells = headings.split(separator: ",").map { heading in
            let heading = heading.lowercased()
            if heading.contains("uri") { return "spotify:track:0000000000000000000001" }
            if heading.contains("id") { return "0000000000000000000001" }
            if heading.contains("name") || heading == "title" { return heading.contains("artist") ? "X" : "A" }
            return heading == "valence" ? "0.25" : ""
        }
        _ = try bring("a.csv", headings + "\n" + cells.joined(separator: ",") + "\n")
        let song = try #require(try songs().first)
        #expect((song.source == "exportify") == isExportify)
        #expect((song.features.valence == 0.25) == isExportify)
        if isExportify { #expect(!song.isEmbeddable) }
    }

    @Test("Keeps rows with a Spotify id from models, unless the table allows it")
    func spotifyContent() throws {
        let id = "0000000000000000000001"
        _ = try bring(
            "a.csv", "Track name,Artist name,Album,Playlist name,Type,ISRC,Spotify - id\nA,X,,Mine,Playlist,,\(id)\n")
        _ = try bring("b.csv", "title,artist,spotify_id,embeddable\nB,X,\(id),\nC,X,\(id),false\n")
        _ = try bring("c.jsonl", "{\"title\": \"D\", \"spotify_id\": \"\(id)\"}\n{\"title\": \"E\"}\n")
        #expect(try songs().map(\.isEmbeddable) == [false, true, false, false, true])
    }

    @Test("A comma behind a backslash belongs to the name")
    func escapedCommas() throws {
        #expect(try fixture("escaped-comma/a.csv").added == 2)
        #expect(try songs().map(\.artist) == ["Stone, Paper & Co, Vera Example", "Stone, Paper & Co"])
        _ = try bring(
            "b.csv",
            "Track URI,Track Name,Artist Name(s),Album Name,Genres\n"
                + "spotify:track:0000000000000000000003,\"Now\\, Then\",\"10,000 Samples;Vera\",\"One\\, Two\",\"a\\, b,c\"\n"
        )
        let song = try #require(try songs().last)
        #expect(song.title == "Now, Then" && song.artist == "10,000 Samples, Vera" && song.album == "One, Two")
        #expect(song.tags.map(\.name) == ["a, b", "c"])
    }

    @Test("Missing cells at the end of a row are empty")
    func shortRows() throws {
        let report = try fixture("short-rows/a.csv")
        #expect((report.added, report.rejected, report.noted) == (2, 0, 0))
        #expect(
            try songs().allSatisfy { $0.year == 2020 && $0.features.energy == nil && $0.tags.map(\.name) == ["rap"] })
    }

    @Test("Skips and counts podcast episodes; local files are songs")
    func podcasts() throws {
        let report = try fixture("local-and-podcast/a.csv")
        #expect((report.added, report.rejected) == (2, 1))
        #expect(report.rejections.map(\.line) == [4] && report.rejections[0].reason.contains("podcast"))
        #expect(try songs().map(\.title) == ["Paper Lanterns", "Home Recording"])
        let other = try bring("b.csv", "title,type,genres\nA,Podcast,\nB,Song,\nC,,Podcast\nD,,Podcast;Jazz\n")
        #expect((other.added, other.rejected) == (2, 2))
        let list = try bring(
            "c.m3u",
            "#EXTINF:1,Talk\nspotify:episode:0000000000000000000003\nhttps://open.spotify.com/show/1\nspotify:track:1\n"
        )
        #expect((list.added, list.rejected) == (1, 2))
        let lines = try bring("d.jsonl", "{\"title\": \"E\", \"kind\": \"episode\"}\n{\"title\": \"F\"}\n")
        #expect((lines.added, lines.rejected) == (1, 1))
    }

    // MARK: Spreadsheets

    @Test(
        "Reads tables from Excel without loss",
        arguments: [
            ("us-dates/a.csv", 2020, 98.743), ("german-excel/a.csv", 2020, 98.743), ("sep-line/a.csv", 2020, nil),
        ])
    func spreadsheets(name: String, year: Int, tempo: Double?) throws {
        let report = try fixture(name)
        #expect((report.added, report.rejected, report.noted) == (1, 0, 0))
        let song = try #require(try songs().first)
        #expect(song.title == "Paper Lanterns" && song.artist == "Vera Example" && song.year == year)
        #expect(song.features.tempo == tempo)
        guard tempo != nil else { return }
        #expect(
            song.isExplicit == false && song.features.loudness == -5.941 && song.features.instrumentalness == 0.000678)
    }

    @Test(
        "Skips a line that only names the separator",
        arguments: [
            "sep=,\ntitle,artist\nA;B,X\n", "\u{FEFF}SEP=;\r\ntitle;artist\r\nA,B;X\r\n",
            "\"sep=|\"\ntitle|artist\nA|X\n", "sep=\t\ntitle\tartist\nA\tX\n",
        ])
    func separatorLines(list: String) throws {
        #expect(try bring("a.csv", list).added == 1)
        #expect(try songs().first?.artist == "X")
    }

    @Test("Skips rows of separators; of two equal columns the first with a value wins")
    func emptyRows() throws {
        let report = try bring(
            "a.csv", "title,genres,genre,artist,Artist\nA,,rock,X,Y\n,,,,\n  ,\t,,,\nB,pop,rock,,Y\n,,,,\n")
        #expect((report.rowsRead, report.added, report.rejected) == (2, 2, 0))
        #expect(try songs().map(\.artist) == ["X", "Y"])
        #expect(try songs().map { $0.tags.map(\.name) } == [["rock"], ["pop"]])
    }

    @Test("Reads the encodings of Mac and Windows tables, with any line ends")
    func encodings() throws {
        let mac = Array("title,artist\rT".utf8) + [0x9F] + Array("r,Beyonc".utf8) + [0x8E, 0x0D]
        #expect(try bring("mac.csv", Data(mac)).added == 1)
        let lines =
            Array("title,artist\nGr".utf8) + [0x9F, 0xA7] + Array("e,Mot".utf8) + [0x9A] + Array("rhead\n".utf8)
        #expect(try bring("mac-lines.csv", Data(lines)).added == 1)
        let windows = Array("title,artist\nDon".utf8) + [0x92] + Array("t caf".utf8) + [0xE9, 0x2C, 0x80, 0x0A]
        #expect(try bring("windows.csv", Data(windows)).added == 1)
        #expect(try songs().map(\.title) == ["Tür", "Grüße", "Don’t café"])
        #expect(try songs().map(\.artist) == ["Beyoncé", "Motörhead", "€"])
    }

    @Test("Reads UTF-16 without a byte order mark")
    func bareUTF16() throws {
        let text = "title,artist,year\nÄpfel,Vera Example,2001\n"
        #expect(try bring("a.csv", text.data(using: .utf16LittleEndian) ?? Data()).added == 1)
        #expect(try bring("b.csv", text.replacing("Ä", with: "Ö").data(using: .utf16BigEndian) ?? Data()).added == 1)
        #expect(try songs().map(\.title) == ["Äpfel", "Öpfel"])
    }

    @Test("Keeps any quoted line break within its cell, and counts lines by all of them")
    func lineBreaks() throws {
        let report = try bring("a.csv", "title,artist\r\"A\rB\",X\r,Y\r\n\"C\r\nD\",X\n,Z\n")
        #expect((report.added, report.rejected) == (2, 2))
        #expect(report.rejections.map(\.line) == [4, 7])
        #expect(try songs().map(\.title) == ["A B", "C D"])
    }

    @Test("Reads numbers, dates and choices the same in JSON lines, tables and playlists")
    func oneReader() throws {
        _ = try bring("a.csv", "title,year,tempo,length,explicit\nA,Aug 2004,\"120,5 BPM\",3:35,ja\n")
        _ = try bring(
            "b.jsonl",
            "{\"title\": \"B\", \"year\": \"Aug 2004\", \"tempo\": \"120,5 BPM\", \"length\": \"3:35\", \"explicit\": \"ja\"}\n"
        )
        for song in try songs() {
            #expect(song.year == 2004 && song.features.tempo == 120.5 && song.durationMilliseconds == 215_000)
            #expect(song.isExplicit == true)
        }
        _ = try bring("c.m3u", "#EXTINF:3:35,X - C\nc.mp3\n#EXTINF:-1,X - D\nd.mp3\n#EXTINF:17.4,X - E\ne.mp3\n")
        #expect(try songs().suffix(3).map(\.durationMilliseconds) == [215_000, nil, 17_400])
    }

    // MARK: Playlists

    @Test("Reads a playlist with carriage returns only, and takes the artist from its folders")
    func carriageReturns() throws {
        #expect(try fixture("carriage-returns/a.m3u8").added == 2)
        #expect(try songs().map(\.title) == ["Paper Lanterns", "Tin Roof"])
        #expect(try songs().map(\.artist) == ["Vera Example", "Vera Example"])
        #expect(try songs().map(\.durationMilliseconds) == [215_000, 180_000])
        #expect(try songs().first?.path == "/Users/nobody/Music/Vera Example/01 Paper Lanterns.m4a")
    }

    @Test("Decodes percent escapes in playlists, and keeps the name of a file that exists as written")
    func percentPaths() throws {
        #expect(try fixture("percent-paths/a.m3u8").added == 1)
        let folder = Self.fixtures.appending(path: "lists/percent-paths").path
        #expect(try songs().first?.path == "\(folder)/Vera Example/01 - Tür.flac")
        #expect(try songs().first?.title == "Tür")
        _ = try place.file("100%20.flac", "")
        _ = try bring("b.m3u", "100%20.flac\n02%20-%20B.flac\n")
        #expect(try songs().suffix(2).map(\.path) == [place.path("100%20.flac"), place.path("02 - B.flac")])
        #expect(try songs().suffix(2).map(\.title) == ["100%20", "02 - B"])
    }

    @Test("Reads a playlist in the encoding that it names")
    func namedEncoding() throws {
        #expect(try fixture("extenc/a.m3u").added == 1)
        let song = try #require(try songs().first)
        #expect(
            song.artist == "Вера" && song.title == "Песня" && song.path?.hasSuffix("Вера - Песня.mp3") == true,
            "\(song)")
        let japanese =
            Array("#EXTENC: Shift_JIS\n#EXTINF:1,X - ".utf8) + [0x83, 0x5C, 0x83, 0x89] + Array("\na.mp3\n".utf8)
        _ = try bring("b.m3u", Data(japanese))
        #expect(try songs().last?.title == "ソラ")
        _ = try bring("c.m3u", "#EXTENC:no-such-encoding\n#EXTINF:1,X - Ä\nc.mp3\n")
        _ = try bring("d.m3u8", "#EXTENC:windows-1251\n#EXTINF:1,X - Ünter\nd.mp3\n")
        #expect(try songs().suffix(2).map(\.title) == ["Ä", "Ünter"])
    }

    // MARK: Nothing there

    @Test(
        "Refuses an empty list, and says what was looked for",
        arguments: [
            ("a.csv", "title,artist\n", "rows below"), ("a.csv", "title,artist\n,,\n,\n", "rows below"),
            ("a.m3u", "#EXTM3U\n# nothing\n", "#EXTINF"), ("a.m3u8", "\n\r\n", "#EXTINF"),
            ("a.jsonl", "\n  \n", "JSON object"),
        ])
    func nothing(name: String, list: String, sought: String) throws {
        let error = #expect(throws: SongsError.self) { try bring(name, list) }
        #expect(error?.code == .unreadableImport)
        #expect(error?.message.contains(sought) == true, "\(error?.message ?? "")")
        try FileManager.default.createDirectory(atPath: place.path("empty"), withIntermediateDirectories: true)
        #expect(throws: SongsError.self) { try SongImport(catalogue: catalogue).run(path: place.path("empty")) }
    }

    @Test("Says why an import failed if every row was left out")
    func nothingGood() throws {
        let report = try bring("a.csv", "title,artist\n,X\n,Y\n")
        #expect(
            report.failure == "No song was found: all 2 rows were left out, the first one: line 2, the title is empty.")
        #expect(try bring("b.csv", "title\nA\n\"\"\n").failure == nil)
    }

    @Test(
        "Names unsupported kinds of list",
        arguments: [
            ("a.pls", "[playlist]\nFile1=a.mp3\n", "PLS"), ("a.m3u", "[playlist]\nFile1=a.mp3\n", "PLS"),
            ("a.xspf", "<?xml version=\"1.0\"?>\n<playlist/>\n", "XSPF"),
            ("Library.xml", "<?xml version=\"1.0\"?>\n<plist/>\n", "iTunes"),
            ("a.csv", "<!DOCTYPE html>\n", "HTML"), ("a.csv", "PK\u{3}\u{4}rest", "ZIP"),
            ("a.xlsx", "PK\u{3}\u{4}rest", "ZIP"),
            ("history.json", "[\n  {\"a\": 1}\n]\n", "JSON list"),
            ("list.jspf", "{\n \"playlist\": {}}\n", "JSON document"),
            ("a.cue", "FILE \"a.wav\" WAVE\n", "cue sheet"),
        ])
    func otherKinds(name: String, content: String, kind: String) throws {
        let error = #expect(throws: SongsError.self) { try bring(name, content) }
        #expect(error?.message.contains(kind) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("M3U8") == true)
    }

    @Test("Recognises a list by its first line before its extension")
    func contentFirst() throws {
        #expect(try bring("a.csv", "#EXTM3U\n#EXTINF:1,X - A\na.mp3\n").added == 1)
        #expect(try bring("b.txt", "{\"title\": \"B\"}\n").added == 1)
        #expect(try bring("c.m3u", "[Live] X - C.mp3\n").added == 1)
        #expect(try bring("d.json", "{\"title\": \"D\"}\n{\"title\": \"E\"}\n").added == 2)
    }
}
