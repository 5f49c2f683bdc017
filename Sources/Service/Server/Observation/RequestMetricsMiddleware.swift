import Hummingbird
import NIOCore

/// The outermost layer: sees every request from its head to the end of its answer, counts it, and writes its access line.
struct RequestMetricsMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let metrics: RequestMetrics

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let observation = RequestObservation(of: request, context: context, metrics: metrics)
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            context.record.note(code: nil, error: "\(error)")
            observation.end()
            throw error
        }
        observation.note(status: response.status)
        // The router drops the body of a GET that is asked for its head; those of refusals go here (RFC 9110 §9.3.2).
        if request.method == .head { response = response.createHeadResponse() }
        if let length = response.body.contentLength {
            observation.note(sentBytes: request.method == .head ? 0 : length)
            observation.end()
        } else {
            response.body = watched(response.body, observation, record: context.record)
        }
        return response
    }

    /// A body in pieces, the last of which ends the observation.
    private func watched(_ body: ResponseBody, _ observation: RequestObservation, record: RequestRecord) -> ResponseBody
    {
        ResponseBody { writer in
            defer { observation.end() }
            do {
                try await body.write(CountingWriter(parent: writer, observation: observation))
            } catch {
                record.note(code: nil, error: "The answer broke off: \(error)")
                throw error
            }
        }
    }
}

/// Passes a body on and counts its bytes.
private struct CountingWriter: ResponseBodyWriter {
    var parent: any ResponseBodyWriter
    let observation: RequestObservation

    mutating func write(_ buffer: ByteBuffer) async throws {
        try await parent.write(buffer)
        observation.note(sentBytes: buffer.readableBytes)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await parent.finish(trailingHeaders)
    }
}
