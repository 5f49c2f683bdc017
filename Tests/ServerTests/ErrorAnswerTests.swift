import HTTPTypes
import Hummingbird
import Serving
import Songs
import Testing

@testable import Server

@Suite("Error answers")
struct ErrorAnswerTests {
    @Test("Every serving error has an error status", arguments: ServingError.Code.allCases)
    func pipelineCodes(code: ServingError.Code) {
        let answer = ErrorAnswer(ServingError(code, "A sentence."))
        #expect((400...599).contains(answer.status.code))
        #expect(answer.code == code.rawValue)
        #expect(answer.detail == "A sentence.")
        #expect((answer.headers[.retryAfter] != nil) == (answer.status == .serviceUnavailable))
    }

    @Test(
        "Every server error is a 4xx, except too_many_connections",
        arguments: ServerError.Code.allCases)
    func serverCodes(code: ServerError.Code) {
        let answer = ErrorAnswer(ServerError(code, "A sentence.", headers: [.allow: "GET"]))
        #expect((400...499).contains(answer.status.code) || code == .tooManyConnections)
        #expect(answer.headers[.allow] == "GET")
    }

    @Test(
        "Every song error has an error status, and its answer names no file",
        arguments: SongsError.Code.allCases)
    func songCodes(code: SongsError.Code) {
        struct Cause: Error {}
        let error = SongsError(code, "A sentence.", file: "/srv/songs.sqlite", cause: Cause())
        let answer = ErrorAnswer(error)
        #expect((400...599).contains(answer.status.code) && answer.code == code.rawValue)
        #expect(answer.detail == "A sentence.")
        #expect("\(error)" == "A sentence. (/srv/songs.sqlite: Cause())")
    }

    @Test("An unknown error is a 500 without details")
    func unknownError() {
        struct Secret: Error {}
        let answer = ErrorAnswer(Secret())
        #expect(answer.status == .internalServerError)
        #expect(!answer.detail.contains("Secret"))
    }

    @Test("Framework errors keep their status; a cancelled request is a 503")
    func frameworkErrors() {
        #expect(ErrorAnswer(HTTPError(.badRequest, message: "inside")).status == .badRequest)
        #expect(ErrorAnswer(CancellationError()).status == .serviceUnavailable)
    }
}
