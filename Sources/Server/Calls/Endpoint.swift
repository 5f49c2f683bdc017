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
    /// The most bytes that its body may have; 0 for a call without one.
    let maxBodyBytes: Int
    let respond: @Sendable (Request, ServerContext) async throws -> Response

    /// Whether anyone may call it, also where the server wants keys: health, and what a browser needs to show the page.
    /// The page's calls carry the key, so that its files need none; they are the paths with an extension.
    var isOpen: Bool {
        method == .get && (Self.openPaths.contains(path) || path.split(separator: "/").last?.contains(".") == true)
    }

    private static let openPaths: Set = ["/", "/health", "/health/live", "/docs"]

    init(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, form: Form.Layout? = nil,
        maxBodyBytes: Int = 0,
        respond: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.form = form
        self.maxBodyBytes = form?.maxBodyBytes ?? maxBodyBytes
        self.respond = respond
    }
}
