import HTTPTypes
import Hummingbird

/// Tells browsers to take every answer for what it says it is, and what a page of this server may do.
struct SecurityHeadersMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    /// Everything comes from this server; pictures may also be those that the user has just chosen.
    static let contentSecurityPolicy =
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        + "form-action 'self'; frame-ancestors 'none'"

    private static let forPages: HTTPFields = [
        .contentSecurityPolicy: contentSecurityPolicy,
        .referrerPolicy: "no-referrer",
        .xFrameOptions: "DENY",
        .permissionsPolicy: "camera=(self), microphone=(), geolocation=()",
        .crossOriginOpenerPolicy: "same-origin",
    ]

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.xContentTypeOptions] = "nosniff"
        // No page elsewhere can have an answer loaded as its picture or script; what CORS allows it may still fetch.
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        guard response.headers[.contentType]?.hasPrefix("text/html") == true else { return response }
        // A page that says something stricter of itself is believed.
        for field in Self.forPages where !response.headers.contains(field.name) { response.headers.append(field) }
        return response
    }
}

extension HTTPField.Name {
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let xFrameOptions = HTTPField.Name("X-Frame-Options")!
    static let permissionsPolicy = HTTPField.Name("Permissions-Policy")!
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
}
