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

    private let origins: Set<String>
    private let allowsAll: Bool

    /// Allows these origins; `*` stands for all.
    init(origins: [String]) {
        self.origins = Set(origins)
        allowsAll = origins.contains("*")
    }

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let isPreflight =
            request.method == .options && request.headers[.origin] != nil
            && request.headers[.accessControlRequestMethod] != nil
        var response = isPreflight ? Response(status: .noContent) : try await next(request, context)
        // What an answer says of one origin must not be handed to another one by a cache between them.
        if !allowsAll, !origins.isEmpty { response.headers.append(HTTPField(name: .vary, value: "Origin")) }
        guard let origin = request.headers[.origin], let allowed = allowedOrigin(for: origin) else { return response }
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

    private func allowedOrigin(for origin: String) -> String? {
        if allowsAll { return "*" }
        return origins.contains(origin) ? origin : nil
    }
}
