import Concurrency
import HTTPTypes
import Hummingbird
import Serving
import Songs

/// An error as a client sees it: a problem document (RFC 9457) with a code and the request's id.
struct Problem: Encodable {
    static let contentType = "application/problem+json"

    /// `about:blank`: the status and ``code`` say what kind of problem it is.
    let type = "about:blank"
    let title: String
    let status: Int
    /// A sentence that says what to do.
    let detail: String
    let code: String
    let requestID: String

    enum CodingKeys: String, CodingKey {
        case type, title, status, detail, code
        case requestID = "request_id"
    }
}

/// The status, the words and the headers of the answer to an error.
struct ErrorAnswer {
    /// After how many seconds a client may ask again.
    static let retryAfter = "5"

    let status: HTTPResponse.Status
    let code: String
    let detail: String
    var headers: HTTPFields = [:]

    /// The answer to any error. One that no table knows is 500, and nothing of its inside is told.
    init(_ error: any Error) {
        switch error {
        case let error as ServerError:
            self.init(status: error.code.status, code: error.code.rawValue, detail: error.message)
            headers = error.headers
        case let error as ServingError:
            self.init(status: error.code.status, code: error.code.rawValue, detail: error.message)
            if let pause = error.retryAfter { headers[.retryAfter] = "\(max(1, Int(pause.inSeconds.rounded(.up))))" }
        case let error as SongsError:
            self.init(status: error.code.status, code: error.code.rawValue, detail: error.message)
        case is CancellationError:
            self.init(ServingError(.cancelled, "The request was given up before its answer was there."))
        case let error as any HTTPResponseError:
            self.init(
                status: error.status, code: "http_\(error.status.code)",
                detail: "The request was refused: \(error.status.reasonPhrase).")
        default:
            self.init(
                status: .internalServerError, code: ServingError.Code.internalFailure.rawValue,
                detail: "Something went wrong here. The log says what, under this request's id.")
        }
        if status == .serviceUnavailable, headers[.retryAfter] == nil { headers[.retryAfter] = Self.retryAfter }
    }

    private init(status: HTTPResponse.Status, code: String, detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    /// The problem document of the answer.
    func problem(requestID: String) -> Problem {
        Problem(title: status.reasonPhrase, status: status.code, detail: detail, code: code, requestID: requestID)
    }

    /// The answer as a problem document.
    func response(requestID: String) throws -> Response {
        var response = try Response.json(
            problem(requestID: requestID), status: status, contentType: Problem.contentType)
        response.headers.append(contentsOf: headers)
        return response
    }
}
