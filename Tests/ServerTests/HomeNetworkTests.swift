import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOEmbedded
import Serving
import Settings
import StandIns
import Testing

@testable import Server

/// What a page elsewhere may make a browser do that is on the same network as the server.
@Suite("Home network", .heavy)
struct HomeNetworkTests {
    // Names of hosts --------------------------------------------------------------------------------------------

    @Test(
        "Accepts addresses, localhost and the machine's own names as Host, and no others",
        arguments: [
            ("localhost", true), ("localhost:8000", true), ("LOCALHOST.", true), ("app.localhost", true),
            ("127.0.0.1:8000", true), ("192.168.1.5", true), ("[::1]:8000", true), ("[fe80::1]", true),
            ("nas", true), ("NAS:8000", true), ("nas.local", true), ("nas.fritz.box", true),
            ("evil.example", false), ("evil.example:8000", false), ("localhost.evil.example", false),
            ("nas.evil.example", false), ("evillocalhost", false), ("127.0.0.1.evil.example", false), ("127.1", false),
            ("2130706433", false), ("0x7f000001", false), ("::1", false), ("[evil.example]", false), ("", false),
            ("other", false), ("local", false),
        ])
    func ownNames(authority: String, isAllowed: Bool) {
        let hosts = AllowedHosts([], machine: MachineNames("NAS.fritz.box"))
        #expect(hosts.allows(authority) == isAllowed)
    }

    @Test(
        "ALLOWED_HOSTS adds names, domains or any host",
        arguments: [
            (["music.example"], "music.example", true), (["music.example"], "Music.Example.:81", true),
            (["music.example"], "a.music.example", false), ([".example"], "example", true),
            ([".example"], "a.b.example", true), ([".example"], "myexample", false), (["*"], "anything.at.all", true),
        ])
    func listedNames(list: [String], authority: String, isAllowed: Bool) {
        #expect(AllowedHosts(list, machine: MachineNames("nas")).allows(authority) == isAllowed)
    }

    @Test("Returns 421 for another host, and says what to do")
    func rebinding() async throws {
        try await TestServer().run(.live) { client in
            for method in [HTTPRequest.Method.get, .post] {
                let response = try await client.execute(
                    uri: "/songs", method: method, headers: [HTTPField.Name("Host")!: "evil.example:8000"])
                let detail = try response.expectProblem(421, "host_not_allowed")
                #expect(detail.contains("\"evil.example\"") && detail.contains("ALLOWED_HOSTS"))
            }
        }
    }

    // Origins of pages ------------------------------------------------------------------------------------------

    @Test(
        "Tells a request's origin by Origin, Sec-Fetch-Site and Host",
        arguments: [
            // Origin, Sec-Fetch-Site, Host
            (nil, nil, "nas:8000", PageOrigin.none), (nil, "none", "nas:8000", .none),
            (nil, "same-origin", "nas:8000", .own), (nil, "cross-site", "nas:8000", .foreign),
            (nil, "same-site", "nas:8000", .foreign), ("http://nas:8000", nil, "nas:8000", .own),
            ("http://NAS:8000", nil, "nas:8000", .own), ("http://nas:8000", "same-origin", "nas:8000", .own),
            ("http://nas", nil, "nas", .own), ("http://nas", nil, "nas:80", .own), ("https://nas", nil, "nas", .own),
            ("https://nas", nil, "nas:443", .own), ("http://[::1]:8000", nil, "[::1]:8000", .own),
            ("https://music.example", "same-origin", "127.0.0.1:8000", .own),
            ("http://nas:9000", nil, "nas:8000", .foreign), ("http://nas", nil, "nas:8000", .foreign),
            ("http://nas:8000", nil, "nas", .foreign), ("http://nas:8000", "same-site", "nas:8000", .foreign),
            ("https://evil.example", nil, "nas:8000", .foreign), ("null", nil, "nas:8000", .foreign),
            ("", nil, "nas:8000", .foreign), ("file://", nil, "nas:8000", .foreign),
            ("http://nas:8000, https://evil.example", nil, "nas:8000", .foreign),
            ("http://nas:8000.evil.example", nil, "nas:8000", .foreign),
            ("https://friend.example", nil, "nas:8000", .listed),
            ("https://friend.example", "cross-site", "nas:8000", .listed),
        ] as [(String?, String?, String, PageOrigin)])
    func origins(origin: String?, site: String?, host: String, expected: PageOrigin) {
        var request = HTTPRequest(method: .post, scheme: "http", authority: host, path: "/songs/import")
        request.headerFields[.origin] = origin
        request.headerFields[.secFetchSite] = site
        #expect(PageOrigin(of: request, listed: AllowedOrigins(["https://friend.example", "*"])) == expected)
    }

    private enum Caller: CaseIterable, CustomTestStringConvertible {
        case program, ownPage, foreignPage, listedPage, foreignPageWithKey

        var headers: HTTPFields {
            switch self {
            case .program: [:]
            case .ownPage: [.origin: "http://localhost"]
            case .foreignPage: [.origin: "https://evil.example"]
            case .listedPage: [.origin: "https://friend.example"]
            case .foreignPageWithKey: [.origin: "https://evil.example", .apiKey: "0123456789abcdef"]
            }
        }
        var testDescription: String { "\(self)" }
    }

