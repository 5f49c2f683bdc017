import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Songs
import StandIns
import Testing

@testable import Server

@Suite("/songs", .heavy)
struct SongCallTests {
    /// A server with the starter songs in a file of its own.
    private func run(
        _ route: Route = .router, _ test: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "song-calls-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await TestServer(songs: folder.appending(path: "songs.sqlite").path).run(route, test)
    }

    private func songs(_ response: TestResponse) throws -> [[String: Any]] {
        try #require(try response.object()["songs"] as? [[String: Any]])
    }

    @Test(
        "POST /songs/match with a picture returns caption, mood, songs, reasons and links",
        arguments: Route.allCases)
    func picture(route: Route) async throws {
        try await run(route) { client in
            var form = TestForm(image: try fixture("gradient.jpg"))
            form.add("3", as: "limit")
            let response = try await client.post("/songs/match", form.body, TestForm.contentType)
            #expect(response.status == .ok)
            let object = try response.object()
            #expect((object["caption"] as? String)?.isEmpty == false)
            #expect((object["palette"] as? [Any])?.isEmpty == false)
            let mood = try #require(object["mood"] as? [String: Any])
            let contributions = try #require(mood["contributions"] as? [[String: Any]])
            #expect(contributions.contains { $0["source"] as? String == "colour" })
            let songs = try songs(response)
            #expect(songs.count == 3)
            for song in songs {
                #expect((song["reason"] as? String)?.hasSuffix(".") == true)
                #expect((song["links"] as? [Any])?.count == 4)
                #expect((song["components"] as? [String: Any])?["mood"] is Double)
            }
        }
    }

    @Test("Matches songs to words alone, the same each time")
    func words() async throws {
        try await run { client in
            let body = #"{"caption": "a storm at sea at night", "limit": 5, "seed": 7}"#
            let first = try await client.post("/songs/match", json: body)
            let second = try await client.post("/songs/match", json: body)
            let titles = try songs(first).map { ($0["song"] as? [String: Any])?["title"] as? String }
            #expect(titles.count == 5)
            #expect(try songs(second).map { ($0["song"] as? [String: Any])?["title"] as? String } == titles)
            #expect(try first.object()["image_info"] == nil)
            let mood = try #require(try first.object()["mood"] as? [String: Any])
            #expect(["tense", "fierce", "energetic"].contains(mood["label"] as? String ?? ""))
        }
    }

    @Test("Matches songs to a requested mood")
    func mood() async throws {
        try await run { client in
            let response = try await client.post(
                "/songs/match",
                json:
                    ##"{"mood": {"valence": -0.75, "arousal": -0.2}, "palette": [{"hex": "#ffffff", "percentage": 100}]}"##
            )
            let mood = try #require(try response.object()["mood"] as? [String: Any])
            #expect(mood["label"] as? String == "sad" && mood["confidence"] as? Double == 1)
            let affects = try songs(response).compactMap { ($0["song"] as? [String: Any])?["affect"] as? [String: Any] }
            #expect((affects.first?["valence"] as? Double ?? 1) < -0.3)
            #expect(affects.compactMap { $0["valence"] as? Double }.reduce(0, +) < 0)
        }
    }

