import HTTPTypes
import Hummingbird

/// Gives each request its id, which every answer carries: a preflight's, too, which no other layer sees.
struct RequestIDMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.identify(as: RequestIDs.identify(request.headers))
        var response = try await next(request, context)
        response.headers[.requestID] = context.requestID
        return response
    }
}
