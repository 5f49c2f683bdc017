import Foundation
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
    /// The names that its query may have.
    let query: Set<String>
    /// The most bytes that its body may have; 0 for a call without one.
    let maxBodyBytes: Int
    /// Whether the call changes what this server keeps.
    let changesState: Bool
    private let respond: @Sendable (Request, ServerContext) async throws -> Response

    /// Whether anyone may call it, also where the server wants keys: health, and what a browser needs to show the page.
    /// The page's calls carry the key, so that its files need none; they are the paths with an extension.
    var isOpen: Bool {
        method == .get && (Self.openPaths.contains(path) || path.split(separator: "/").last?.contains(".") == true)
    }

    private static let openPaths: Set = ["/", "/health", "/health/live", "/docs"]

    /// Whether a request's target asks how the server is.
    static func isHealth(_ target: String) -> Bool {
        let path = target.prefix { $0 != "?" }
        return path == "/health" || path.hasPrefix("/health/")
    }

    init(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, form: Form.Layout? = nil,
        query: Set<String> = [], maxBodyBytes: Int = 0, changesState: Bool = false,
        respond: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.form = form
        self.query = query
        self.changesState = changesState
        self.maxBodyBytes = form?.maxBodyBytes ?? maxBodyBytes
        self.respond = respond
    }

    /// Answers a request, once what is said of its body and asked in its query is sound.
    ///
    /// - Parameter isStrict: whether a query with an unknown name is refused. What anyone may get takes any query: probes
    ///   and links have all sorts of them.
    func answer(_ request: Request, _ context: ServerContext, isStrict: Bool) async throws -> Response {
        if maxBodyBytes > 0 { try request.checkBody() }
        if !isOpen { try checkQuery(of: request, isStrict: isStrict) }
        return try await respond(request, context)
    }

    private func checkQuery(of request: Request, isStrict: Bool) throws(ServerError) {
        var seen: Set<String> = []
        for (key, _) in request.uri.queryParameters {
            let name = String(key)
            guard query.contains(name) else {
                guard isStrict else { continue }
                if let form, form.textFields.contains(name) {
                    throw ServerError(
                        .unknownField, "\(name) is a field of the form, not a parameter. Send it as -F \"\(name)=…\".")
                }
                throw FieldNames(known: query, kind: .parameter).refusal(of: name)
            }
            guard seen.insert(name).inserted else {
                throw ServerError(.duplicateField, "The query has more than one \(name). Send one.")
            }
        }
    }
}

extension Request {
    /// Refuses a body of which it is said twice what it is, or that is compressed.
    fileprivate func checkBody() throws(ServerError) {
        guard headers[values: .contentType].count <= 1 else {
            throw ServerError(.malformedRequest, "The request has more than one Content-Type. Send exactly one.")
        }
        let codings = headers[values: .contentEncoding].joined(separator: ",").lowercased().split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && $0 != "identity" }
        guard codings.isEmpty else {
            let shown = AccessEntry.shortened(codings.joined(separator: ", "), to: 40)
            throw ServerError(
                .unsupportedContentEncoding,
                "The body's Content-Encoding is \(shown), which is not taken. Send the body as it is, uncompressed.",
                headers: [.acceptEncoding: "identity"])
        }
    }
}