    @Test("Every match passes the filters; says so if none is left")
    func filters() async throws {
        try await run { client in
            let ragtime = try await client.post(
                "/songs/match",
                json: #"{"caption": "a man in a street", "filters": {"genres": ["ragtime"], "year_min": 1902}}"#)
            let found = try songs(ragtime)
            #expect(!found.isEmpty)
            for song in found {
                let song = try #require(song["song"] as? [String: Any])
                #expect((song["year"] as? Int ?? 0) >= 1902)
                #expect((song["tags"] as? [[String: Any]])?.contains { $0["name"] as? String == "ragtime" } == true)
            }
            let nothing = try await client.post("/songs/match", json: #"{"text": "x", "filters": {"year_min": 2100}}"#)
            #expect(nothing.status == .ok)
            #expect(try songs(nothing).isEmpty)
            #expect((try nothing.object()["reason"] as? String)?.contains("2100") == true)
        }
    }

    @Test(
        "Names what is wrong in the JSON of a match",
        arguments: [
            ("{", 400, "malformed_request", "no JSON object"), ("[]", 400, "malformed_request", "no JSON object"),
            (#"{"caption": null}"#, 422, "invalid_field", "caption"),
            (#"{"captoin": "x"}"#, 422, "unknown_field", "captoin"),
            (#"{"caption": 5}"#, 422, "invalid_field", "caption"),
            (#"{"text": "x", "limit": 0}"#, 422, "invalid_field", "limit"),
            (#"{"text": "x", "limit": 101}"#, 422, "invalid_field", "limit"),
            (#"{"text": "x", "limit": 2.5}"#, 422, "invalid_field", "limit"),
            (#"{"text": "x", "seed": -1}"#, 422, "invalid_field", "seed"),
            (#"{"mood": {"valence": 2, "arousal": 0}}"#, 422, "invalid_field", "valence"),
            (#"{"mood": {"valence": 0}}"#, 422, "invalid_field", "together"),
            (#"{"mood": "happy"}"#, 422, "invalid_field", "mood"),
            (#"{"text": "x", "filters": {"loud": true}}"#, 422, "unknown_field", "filters.loud"),
            (#"{"text": "x", "filters": {"explicit": "maybe"}}"#, 422, "invalid_field", "explicit"),
            (#"{"text": "x", "filters": {"year_min": 2000, "year_max": 1990}}"#, 422, "invalid_field", "year_min"),
            (#"{"text": "x", "filters": {"exclude": ["a"]}}"#, 422, "invalid_field", "exclude"),
            (#"{"text": "x", "filters": {"tempo_min": "fast"}}"#, 422, "invalid_field", "tempo_min"),
            (#"{"palette": [{"hex": "red", "percentage": 5}]}"#, 422, "invalid_field", "palette"),
            (##"{"palette": [{"hex": "#ff0000"}]}"##, 422, "invalid_field", "palette"),
            (
                #"{"caption": "\#(String(repeating: "a ", count: 2049))"}"#, 413, "field_too_large",
                "caption has 4098 bytes"
            ),
            (#"{"text": "e\#(String(repeating: "\u{301}", count: 3000))"}"#, 413, "field_too_large", "text"),
            (
                #"{"filters": {"genres": ["\#(String(repeating: "a", count: 5000))"]}}"#, 413, "field_too_large",
                "genres"
            ),
            (#"{"caption": "\#(String(repeating: "a", count: 1 << 17))"}"#, 413, "body_too_large", "65536"),
        ])
    func refusals(body: String, status: Int, code: String, word: String) async throws {
        try await run { client in
            let response = try await client.post("/songs/match", json: body)
            #expect(try response.expectProblem(status, code).contains(word))
        }
    }

    @Test("Refuses a misspelt form field and other body types")
    func forms() async throws {
        try await run { client in
            var form = TestForm(image: try fixture("gradient.jpg"))
            form.add("jazz", as: "genre")
            #expect(
                try await client.post("/songs/match", form.body, TestForm.contentType).expectProblem(
                    422, "unknown_field"
                ).contains("genre"))
            try await client.post("/songs/match", ByteBuffer(string: "x"), "text/plain").expectProblem(
                415, "unsupported_content_type")
            try await client.post("/songs/match", ByteBuffer(string: "{}"), nil).expectProblem(
                400, "missing_content_type")
        }
    }

    @Test("Searches and counts the catalogue, and returns a song by id", arguments: Route.allCases)
    func catalogue(route: Route) async throws {
        try await run(route) { client in
            let page = try await client.get("/songs?query=moonlight&limit=1")
            #expect(try page.object()["total"] as? Int == 2)
            let song = try #require(try songs(page).first)
            let id = try #require(song["id"] as? Int)
            let one = try await client.get("/songs/\(id)").object()
            #expect((one["song"] as? [String: Any])?["title"] as? String == song["title"] as? String)
            #expect((one["links"] as? [Any])?.count == 4)
            let statistics = try await client.get("/songs/stats").object()
            #expect((statistics["total"] as? Int ?? 0) > 300)
            #expect(((statistics["sources"] as? [String: Any])?["starter"] as? Int ?? 0) > 300)
            #expect(try await client.get("/songs?offset=100000").object()["songs"] as? [Int] == [])
            try await client.get("/songs?limit=0").expectProblem(422, "invalid_field")
            try await client.get("/songs?colour=red").expectProblem(422, "unknown_field")
            for path in ["/songs/999999", "/songs/0", "/songs/x", "/songs/-1", "/songs/99999999999999999999"] {
                try await client.get(path).expectProblem(404, "unknown_song")
            }
            try await client.post("/songs/5", json: "{}").expectProblem(405, "method_not_allowed")
            try await client.get("/songs/import/x").expectProblem(404, "unknown_import")
        }
    }

    @Test("Imports a list in the background; its songs can be found afterwards", arguments: Route.allCases)
    func importing(route: Route) async throws {
        try await run(route) { client in
            let list = "title,artist,moods,year\nZebra Stripes,Somebody,calm,1999\n,Nobody,,\nLater,Somebody,,99999\n"
            let response = try await client.post("/songs/import?name=my.csv", ByteBuffer(string: list), "text/csv")
            #expect(response.status == .accepted)
            let job = try #require(try response.object()["job"] as? [String: Any])
            let place = "/songs/" + (try #require(response.headers[.location]))
            #expect(place == "/songs/import/\(job["id"] as? String ?? "")" && job["name"] as? String == "my.csv")
            try await eventually("the import is done") { try await client.job(place)["status"] as? String == "done" }
            let ended = try await client.job(place)
            // A year that cannot be read costs that cell, and a title that is missing the row.
            #expect(ended["added"] as? Int == 2 && ended["rejected"] as? Int == 1 && ended["rows_read"] as? Int == 3)
            #expect(ended["noted"] as? Int == 1)
            let rejections = try #require(ended["rejections"] as? [[String: Any]])
            #expect(rejections.compactMap { $0["line"] as? Int } == [3])
            #expect(try await client.get("/songs?query=zebra").object()["total"] as? Int == 1)
            // Matches take it in once the catalogue has been read anew.
            try await eventually("the new song is found") {
                let found = try await client.post(
                    "/songs/match", json: #"{"text": "x", "filters": {"year_min": 1999, "year_max": 1999}}"#)
                return try songs(found).count == 1
            }
        }
    }

    @Test("Fails an import without a title column, and leaves nothing behind")
    func badImport() async throws {
        try await run { client in
            let before = try await client.get("/songs/stats").object()["total"] as? Int
            let response = try await client.post("/songs/import", ByteBuffer(string: "a,b\n1,2\n"), "text/csv")
            let place = "/songs/" + (try #require(response.headers[.location]))
            try await eventually("the import has failed") {
                try await client.job(place)["status"] as? String == "failed"
            }
            #expect((try await client.job(place)["error"] as? String)?.contains("no column for titles") == true)
            #expect(try await client.get("/songs/stats").object()["total"] as? Int == before)
            try await client.post("/songs/import", ByteBuffer(string: "x"), "image/png").expectProblem(
                415, "unsupported_content_type")
            try await client.post("/songs/import", ByteBuffer(string: "x"), nil).expectProblem(
                400, "missing_content_type")
            try await client.post("/songs/import", ByteBuffer(), "text/csv").expectProblem(400, "missing_field")
        }
    }

    @Test("A song's file path appears only where answers may show it")
    func paths() throws {
        var song = Song(title: "A", source: "csv")
        song.path = "/music/a.mp3"
        for (showsPath, isNamed) in [(true, true), (false, false)] {
            let text = String(decoding: try JSONEncoder().encode(SongObject(song, showsPath: showsPath)), as: UTF8.self)
            #expect(text.contains("a.mp3") == isNamed)
        }
    }

    @Test("Drops network paths from an uploaded list, and notes it")
    func remotePaths() async throws {
        try await run { client in
            let list = "title,artist,path\nZebra Stripes,Somebody,\\\\host\\share\\a.mp3\n"
            let response = try await client.post("/songs/import", ByteBuffer(string: list), "text/csv")
            let place = "/songs/" + (try #require(response.headers[.location]))
            try await eventually("the import is done") { try await client.job(place)["status"] as? String == "done" }
            let job = try await client.job(place)
            #expect(job["noted"] as? Int == 1 && job["added"] as? Int == 1)
            let notes = try #require(job["notes"] as? [[String: Any]])
            #expect((notes.first?["reason"] as? String)?.contains("another machine") == true)
            let found = try songs(try await client.get("/songs?query=zebra"))
            #expect(found.count == 1 && found[0]["path"] == nil)
        }
    }

    @Test("Fails an import without any song, and says why")
    func fruitlessImport() async throws {
        try await run { client in
            let response = try await client.post("/songs/import", ByteBuffer(string: "title\n\"\"\n,\n"), "text/csv")
            let place = "/songs/" + (try #require(response.headers[.location]))
            try await eventually("the import has failed") {
                try await client.job(place)["status"] as? String == "failed"
            }
        }
    }

    @Test("Returns 413 for a list that is too large")
    func largeImport() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "songs-\(UUID()).sqlite").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var server = TestServer(songs: path)
        server.adjust = { $0.maxImportBytes = 1000 }
        try await server.run(.router) { client in
            let list = ByteBuffer(string: "title\n" + String(repeating: "A song\n", count: 1000))
            try await client.post("/songs/import", list, "text/csv").expectProblem(413, "body_too_large")
        }
    }

    @Test(
        "Returns playlists as files",
        arguments: [
            ("m3u8", "application/vnd.apple.mpegurl", "#EXTM3U"), ("csv", "text/csv; charset=utf-8", "title,artist"),
            ("jspf", "application/jspf+json", "{"),
        ])
    func playlists(format: String, type: String, beginning: String) async throws {
        try await run { client in
            let response = try await client.post(
                "/songs/playlist", json: #"{"ids": [2, 1], "format": "\#(format)", "title": "An evening"}"#)
            #expect(response.status == .ok && response.headers[.contentType] == type)
            #expect(response.headers[.contentDisposition] == "attachment; filename=\"playlist.\(format)\"")
            #expect(String(buffer: response.body).hasPrefix(beginning))
            if format == "m3u8" { #expect(String(buffer: response.body).contains("https://open.spotify.com/search/")) }
        }
    }

    @Test(
        "Refuses invalid playlist requests",
        arguments: [
            ("{}", 422, "invalid_field"), (#"{"ids": []}"#, 422, "invalid_field"),
            (#"{"ids": [1.5]}"#, 422, "invalid_field"),
            (#"{"ids": [1], "format": "mp3"}"#, 422, "invalid_field"), (#"{"ids": [999999]}"#, 404, "unknown_song"),
            ("x", 400, "malformed_request"),
        ])
    func badPlaylists(body: String, status: Int, code: String) async throws {
        try await run { client in try await client.post("/songs/playlist", json: body).expectProblem(status, code) }
    }

    @Test("Captions work without a catalogue; /songs says why there is none")
    func noCatalogue() async throws {
        try await TestServer(songs: "/proc/nowhere/songs.sqlite").run(.router) { client in
            for path in ["/songs", "/songs/stats", "/songs/1"] {
                #expect(
                    try await !client.get(path).expectProblem(503, "catalogue_unavailable").contains("/proc/nowhere"))
            }
            try await client.post("/songs/match", json: #"{"text": "x"}"#).expectProblem(503, "catalogue_unavailable")
            #expect(try await client.caption(TestForm(image: try fixture("gradient.jpg")).body).status == .ok)
            #expect(try await client.get("/health").status == .ok)
        }
        try await TestServer().run(.router) { client in
            try await client.get("/songs").expectProblem(503, "catalogue_unavailable")
        }
    }
}

extension TestClientProtocol {
    fileprivate func get(_ path: String) async throws -> TestResponse { try await execute(uri: path, method: .get) }

    fileprivate func job(_ place: String) async throws -> [String: Any] {
        try #require(try await get(place).object()["job"] as? [String: Any])
    }

    fileprivate func post(_ path: String, json: String) async throws -> TestResponse {
        try await post(path, ByteBuffer(string: json), "application/json")
    }

    fileprivate func post(_ path: String, _ body: ByteBuffer, _ type: String?) async throws -> TestResponse {
        try await execute(uri: path, method: .post, headers: type.map { [.contentType: $0] } ?? [:], body: body)
    }
}
