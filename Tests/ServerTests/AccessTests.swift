import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOEmbedded
import Serving
import StandIns
import Testing

@testable import Server

@Suite("Keys, rates, origins and security headers", .heavy)
struct AccessTests {
    private func server(_ adjust: @escaping @Sendable (inout ServerConfiguration) -> Void) -> TestServer {
        var server = TestServer()
        server.adjust = adjust
        return server
    }

    // Keys ------------------------------------------------------------------------------------------------------

    @Test(
        "Refuses requests without a valid key if keys are set", arguments: Route.allCases,
        [
            (nil, nil, 401, "key_missing"), ("Bearer ", nil, 401, "key_missing"),
            ("Basic c2VjcmV0Og==", nil, 401, "key_missing"), (nil, "", 401, "key_missing"),
            ("Bearer wrong", nil, 403, "key_not_accepted"), (nil, "Secret", 403, "key_not_accepted"),
            ("Bearer secret secret", "secre", 403, "key_not_accepted"), (nil, "secret, other", 403, "key_not_accepted"),
        ] as [(String?, String?, Int, String)])
    func refusesKeys(route: Route, case: (authorization: String?, header: String?, status: Int, code: String))
        async throws
    {
        try await server { $0.apiKeys = ["secret", "other"] }.run(route) { client in
            var headers = HTTPFields()
            headers[.authorization] = `case`.authorization
            headers[.apiKey] = `case`.header
            let response = try await client.execute(uri: "/model/info", method: .get, headers: headers)
            try response.expectProblem(`case`.status, `case`.code)
            #expect((response.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true) == (`case`.status == 401))
        }
    }

    @Test(
        "Accepts each key in either header",
        arguments: [
            (HTTPField.Name.authorization, "Bearer secret"), (.authorization, "bearer other"), (.apiKey, "secret"),
            (.apiKey, "other"),
        ])
    func acceptsKeys(name: HTTPField.Name, value: String) async throws {
        let server = server { $0.apiKeys = ["secret", "other"] }
        try await server.run(.router) { client in
            let response = try await client.execute(uri: "/model/info", method: .get, headers: [name: value])
            #expect(response.status == .ok)
        }
        #expect(!server.journal.all.contains { $0.contains("secret") || $0.contains("other") })
    }

    @Test(
        "Health and the page's files need no key; everything else does",
        arguments: [
            ("/", HTTPRequest.Method.get, false), ("/", .head, false), ("/health", .get, false),
            ("/health/live", .get, false), ("/health/", .get, true), ("/model/info", .get, true),
            ("/caption/generate", .post, true), ("/", .post, true), ("/nothing", .get, true),
            ("/nothing.js", .get, true), ("//health", .get, true),
        ])
    func openPaths(path: String, method: HTTPRequest.Method, wantsKey: Bool) async throws {
        try await server { $0.apiKeys = ["secret"] }.run(.router) { client in
            let response = try await client.execute(uri: path, method: method)
            #expect((response.status == .unauthorized) == wantsKey)
        }
    }

    @Test(
        "The page's files and the description are open, its endpoints are not",
        arguments: [
            ("/app.js", true), ("/icons/a.svg", true), ("/openapi.json", true), ("/docs", true), ("/metrics", false),
            ("/model.v2/info", false),
        ])
    func openEndpoints(path: String, isOpen: Bool) {
        #expect(Endpoint(.get, path, "") { _, _ in .init(status: .ok) }.isOpen == isOpen)
        #expect(!Endpoint(.post, path, "") { _, _ in .init(status: .ok) }.isOpen)
    }

    // Rates -----------------------------------------------------------------------------------------------------

    @Test(
        "Over the rate limit a client gets 429 and when to retry; health and page files are not limited",
        arguments: Route.allCases)
    func rateLimit(route: Route) async throws {
        try await server { $0.rateLimit = 3 }.run(route) { client in
            for remaining in ["2", "1", "0"] {
                let response = try await client.execute(uri: "/model/info", method: .get)
                #expect(response.status == .ok)
                #expect(response.headers[.rateLimit] == "3")
                #expect(response.headers[.rateLimitRemaining] == remaining)
                #expect(Int(response.headers[.rateLimitReset] ?? "") != nil)
            }
            let refused = try await client.execute(uri: "/model/info", method: .get)
            try refused.expectProblem(429, "rate_limited")
            #expect((1...20).contains(Int(refused.headers[.retryAfter] ?? "") ?? 0))
            #expect(refused.headers[.rateLimitRemaining] == "0")
            for path in ["/health", "/health/live", "/web/app.js"] {
                #expect(try await client.execute(uri: path, method: .get).status == .ok)
            }
        }
    }

    @Test("Error answers carry the remaining rate, also a refused key")
    func rateOfProblems() async throws {
        let server = server {
            $0.rateLimit = 3
            $0.apiKeys = ["secret"]
        }
        try await server.run(.router) { client in
            let missing = try await client.execute(uri: "/nothing", method: .get, headers: [.apiKey: "secret"])
            try missing.expectProblem(404, "not_found")
            let refused = try await client.execute(uri: "/model/info", method: .get)
            try refused.expectProblem(401, "key_missing")
            for response in [missing, refused] {
                #expect(response.headers[values: .rateLimit] == ["3"])
                #expect(response.headers[values: .rateLimitRemaining] == ["2"])
                #expect(response.headers[.rateLimitReset] != nil)
            }
        }
    }

