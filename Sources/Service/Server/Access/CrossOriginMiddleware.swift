import HTTPTypes
import Hummingbird

/// Tells browsers which other origins' pages may call this server (CORS, in the Fetch standard), on every answer.
///
/// Hummingbird's own takes each `OPTIONS` for a preflight and names what it allows to origins that are not allowed.
struct CrossOriginMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    private static let methods = "GET, HEAD, POST"
    private static let requestHeaders = "Accept, Authorization, Cache-Control, Content-Type, X-API-Key, X-Request-ID"
    private static let exposedHeaders =
        "Retry-After, X-Request-ID, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"
    /// How many seconds a browser may remember a preflight.
    private static let maxAge = "3600"

    let origins: AllowedOrigins

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let isPreflight =
            request.method == .options && request.headers[.origin] != nil
            && request.headers[.accessControlRequestMethod] != nil
        var response = isPreflight ? Response(status: .noContent) : try await next(request, context)
        // What an answer says of one origin must not be handed to another one by a cache between them.
        if !origins.allowsAll, !origins.isEmpty { response.headers.append(HTTPField(name: .vary, value: "Origin")) }
        guard let origin = request.headers[.origin], let allowed = origins.answer(to: origin) else { return response }
        response.headers[.accessControlAllowOrigin] = allowed
        if isPreflight {
            response.headers[.accessControlAllowMethods] = Self.methods
            response.headers[.accessControlAllowHeaders] = Self.requestHeaders
            response.headers[.accessControlMaxAge] = Self.maxAge
        } else {
            response.headers[.accessControlExposeHeaders] = Self.exposedHeaders
        }
        return response
    }
}

/// The origins of CORS_ORIGINS.
struct AllowedOrigins: Sendable {
    private let names: Set<String>
    /// Whether `*` is among them: pages of any origin may then call, but for what changes something here.
    let allowsAll: Bool

    init(_ origins: [String]) {
        names = Set(origins).subtracting(["*"])
        allowsAll = origins.contains("*")
    }

    /// Whether there are none.
    var isEmpty: Bool { names.isEmpty && !allowsAll }

    /// Whether this origin stands there itself.
    func lists(_ origin: String) -> Bool { names.contains(origin) }

    /// What `Access-Control-Allow-Origin` is for a page of this origin; nil where it may not read answers.
    func answer(to origin: String) -> String? {
        if names.contains(origin), !allowsAll { return origin }
        return allowsAll ? "*" : nil
    }
}

/// Where the page comes from that makes a browser send a request.
enum PageOrigin: Equatable, Sendable {
    /// From this server.
    case own
    /// From an origin that CORS_ORIGINS lists by its name.
    case listed
    /// From any other origin, or one that the browser does not tell.
    case foreign
    /// From nowhere: a program asks, or a person who typed the address; or a page asks in a way that no browser tells.
    case none

    /// Reads what browsers say of a request: `Sec-Fetch-Site` (W3C Fetch Metadata) where they trust the network, and
    /// `Origin` with everything that is no plain GET. No page can forge either.
    init(of request: HTTPRequest, listed: AllowedOrigins) {
        let headers = request.headerFields
        let site = headers[.secFetchSite]
        guard site != "same-origin" else {
            self = .own
            return
        }
        guard let origin = headers[.origin] else {
            self = site == nil || site == "none" ? .none : .foreign
            return
        }
        if listed.lists(origin) {
            self = .listed
        } else {
            self = site == nil && Self.isSame(origin, as: request.authority) ? .own : .foreign
        }
    }

    /// Whether an origin is this server. Behind a proxy with TLS its scheme is not known here, so that it does not count;
    /// where `Host` has no port, the origin must have its scheme's own.
    private static func isSame(_ origin: String, as host: String?) -> Bool {
        guard let host, let ownPort = origin.hasPrefix("https://") ? 443 : origin.hasPrefix("http://") ? 80 : nil,
            let start = origin.firstRange(of: "://")?.upperBound
        else { return false }
        let (page, server) = (Authority(origin[start...]), Authority(host))
        return !page.host.isEmpty && page.host == server.host && (page.port ?? ownPort) == (server.port ?? ownPort)
    }
}

/// Keeps pages of other origins from doing anything here but reading, and from seeing where songs lie.
///
/// Without this any page in a browser on the same network could post forms to this server: they need no preflight, and
/// what is posted happens whether the page may read the answer or not.
struct OriginMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let origins: AllowedOrigins
    /// The paths of calls that change what this server keeps.
    let changingPaths: Set<String>

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let origin = PageOrigin(of: request.head, listed: origins)
        // A key is sent on purpose; no browser adds it by itself.
        let hasKey = context.keyNumber != nil
        context.showsPaths = hasKey || origin == .own
        if origin == .foreign, !hasKey, ![.get, .head, .options].contains(request.method) {
            var path = request.uri.path
            if path.count > 1, path.hasSuffix("/") { path.removeLast() }  // as the router reads it
            guard origins.allowsAll, !changingPaths.contains(path) else {
                let name = request.headers[.origin].map { " (\($0.prefix(100)))" } ?? ""
                throw ServerError(
                    .originNotAllowed,
                    "A page of another origin\(name) may not do this. Open this server's own page, or have its operator "
                        + "add that origin to CORS_ORIGINS by its name.")
            }
        }
        return try await next(request, context)
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
