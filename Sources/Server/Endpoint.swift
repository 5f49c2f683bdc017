import HTTPTypes
import Hummingbird

/// One call of the HTTP interface.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    let path: String
    /// What the call answers with, for people.
    let summary: String
    /// The form that the call takes, where it takes one.
    let form: Form.Layout?
    let respond: @Sendable (Request, ServerContext) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, form: Form.Layout? = nil,
        respond: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.form = form
        self.respond = respond
    }
}