    @Test("Each key has its own rate; wrong keys share that of their address")
    func ratePerKey() async throws {
        let server = server {
            $0.rateLimit = 1
            $0.apiKeys = ["first", "second"]
        }
        try await server.run(.router) { client in
            func status(_ key: String) async throws -> Int {
                try await client.execute(uri: "/model/info", method: .get, headers: [.apiKey: key]).status.code
            }
            for (key, expected) in [
                ("first", 200), ("second", 200), ("first", 429), ("guess", 403), ("another guess", 429),
            ] {
                let answered = try await status(key)
                #expect(answered == expected)
            }
        }
    }

    // Origins ---------------------------------------------------------------------------------------------------

    @Test("Answers a preflight for every path, without a key, to allowed origins only")
    func preflight() async throws {
        let server = server {
            $0.corsOrigins = ["https://a.example", "http://b.example:81"]
            $0.apiKeys = ["secret"]
        }
        try await server.run(.router) { client in
            func ask(_ origin: String) async throws -> TestResponse {
                try await client.execute(
                    uri: "/caption/generate", method: .options,
                    headers: [.origin: origin, .accessControlRequestMethod: "POST"])
            }
            let allowed = try await ask("http://b.example:81")
            #expect(allowed.status == .noContent)
            #expect(allowed.headers[.accessControlAllowOrigin] == "http://b.example:81")
            #expect(allowed.headers[.accessControlAllowMethods]?.contains("POST") == true)
            #expect(allowed.headers[.accessControlAllowHeaders]?.contains("X-API-Key") == true)
            #expect(allowed.headers[.accessControlMaxAge] == "3600")
            #expect(allowed.headers[.vary] == "Origin")
            #expect(allowed.headers[.requestID]?.isEmpty == false)
            for origin in ["https://b.example", "null", "https://a.example.org", "https://A.example"] {
                let refused = try await ask(origin)
                #expect(refused.status == .noContent)
                #expect(refused.headers[.accessControlAllowOrigin] == nil)
                #expect(refused.headers[.accessControlAllowMethods] == nil)
                #expect(refused.headers[.vary] == "Origin")
            }
        }
    }

    @Test("Answers and refusals both carry CORS headers", arguments: Route.allCases)
    func origins(route: Route) async throws {
        try await server { $0.corsOrigins = ["*"] }.run(route) { client in
            for path in ["/model/info", "/nothing", "/caption/generate"] {
                let response = try await client.execute(uri: path, method: .get, headers: [.origin: "https://any"])
                #expect(response.headers[.accessControlAllowOrigin] == "*")
                #expect(response.headers[.accessControlExposeHeaders]?.contains("X-Request-ID") == true)
                #expect(response.headers[.accessControlExposeHeaders]?.contains("Retry-After") == true)
                #expect(response.headers[.vary]?.contains("Origin") != true)
            }
            let plain = try await client.execute(uri: "/model/info", method: .get)
            #expect(plain.headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test("OPTIONS without preflight headers gets 405")
    func plainOptions() async throws {
        try await TestServer().run(.router) { client in
            let response = try await client.execute(uri: "/health", method: .options, headers: [.origin: "https://a"])
            try response.expectProblem(405, "method_not_allowed")
            #expect(response.headers[.allow] == "GET, HEAD")
        }
    }

    // Security headers ------------------------------------------------------------------------------------------

    @Test(
        "Every answer forbids MIME sniffing and use by other sites",
        arguments: ["/", "/health", "/nothing", "/caption/generate"])
    func contentType(path: String) async throws {
        try await TestServer().run(.router) { client in
            let response = try await client.execute(uri: path, method: .get)
            #expect(response.headers[.xContentTypeOptions] == "nosniff")
            #expect(response.headers[.crossOriginResourcePolicy] == "same-origin")
        }
    }

    @Test("A page may load from this server only, may not be framed, and may use the camera")
    func pages() async throws {
        func headers(_ own: HTTPFields) async throws -> HTTPFields {
            let context = ServerContext(
                source: .init(channel: EmbeddedChannel(), logger: Logger(label: "test")))
            let request = Request(
                head: .init(method: .get, scheme: nil, authority: nil, path: "/"),
                body: .init(buffer: ByteBuffer()))
            return try await SecurityHeadersMiddleware().handle(request, context: context) { _, _ in
                Response(status: .ok, headers: own)
            }.headers
        }
        let page = try await headers([.contentType: "text/html; charset=utf-8"])
        let policy = try #require(page[.contentSecurityPolicy])
        for rule in ["default-src 'self'", "img-src 'self' blob: data:", "frame-ancestors 'none'"] {
            #expect(policy.contains(rule))
        }
        #expect(!policy.contains("unsafe") && !policy.contains("http"))
        #expect(page[.xFrameOptions] == "DENY")
        #expect(page[.referrerPolicy] == "no-referrer")
        #expect(page[.permissionsPolicy]?.contains("camera=(self)") == true)

        let own = try await headers([.contentType: "text/html", .contentSecurityPolicy: "default-src 'none'"])
        #expect(own[.contentSecurityPolicy] == "default-src 'none'")
        #expect(own[.xFrameOptions] == "DENY")
        #expect(try await headers([.contentType: "application/json"])[.contentSecurityPolicy] == nil)
    }
}
