extension BadRequest {
    private static let malformed = "malformed_request"

    /// What is not sound HTTP/1.1.
    static let requests: [BadRequest] = [
        text("a greeting", 400, malformed, "hello¶¶"),
        BadRequest("the beginning of TLS", 400, malformed) {
            [0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x03, 0x0D, 0x0A, 0x0D, 0x0A]
        },
        text("a method in lower case", 400, malformed, "get / HTTP/1.1¶\(host)¶"),
        text("an unknown method", 405, "method_not_allowed", "BREW / HTTP/1.1¶\(host)¶"),
        text("HTTP/2 without asking", 400, malformed, "PRI * HTTP/2.0¶¶SM¶¶"),
        text("HTTP/2.0 in text", 400, malformed, "GET / HTTP/2.0¶\(host)¶"),
        text("HTTP/1.1 misspelt", 400, malformed, "GET / HTTQ/1.1¶\(host)¶"),
        text("no version", 400, malformed, "GET /¶\(host)¶"),
        text("no Host", 400, malformed, "GET /health/live HTTP/1.1¶¶"),
        text("two Hosts", 400, malformed, "GET /health/live HTTP/1.1¶Host: a¶Host: b¶¶"),
        text("a Host with spaces", 400, malformed, "GET /health/live HTTP/1.1¶Host: a b¶¶"),
        text("a Host with a path", 400, malformed, "GET /health/live HTTP/1.1¶Host: a/../b¶¶"),
        text("a header without a colon", 400, malformed, "GET / HTTP/1.1¶\(host)nonsense¶¶"),
        text("a header without a name", 400, malformed, "GET / HTTP/1.1¶\(host): x¶¶"),
        text("a space before the colon", 400, malformed, "GET / HTTP/1.1¶\(host)X : y¶¶"),
        text("NUL in a header", 400, malformed, "GET / HTTP/1.1¶\(host)X: a\u{0}b¶¶"),
        text("a bare CR in a header", 400, malformed, "GET / HTTP/1.1¶\(host)X: a\rb¶¶"),
        text("a header of 20 kB", 431, "header_too_large", "GET / HTTP/1.1¶\(host)X: \(long(20_000))¶¶"),
        text(
            "40 kB of headers", 431, "header_too_large",
            "GET / HTTP/1.1¶\(host)" + String(repeating: "X: \(long(4_000))¶", count: 10) + "¶"),
        text(
            "200 headers", 431, "header_too_large",
            "GET / HTTP/1.1¶\(host)" + String(repeating: "X: y¶", count: 200) + "¶"),
        text("a target of 20 kB", 414, "target_too_long", "GET /\(long(20_000)) HTTP/1.1¶\(host)¶"),
        text("two lengths", 400, malformed, upload("Content-Length: 3¶Content-Length: 4¶") + "abc"),
        text("a length and chunks", 400, malformed, upload("Content-Length: 5¶Transfer-Encoding: chunked¶") + "0¶¶"),
        text("a negative length", 400, malformed, upload("Content-Length: -1¶")),
        text("a length that is not a number", 400, malformed, upload("Content-Length: ten¶")),
        text("a length beyond 64 bits", 400, malformed, upload("Content-Length: 99999999999999999999¶")),
        text("an unknown coding", 400, malformed, upload("Transfer-Encoding: gzip¶")),
        text("chunked before another coding", 400, malformed, upload("Transfer-Encoding: chunked, gzip¶")),
        text("chunks of a compressed body", 400, malformed, upload("Transfer-Encoding: gzip, chunked¶") + "0¶¶"),
        text(
            "two Transfer-Encoding headers", 400, malformed,
            upload("Transfer-Encoding: gzip¶Transfer-Encoding: chunked¶") + "0¶¶"),
        text("chunks within chunks", 400, malformed, upload("Transfer-Encoding: chunked, chunked¶") + "0¶¶"),
        text("an unknown expectation", 417, "unmet_expectation", upload("Expect: 200-ok¶Content-Length: 3¶") + "abc"),
        text(
            "a compressed body", 415, "unsupported_content_encoding",
            upload("Content-Encoding: gzip¶Content-Length: 3¶") + "abc"),
        text(
            "a body compressed twice", 415, "unsupported_content_encoding",
            upload("Content-Encoding: identity¶Content-Encoding: br¶Content-Length: 3¶") + "abc"),
        text("two content types", 400, malformed, upload("Content-Type: text/plain¶Content-Length: 3¶") + "abc"),
        text(
            "chunks in HTTP/1.0", 400, malformed,
            "POST /caption/generate HTTP/1.0¶\(host)Transfer-Encoding: chunked¶¶0¶¶"),
    ]

