extension BadRequest {
    private static let invalid = "invalid_field"
    private static let unknown = "unknown_field"

    /// What the calls about songs refuse. The server that is asked has to have songs.
    public static let songs: [BadRequest] = queries + lists + playlists + questions

    private static func send(
        _ path: String, _ body: [UInt8], _ type: String? = "application/json", method: String = "POST"
    ) -> [UInt8] {
        let typeLine = type.map { "Content-Type: \($0)\r\n" } ?? ""
        return Array("\(method) \(path) HTTP/1.1\r\n\(host)\(typeLine)Content-Length: \(body.count)\r\n\r\n".utf8)
            + body
    }

    private static func query(_ name: String, _ status: Int, _ code: String?, _ json: String) -> BadRequest {
        BadRequest("a query: \(name)", status, code) { send("/songs/match", Array(json.utf8)) }
    }

    private static let queries: [BadRequest] = [
        query("nothing", 400, "malformed_request", ""),
        query("half an object", 400, "malformed_request", #"{"caption": "a dog"#),
        query("a list", 400, "malformed_request", "[]"),
        query("ten thousand brackets", 400, "malformed_request", String(repeating: "[", count: 10_000)),
        query("two megabytes", 413, "body_too_large", #"{"caption": "\#(String(repeating: "a ", count: 1 << 20))"}"#),
        query("a misspelt field", 422, unknown, #"{"captoin": "x"}"#),
        query("a caption that is a number", 422, invalid, #"{"caption": 5}"#),
        query("a caption that is null", 422, invalid, #"{"caption": null}"#),
        query("NUL in the caption", 200, nil, #"{"caption": "a \u0000 dog", "limit": 1}"#),
        query("a caption without words", 200, nil, #"{"caption": "!?% ​​ 👩‍👩‍👧", "limit": 1}"#),
        query("no songs", 422, invalid, #"{"caption": "x", "limit": 0}"#),
        query("too many songs", 422, invalid, #"{"caption": "x", "limit": 1000000000}"#),
        query("half a song", 422, invalid, #"{"caption": "x", "limit": 0.5}"#),
        query("a seed below 0", 422, invalid, #"{"caption": "x", "seed": -1}"#),
        query("a seed beyond 64 bits", 422, invalid, #"{"caption": "x", "seed": 99999999999999999999}"#),
        query("half a mood", 422, invalid, #"{"mood": {"valence": 0}}"#),
        query("a mood outside the plane", 422, invalid, #"{"mood": {"valence": 0, "arousal": 1.01}}"#),
        query("a mood in words", 422, invalid, #"{"mood": {"valence": "high", "arousal": "NaN"}}"#),
        query(
            "a mood beyond the range of floats", 400, "malformed_request",
            #"{"mood": {"valence": 1e999, "arousal": 0}}"#),
        query("a misspelt filter", 422, unknown, #"{"caption": "x", "filters": {"yaer_min": 1990}}"#),
        query("filters as a text", 422, invalid, #"{"caption": "x", "filters": "clean"}"#),
        query("years the wrong way round", 422, invalid, #"{"filters": {"year_min": 2000, "year_max": 1990}}"#),
        query("an excluded song that is not an id", 422, invalid, #"{"filters": {"exclude": ["1; DROP TABLE song"]}}"#),
        query("a liked song by title", 422, invalid, #"{"liked": ["Clair de lune"]}"#),
        query("a colour by name", 422, invalid, #"{"palette": [{"hex": "red", "percentage": 5}]}"#),
        query("101 percent of a colour", 422, invalid, ##"{"palette": [{"hex": "#ff0000", "percentage": 101}]}"##),
        query(
            "a thousand colours", 422, invalid,
            ##"{"palette": ["##
                + Array(repeating: ##"{"hex": "#ff0000", "percentage": 0.1}"##, count: 1_000).joined(separator: ",")
                + "]}"),
        BadRequest("a query: bytes that are not text", 400, "malformed_request") {
            send("/songs/match", Array(#"{"caption": ""#.utf8) + [0xFF, 0xFE, 0xC0] + Array(#""}"#.utf8))
        },
        BadRequest("a query: plain text", 415, "unsupported_content_type") {
            send("/songs/match", Array("a dog".utf8), "text/plain")
        },
        BadRequest("a query: no type", 400, "missing_content_type") { send("/songs/match", Array("{}".utf8), nil) },
        BadRequest("a query: a form with an unknown filter", 422, unknown) {
            send(
                "/songs/match", try Form.sound().adding(#"name="loudness""#, Array("5".utf8)).closed, Form.contentType)
        },
        BadRequest("a query: a form with half a mood", 422, invalid) {
            send("/songs/match", try Form.sound().adding(#"name="valence""#, Array("0".utf8)).closed, Form.contentType)
        },
        BadRequest("a query: a form without a picture", 400, "missing_field") {
            send("/songs/match", Form().adding(#"name="limit""#, Array("5".utf8)).closed, Form.contentType)
        },
    ]

    private static let lists: [BadRequest] = [
        BadRequest("a list without a type", 400, "missing_content_type") { send("/songs/import", [65], nil) },
        BadRequest("a list as a form", 415, "unsupported_content_type") {
            send("/songs/import", try Form.sound().closed, Form.contentType)
        },
        BadRequest("an empty list", 400, "missing_field") { send("/songs/import", [], "text/csv") },
        BadRequest("a list announced as too large", 413, "body_too_large") {
            Array(
                "POST /songs/import HTTP/1.1\r\n\(host)Content-Type: text/csv\r\nContent-Length: 99999999999\r\n\r\n"
                    .utf8)
        },
        BadRequest("a picture as a list", 202, nil) {
            send("/songs/import?name=%2e%2e%2fa%00.csv", try picture("one-pixel.png"), "text/csv")
        },
        BadRequest("half a list", 400, "truncated_upload", then: .halfCloses) {
            Array(
                "POST /songs/import HTTP/1.1\r\n\(host)Content-Type: text/csv\r\nContent-Length: 100\r\n\r\ntitle\n"
                    .utf8)
        },
        BadRequest("a list with an unknown parameter", 422, unknown) {
            send("/songs/import?title=x", Array("title".utf8), "text/csv")
        },
        BadRequest("a compressed list", 415, "unsupported_content_encoding") {
            Array(
                "POST /songs/import HTTP/1.1\r\n\(host)Content-Type: text/csv\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx"
                    .utf8)
        },
        text("an unknown import", 404, "unknown_import", "GET /songs/import/..%2f1 HTTP/1.1¶\(host)¶"),
    ]

    private static func playlist(_ name: String, _ status: Int, _ code: String, _ json: String) -> BadRequest {
        BadRequest("a playlist: \(name)", status, code) { send("/songs/playlist", Array(json.utf8)) }
    }

    private static let playlists: [BadRequest] = [
        playlist("no songs", 422, invalid, "{}"),
        playlist("an empty list", 422, invalid, #"{"ids": []}"#),
        playlist("words instead of ids", 422, invalid, #"{"ids": ["one"]}"#),
        playlist("an unknown song", 404, "unknown_song", #"{"ids": [999999]}"#),
        playlist(
            "too many songs in a playlist", 422, invalid,
            #"{"ids": [\#(Array(repeating: "1", count: 1_001).joined(separator: ","))]}"#),
        playlist("an unknown format", 422, invalid, #"{"ids": [1], "format": "docx"}"#),
        playlist("an unknown field", 422, unknown, #"{"ids": [1], "shuffle": true}"#),
    ]

    private static let questions: [BadRequest] = [
        text("songs: no limit", 422, invalid, "GET /songs?limit=0 HTTP/1.1¶\(host)¶"),
        text("songs: a limit that is not a number", 422, invalid, "GET /songs?limit=many HTTP/1.1¶\(host)¶"),
        text("songs: a negative offset", 422, invalid, "GET /songs?offset=-1 HTTP/1.1¶\(host)¶"),
        text("songs: an unknown parameter", 422, unknown, "GET /songs?sort=year HTTP/1.1¶\(host)¶"),
        text("songs: two limits", 400, "duplicate_field", "GET /songs?limit=1&limit=2 HTTP/1.1¶\(host)¶"),
        text(
            "songs: a query of punctuation", 200, nil, "GET /songs?query=%22%20OR%201%3D1%20--%20*%28 HTTP/1.1¶\(host)¶"
        ),
        text("songs: a word instead of an id", 404, "unknown_song", "GET /songs/first HTTP/1.1¶\(host)¶"),
        text(
            "songs: an id beyond 64 bits", 404, "unknown_song", "GET /songs/99999999999999999999 HTTP/1.1¶\(host)¶"),
        text("songs: deleting one", 405, "method_not_allowed", "DELETE /songs/1 HTTP/1.1¶\(host)¶"),
        text("songs: asking for a match", 405, "method_not_allowed", "GET /songs/match HTTP/1.1¶\(host)¶"),
    ]
}
