import HTTPTypes
import Hummingbird
import Settings

/// The answer of `GET /`.
private struct IndexAnswer: Encodable {
    let message: String
    let version: String
    let status: String
    /// What each call answers with, by method and path.
    let endpoints: [String: String]
}

extension CaptionServer {
    /// The page for a browser, the list of calls for a program.
    func index(_ request: Request) async throws -> Response {
        if AcceptHeader(request.headers[.accept]).prefersPage {
            return try webFile("index.html", request, varyingWith: .accept)
        }
        let list = endpoints.map { ("\($0.method.rawValue) \($0.path)", $0.summary) }
        var response = try Response.json(
            IndexAnswer(
                message: "\(Release.name): send a picture to POST /caption/generate and get a caption",
                version: Release.version, status: await status(),
                endpoints: Dictionary(list, uniquingKeysWith: { first, _ in first })))
        response.headers[.vary] = HTTPField.Name.accept.rawName
        return response
    }
}
