import HTTPTypes
import Hummingbird
import Logging

/// The outermost layer: gives each request its id, and turns every error into a problem document and a log line.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    /// Which methods each path has, for the difference between 404 and 405.
    let methods: [String: [HTTPRequest.Method]]

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.identify(as: RequestIDs.identify(request.headers))
        var response: Response
        do {
            response = try await next(request, context)
            context.logger.debug(
                "Answered", metadata: line(for: request, status: response.status))
        } catch {
            let error = refine(error, request: request)
            let answer = ErrorAnswer(error)
            report(error, answer: answer, request: request, logger: context.logger)
            response = try answer.response(requestID: context.requestID)
        }
        response.headers[.requestID] = context.requestID
        return response
    }

    /// The router knows only "not found"; this says whether it was the path or the method, and what there is instead.
    private func refine(_ error: any Error, request: Request) -> any Error {
        guard let error = error as? HTTPError, error.status == .notFound else { return error }
        var path = request.uri.path
        if path.hasSuffix("/"), path != "/" { path.removeLast() }  // as the router reads it
        guard let allowed = methods[path] else {
            return ServerError(.notFound, "There is nothing at this path. GET / lists what there is.")
        }
        let list = allowed.map(\.rawValue).joined(separator: ", ")
        return ServerError(.methodNotAllowed, "This path takes \(list) only.", headers: [.allow: list])
    }

    private func report(_ error: any Error, answer: ErrorAnswer, request: Request, logger: Logger) {
        let level: Logger.Level =
            switch answer.status.code {
            case 503, 504: .warning
            case 500...: .error
            default: .info
            }
        var metadata = line(for: request, status: answer.status)
        metadata["code"] = "\(answer.code)"
        metadata["error"] = "\(error)"
        logger.log(level: level, "Refused or failed", metadata: metadata)
    }

    private func line(for request: Request, status: HTTPResponse.Status) -> Logger.Metadata {
        [
            "method": "\(request.method.rawValue)", "path": "\(request.uri.path)",
            "status": .stringConvertible(status.code),
        ]
    }
}