    /// Targets and methods that lead nowhere.
    static let targets: [BadRequest] = [
        text("NUL in the target", 400, malformed, "GET /\u{0} HTTP/1.1¶\(host)¶"),
        text("a space in the target", 400, malformed, "GET /a b HTTP/1.1¶\(host)¶"),
        text("a target without a slash", 400, malformed, "GET health HTTP/1.1¶\(host)¶"),
        text("%00 in the target", 404, "not_found", "GET /health%00 HTTP/1.1¶\(host)¶"),
        text("a path with ..", 404, "not_found", "GET /../../etc/passwd HTTP/1.1¶\(host)¶"),
        text("a path with encoded ..", 404, "not_found", "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1¶\(host)¶"),
        text("a path with .. and backslashes", 404, "not_found", "GET /..\\..\\etc\\passwd HTTP/1.1¶\(host)¶"),
        text("slashes only", 200, nil, "GET ///// HTTP/1.1¶\(host)¶"),
        text("an endpoint with two slashes before it", 200, nil, "GET //health/live HTTP/1.1¶\(host)¶"),
        text("an endpoint with more behind it", 404, "not_found", "GET /health/live/../.. HTTP/1.1¶\(host)¶"),
        text("a long path", 404, "not_found", "GET /\(long(8_000)) HTTP/1.1¶\(host)¶"),
        text("a thousand folders", 404, "not_found", "GET \(String(repeating: "/a", count: 1000)) HTTP/1.1¶\(host)¶"),
        text("broken percent escapes", 404, "not_found", "GET /%zz%f HTTP/1.1¶\(host)¶"),
        text("an absolute target on this server", 404, "not_found", "GET http://localhost/nothing HTTP/1.1¶\(host)¶"),
        text("an asterisk", 404, "not_found", "OPTIONS * HTTP/1.1¶\(host)¶"),
        text("CONNECT", 404, "not_found", "CONNECT example.com:443 HTTP/1.1¶\(host)¶"),
        text("TRACE", 405, "method_not_allowed", "TRACE / HTTP/1.1¶\(host)¶"),
        text("PROPFIND", 405, "method_not_allowed", "PROPFIND /health HTTP/1.1¶\(host)¶"),
        text("DELETE of an endpoint", 405, "method_not_allowed", "DELETE /caption/generate HTTP/1.1¶\(host)¶"),
        text("OPTIONS of an endpoint", 405, "method_not_allowed", "OPTIONS /caption/generate HTTP/1.1¶\(host)¶"),
        text("GET of an upload endpoint", 405, "method_not_allowed", "GET /caption/generate HTTP/1.1¶\(host)¶"),
        text("POST to a page", 405, "method_not_allowed", "POST /health HTTP/1.1¶\(host)Content-Length: 3¶¶abc"),
        text("a key of control characters", 400, malformed, "GET /health HTTP/1.1¶\(host)X-API-Key: \u{1}¶¶"),
        text(
            "an upgrade to another protocol", 200, nil,
            "GET /health/live HTTP/1.1¶Host: localhost¶Connection: upgrade¶Upgrade: h2c¶¶"
        ),
        text("HTTP/1.0 without a Host", 200, nil, "GET /health/live HTTP/1.0¶¶"),
    ]

