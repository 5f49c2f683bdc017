import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Serving
import StandIns
import Testing

@testable import Server

@Suite("The page", .heavy)
struct PageTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/Service/Server/Web")

    @Test(
        "GET / returns the page to clients that prefer HTML",
        arguments: [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", true),
            ("text/html", true), ("TEXT/HTML;q=0.4, */*;q=0.3", true), ("text/html, */*", true),
            ("application/json;q=0.5, text/html", true),
            (nil, false), ("*/*", false), ("application/json", false), ("text/html;q=0, */*", false),
            ("application/json, text/html", false), ("application/json, text/html;q=0.9", false), ("", false),
            (";;;,,q=1", false), ("text/html;q=wrong", false), ("text/plain", false),
        ])
    func preference(accept: String?, isPage: Bool) async throws {
        try await TestServer().run(.router) { client in
            var headers = HTTPFields()
            headers[.accept] = accept
            let response = try await client.execute(uri: "/", method: .get, headers: headers)
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == (isPage ? "text/html; charset=utf-8" : "application/json"))
            #expect(response.headers[.vary] == "Accept")
            #expect(String(buffer: response.body).hasPrefix(isPage ? "<!doctype html>" : "{"))
        }
    }

    @Test("Every file of the Web folder is embedded unchanged")
    func embedded() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(names) == Set(WebFile.all.keys))
        for name in names where name != "openapi.json" {
            let content = try Data(contentsOf: Self.folder.appending(path: name))
            #expect(WebFile.all[name]?.content == ByteBuffer(bytes: content), "\(name)")
        }
    }

    @Test(
        "Files have a media type and an ETag; If-None-Match gets 304",
        arguments: Route.allCases
    )
    func files(route: Route) async throws {
        try await TestServer().run(route) { client in
            let types = [
                "/web/app.js": "text/javascript; charset=utf-8", "/web/style.css": "text/css; charset=utf-8",
                "/web/icon.svg": "image/svg+xml", "/web/icon-192.png": "image/png",
                "/manifest.webmanifest": "application/manifest+json", "/docs": "text/html; charset=utf-8",
                "/service-worker.js": "text/javascript; charset=utf-8", "/openapi.json": "application/json",
            ]
            for (path, type) in types {
                let response = try await client.execute(uri: path, method: .get)
                #expect(response.status == .ok, "\(path)")
                #expect(response.headers[.contentType] == type, "\(path)")
                #expect(response.headers[.cacheControl] == "no-cache")
                let tag = try #require(response.headers[.eTag])
                #expect(response.body.readableBytes > 100)

                let head = try await client.execute(uri: path, method: .head)
                #expect(head.status == .ok)
                #expect(head.headers[.eTag] == tag)
                #expect(head.body.readableBytes == 0)

                for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                    let again = try await client.execute(uri: path, method: .get, headers: [.ifNoneMatch: known])
                    #expect(again.status == .notModified, "\(known)")
                    #expect(again.headers[.eTag] == tag)
                    #expect(again.body.readableBytes == 0)
                }
                let other = try await client.execute(uri: path, method: .get, headers: [.ifNoneMatch: "\"other\""])
                #expect(other.status == .ok)
            }
            try await client.execute(uri: "/web/index.html", method: .get).expectProblem(404, "not_found")
            try await client.execute(uri: "/web/app.js", method: .post).expectProblem(405, "method_not_allowed")
        }
    }

    @Test("/docs/ redirects to /docs, so that its relative links work")
    func slash() async throws {
        try await TestServer().run(.router) { client in
            let response = try await client.execute(uri: "/docs/", method: .get)
            #expect(response.status == .permanentRedirect)
            #expect(response.headers[.location] == "../docs")
        }
    }

    @Test("No page has inline scripts, inline styles or absolute addresses", arguments: ["index", "docs"])
    func strictness(page: String) throws {
        let html = String(buffer: try #require(WebFile.all["\(page).html"]).content)
        #expect(!html.contains("<style") && !html.contains("style=") && !html.contains("onclick"))
        #expect(!html.contains("://"))
        for script in html.matches(of: /<script[^>]*>([^<]*)</) { #expect(script.1.isEmpty) }
    }

    @Test("Every file that pages, styles and scripts refer to exists")
    func references() throws {
        let server = CaptionServer.forTables
        let paths = Set((server.endpoints + server.webFiles).map(\.path))
        for (name, file) in WebFile.all where !name.hasSuffix(".png") && name != "openapi.json" {
            let text = String(buffer: file.content)
            // Names of files that somebody saves or pastes.
            let others = ["captions.json", "image.png"]
            for match in text.matches(of: /["']((?:web\/)?[a-z0-9-]+\.(?:js|css|svg|png|json|webmanifest))["']/)
            where !others.contains(String(match.1)) {
                #expect(paths.contains("/\(match.1)"), "\(name) refers to \(match.1)")
            }
            // A proxy may have put all of it below a path.
            let absolute = text.firstMatch(
                of: /(?:href|src|url|id|scope)"?[=:] ?["'`]\/|fetch\(["'`]\/|["'`]\/(?:web|songs|caption|docs)/)
            #expect(absolute == nil, "\(name) has an address that does not depend on its own")
            for match in text.matches(of: /from '\.\/([a-z.]+)'/) {
                #expect(paths.contains("/web/\(match.1)"), "\(name) imports \(match.1)")
            }
        }
    }

    @Test("The service worker caches every module of the page")
    func shell() throws {
        func text(_ name: String) throws -> String { String(buffer: try #require(WebFile.all[name]).content) }
        var modules: Set = ["app.js"]
        var open = modules
        while let name = open.popFirst() {
            let imported = Set(try text(name).matches(of: /from '\.\/([a-z.]+)'/).map { String($0.1) })
            open.formUnion(imported.subtracting(modules))
            modules.formUnion(imported)
        }
        let worker = try text("service-worker.js")
        for module in modules { #expect(worker.contains("'web/\(module)'"), "\(module)") }
        #expect(modules.count > 5)
    }
}