    /// Whether a request is let pass, and whether its answer may name files.
    private func outcome(
        _ caller: Caller, _ method: HTTPRequest.Method, _ path: String, origins: [String]
    ) async throws -> (passes: Bool, showsPaths: Bool) {
        var context = ServerContext(source: .init(channel: EmbeddedChannel(), logger: Logger(label: "test")))
        if caller == .foreignPageWithKey { context.keyNumber = 0 }
        let request = Request(
            head: .init(
                method: method, scheme: "http", authority: "localhost", path: path, headerFields: caller.headers),
            body: .init(buffer: ByteBuffer()))
        let middleware = OriginMiddleware(origins: AllowedOrigins(origins), changingPaths: ["/songs/import"])
        let seen = Journal()
        do {
            _ = try await middleware.handle(request, context: context) { _, context in
                seen.note("\(context.showsPaths)")
                return Response(status: .ok)
            }
            return (true, seen.all == ["true"])
        } catch let error as ServerError {
            #expect(error.code == .originNotAllowed)
            return (false, false)
        }
    }

    @Test("Pages of other origins may read only, unless they are listed", arguments: Caller.allCases)
    private func writing(caller: Caller) async throws {
        let listed = ["https://friend.example"]
        for path in ["/songs/import", "/songs/import/", "/caption/generate", "/songs/match", "/nothing"] {
            for method in [HTTPRequest.Method.post, .put, .delete] {
                let isFine = try await outcome(caller, method, path, origins: listed).passes
                #expect(isFine == (caller != .foreignPage), "\(method) \(path)")
            }
            #expect(try await outcome(caller, .get, path, origins: listed).passes)
            // With * in the list a page of any origin may ask for captions, but still not change anything.
            let isFine = try await outcome(caller, .post, path, origins: listed + ["*"]).passes
            #expect(isFine == (caller != .foreignPage || !path.hasPrefix("/songs/import")), "\(path)")
        }
    }

    @Test("Only the server's own page and clients with a key see file paths", arguments: Caller.allCases)
    private func paths(caller: Caller) async throws {
        for origins in [[], ["*"], ["https://friend.example"]] {
            let sees = try await outcome(caller, .get, "/songs", origins: origins).showsPaths
            #expect(sees == (caller == .ownPage || caller == .foreignPageWithKey))
        }
    }

    @Test("By default pages of other origins may neither read answers nor post forms", arguments: Route.allCases)
    func defaults(route: Route) async throws {
        try await TestServer().run(route) { client in
            let evil: HTTPFields = [.origin: "https://evil.example"]
            let read = try await client.execute(uri: "/songs", method: .get, headers: evil)
            #expect(read.headers[.accessControlAllowOrigin] == nil)
            for type in ["text/plain", "text/csv", TestForm.contentType, "application/x-www-form-urlencoded"] {
                var headers = evil
                headers[.contentType] = type
                let write = try await client.execute(
                    uri: "/songs/import", method: .post, headers: headers, body: ByteBuffer(string: "title\nx\n"))
                try write.expectProblem(403, "origin_not_allowed")
                #expect(write.headers[.accessControlAllowOrigin] == nil)
            }
            let form = TestForm(image: try fixture("gradient.png")).body
            try await client.caption(form, headers: evil).expectProblem(403, "origin_not_allowed")
            // A phone's page, and a program.
            #expect(try await client.caption(form, headers: [.secFetchSite: "same-origin"]).status == .ok)
            #expect(try await client.caption(form).status == .ok)
        }
    }

    @Test("Answers and playlists show file paths to the server's own page only")
    func files() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "home-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await TestServer(songs: folder.appending(path: "songs.sqlite").path).run(.router) { client in
            let list = "#EXTM3U\n#EXTINF:1,Zebra - Stripes\n/music/zebra.flac\n"
            let accepted = try await client.execute(
                uri: "/songs/import", method: .post, headers: [.contentType: "audio/x-mpegurl"],
                body: ByteBuffer(string: list))
            let place = try "/songs/" + #require(accepted.headers[.location])
            try await eventually("the import is done") {
                let job = try await client.execute(uri: place, method: .get).object()["job"] as? [String: Any]
                return job?["status"] as? String == "done"
            }
            for (headers, sees) in [
                ([:], false), ([.origin: "https://evil.example"], false), ([.secFetchSite: "same-origin"], true),
            ] as [(HTTPFields, Bool)] {
                let page = try await client.execute(uri: "/songs?query=zebra", method: .get, headers: headers)
                let song = try #require((try page.object()["songs"] as? [[String: Any]])?.first)
                #expect((song["path"] != nil) == sees)
                guard headers[.origin] == nil else { continue }
                var headers = headers
                headers[.contentType] = "application/json"
                let playlist = try await client.execute(
                    uri: "/songs/playlist", method: .post, headers: headers,
                    body: ByteBuffer(string: "{\"ids\": [\(song["id"] ?? 0)]}"))
                #expect(playlist.status == .ok)
                #expect(String(buffer: playlist.body).contains("/music/zebra.flac") == sees)
            }
        }
    }

    // HEAD ------------------------------------------------------------------------------------------------------

    @Test(
        "HEAD never has a body", arguments: Route.allCases,
        [
            ("/health/live", 200), ("/", 200), ("/web/app.js", 200), ("/nothing", 404), ("/caption/generate", 405),
            ("/songs", 401), ("/songs/import/1", 401),
        ])
    func head(route: Route, case: (path: String, status: Int)) async throws {
        var server = TestServer()
        if `case`.status == 401 { server.settings.apiKeys = ["0123456789abcdef"] }
        try await server.run(route) { client in
            let response = try await client.execute(uri: `case`.path, method: .head)
            #expect(response.status.code == `case`.status)
            #expect(response.body.readableBytes == 0)
            #expect(Int(response.headers[.contentLength] ?? "") ?? 0 > 0)
        }
    }
}