    /// What a page elsewhere can make a browser send, and what reaches the wrong server.
    static let strangers: [BadRequest] = [
        text("a rebound host", 421, misdirected, "GET /health/live HTTP/1.1¶Host: evil.example¶Connection: close¶¶"),
        text(
            "a rebound host with a port", 421, misdirected, "GET / HTTP/1.1¶Host: evil.example:80¶Connection: close¶¶"),
        text(
            "a rebound host and an unknown path", 421, misdirected,
            "GET /nothing HTTP/1.1¶Host: evil.example¶Connection: close¶¶"),
        text(
            "a host that begins with localhost", 421, misdirected,
            "GET / HTTP/1.1¶Host: localhost.evil.example¶Connection: close¶¶"),
        text("a host that looks like an address", 421, misdirected, "GET / HTTP/1.1¶Host: 127.1¶Connection: close¶¶"),
        text(
            "an absolute target on another server", 404, "not_found", "GET http://example.com/nothing HTTP/1.1¶\(host)¶"
        ),
        text(
            "a rebound host with X-Forwarded-Host", 421, misdirected,
            "GET / HTTP/1.1¶Host: evil.example¶X-Forwarded-Host: localhost¶Connection: close¶¶"),
        text(
            "a picture from another origin", 403, "origin_not_allowed",
            upload("Origin: https://evil.example¶Content-Length: 0¶")),
        text(
            "a picture from the origin null", 403, "origin_not_allowed", upload("Origin: null¶Content-Length: 0¶")),
        text(
            "a picture from another port", 403, "origin_not_allowed",
            upload("Origin: http://localhost:1¶Content-Length: 0¶")),
        text(
            "a picture with Sec-Fetch-Site: cross-site", 403, "origin_not_allowed",
            upload("Sec-Fetch-Site: cross-site¶Content-Length: 0¶")),
        text(
            "a plain-text list from another origin", 403, "origin_not_allowed",
            "POST /songs/import HTTP/1.1¶\(host)Origin: https://evil.example¶Content-Type: text/plain¶"
                + "Content-Length: 5¶¶title"),
        text("an unknown query parameter", 422, "unknown_field", "GET /model/info?verbose=1 HTTP/1.1¶\(host)¶"),
        text(
            "an option as a query parameter", 422, "unknown_field",
            "POST /caption/generate?num_beams=3 HTTP/1.1¶\(host)Content-Length: 0¶¶"),
    ]

    private static let misdirected = "host_not_allowed"

    /// Bodies whose chunks make no sense.
    static let chunks: [BadRequest] = [
        text("a chunk size that is not a number", 400, malformed, chunked("xyz¶abc¶0¶¶")),
        text("a chunk size beyond 64 bits", 400, malformed, chunked("fffffffffffffffff¶abc¶0¶¶")),
        text("a negative chunk", 400, malformed, chunked("-3¶abc¶0¶¶")),
        text("a chunk longer than it says", 400, malformed, chunked("1¶abc¶0¶¶")),
        text("a chunk without a line break", 400, malformed, chunked("3¶abc0¶¶")),
        text("no chunks at all", 400, "truncated_upload", chunked("0¶¶")),
        text("endless trailers", 400, malformed, chunked("0¶" + String(repeating: "X: y¶", count: 300) + "¶")),
    ]

    /// Clients that do not stay to the end.
    static let departures: [BadRequest] = [
        BadRequest("disconnects before sending anything", 0, nil, then: .dies) { [] },
        BadRequest("disconnects within the head", 0, nil, then: .dies) { Array("POST /caption/gen".utf8) },
        BadRequest("disconnects within the body", 0, nil, then: .dies) { post(try Form.sound().closed, length: 5_000) },
        BadRequest("disconnects before the answer", 0, nil, then: .dies) { post(try Form.sound().closed) },
        BadRequest("half-closes within the head", 400, malformed, then: .halfCloses) {
            Array("POST /caption/gen".utf8)
        },
        BadRequest("half-closes within the body", 400, "truncated_upload", then: .halfCloses) {
            post(try Form.sound().bytes, length: 5_000)
        },
        BadRequest("half-closes within a chunk", 400, "truncated_upload", then: .halfCloses) {
            Array(chunked("ff¶abc").replacing("¶", with: "\r\n").utf8)
        },
        BadRequest("stalls within the body", 408, "slow_upload") { post(try Form.sound().bytes, length: 5_000) },
        BadRequest("stalls before the body", 408, "slow_upload") { post([], length: 5_000) },
    ]

    private static func long(_ count: Int) -> String { String(repeating: "a", count: count) }

    private static func upload(_ headers: String) -> String {
        "POST /caption/generate HTTP/1.1¶\(host)Content-Type: \(Form.contentType)¶\(headers)¶"
    }

    private static func chunked(_ body: String) -> String { upload("Transfer-Encoding: chunked¶") + body }
}
