import HTTPTypes
import Hummingbird
import Logging

/// Turns every error into a problem document.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    /// Which methods each path has, for the difference between 404 and 405.
    let methods: [String: [HTTPRequest.Method]]

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let error = refine(error, request: request)
            let answer = ErrorAnswer(error)
            context.report(error, answer: answer)
            var response = try answer.response(requestID: context.requestID)
            for field in context.record.facts.headers where !response.headers.contains(field.name) {
                response.headers.append(field)
            }
            return response
        }
    }

    /// Whether a path such as /songs/{id} stands for another one.
    private static func covers(_ template: String, _ path: String) -> Bool {
        guard template.contains("{") else { return false }
        let (parts, others) = (template.split(separator: "/"), path.split(separator: "/"))
        return parts.count == others.count && zip(parts, others).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }

    /// The router knows only "not found"; this says whether it was the path or the method, and what there is instead.
    private func refine(_ error: any Error, request: Request) -> any Error {
        guard let error = error as? HTTPError, error.status == .notFound else { return error }
        var path = request.uri.path
        if path.hasSuffix("/"), path != "/" { path.removeLast() }  // as the router reads it
        guard let allowed = methods[path] ?? methods.first(where: { Self.covers($0.key, path) })?.value else {
            return ServerError(.notFound, "There is nothing at this path. GET / lists what there is.")
        }
        let list = allowed.map(\.rawValue).joined(separator: ", ")
        return ServerError(.methodNotAllowed, "This path takes \(list) only.", headers: [.allow: list])
    }
}

extension ServerContext {
    /// Tells the access line of an error. One of ours with more to it than its answer says gets a line of its own.
    func report(_ error: any Error, answer: ErrorAnswer) {
        let text = "\(error)"
        guard answer.status.code >= 500, text != answer.detail, !(error is CancellationError) else {
            return record.note(code: answer.code, error: text)
        }
        record.note(code: answer.code, error: nil)
        let level: Logger.Level = answer.status == .internalServerError ? .error : .warning
        logger.log(level: level, "Failed", metadata: ["code": "\(answer.code)", "error": "\(text)"])
    }
}
