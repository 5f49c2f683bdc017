import HTTPTypes
import Hummingbird

extension HTTPField.Name {
    /// The header that carries a key where `Authorization` is taken.
    static let apiKey = HTTPField.Name("X-API-Key")!
}

/// Lets in who has a key, and everyone where there are no keys. Some paths are open to all.
struct APIKeyMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let keys: APIKeys
    /// The paths that anyone may get.
    let openPaths: Set<String>
    /// Refused requests count against the address that they come from, so that keys cannot be guessed at leisure.
    let limiter: RateLimiter?

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard !keys.isEmpty, !isOpen(request) else { return try await next(request, context) }
        var context = context
        do {
            context.keyNumber = try number(in: request.headers)
        } catch {
            if let limiter {
                let client = Client(address: context.channel.remoteAddress)
                context.record.note(headers: try limiter.admit(client, path: request.uri.path))
            }
            throw error
        }
        return try await next(request, context)
    }

    private func isOpen(_ request: Request) -> Bool {
        (request.method == .get || request.method == .head) && openPaths.contains(request.uri.path)
    }

    private func number(in headers: HTTPFields) throws(ServerError) -> Int {
        let advice = "Send one as \"Authorization: Bearer KEY\" or as \"X-API-Key: KEY\"."
        let challenge = HTTPFields([HTTPField(name: .wwwAuthenticate, value: "Bearer realm=\"image-to-song\"")])
        guard let key = Self.bearerToken(headers[.authorization]) ?? headers[.apiKey], !key.isEmpty else {
            throw ServerError(.keyMissing, "This server wants a key. \(advice)", headers: challenge)
        }
        guard let number = keys.number(of: key) else {
            throw ServerError(.keyNotAccepted, "The key is not one that this server takes. Ask its operator for one.")
        }
        return number
    }

    /// The token of `Bearer TOKEN` (RFC 6750 §2.1); the scheme's case does not matter.
    private static func bearerToken(_ text: String?) -> String? {
        guard let words = text?.split(separator: " "), words.count == 2, words[0].lowercased() == "bearer" else {
            return nil
        }
        return String(words[1])
    }
}
