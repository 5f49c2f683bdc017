import Hummingbird
import Pipeline

/// The answer of `GET /`.
private struct IndexAnswer: Encodable {
    let message: String
    let version: String
    let status: String
    /// What each call answers with, by method and path.
    let endpoints: [String: String]
}

extension CaptionServer {
    func index() async throws -> Response {
        let list = endpoints.map { ("\($0.method.rawValue) \($0.path)", $0.summary) }
        return try .json(
            IndexAnswer(
                message: "\(Release.name): send a picture to POST /caption/generate and get a caption",
                version: Release.version, status: await status(),
                endpoints: Dictionary(list, uniquingKeysWith: { first, _ in first })))
    }
}
