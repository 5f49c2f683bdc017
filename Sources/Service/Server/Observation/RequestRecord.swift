import HTTPTypes
import Synchronization

/// What the inner layers of the server tell the outermost one of a request.
final class RequestRecord: Sendable {
    struct Facts {
        /// The id that the answer carries; empty before it is given.
        var requestID = ""
        /// The headers that the answer has even where it is a problem.
        var headers: HTTPFields = [:]
        /// The code of the problem that the request was answered with.
        var code: String?
        /// What went wrong, unless a log line of its own has told it.
        var error: String?
    }

    private let state = Mutex(Facts())

    /// What is known by now.
    var facts: Facts { state.withLock { $0 } }

    /// Notes the request's id.
    func note(requestID: String) {
        state.withLock { $0.requestID = requestID }
    }

    /// Notes headers that the answer has even where it is a problem.
    func note(headers: HTTPFields) {
        state.withLock { $0.headers = headers }
    }

    /// Notes that the request failed; code and error stay as they are where nil is given.
    func note(code: String?, error: String?) {
        state.withLock { facts in
            facts.code = code ?? facts.code
            facts.error = error ?? facts.error
        }
    }
}
