import Hummingbird

/// Refuses who asks too often, by key where one was given, else by address.
struct RateLimitMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let limiter: RateLimiter

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let client = context.keyNumber.map(Client.key) ?? Client(address: context.channel.remoteAddress)
        let headers = try limiter.admit(client, path: request.uri.path)
        context.record.note(headers: headers)
        var response = try await next(request, context)
        response.headers.append(contentsOf: headers)
        return response
    }
}
