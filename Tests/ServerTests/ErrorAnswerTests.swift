import HTTPTypes
import Hummingbird
import Serving
import Songs
import Testing

@testable import Server

@Suite("Answers to errors")
struct ErrorAnswerTests {
    @Test("Every code of the pipeline has a status of an error", arguments: ServingError.Code.allCases)
    func pipelineCodes(code: ServingError.Code) {
        let answer = ErrorAnswer(ServingError(code, "A sentence."))
        #expect((400...599).contains(answer.status.code))
        #expect(answer.code == code.rawValue)
        #expect(answer.detail == "A sentence.")
        #expect((answer.headers[.retryAfter] != nil) == (answer.status == .serviceUnavailable))
    }

    @Test(
        "Every code of the server is a fault of the client, except that all connections are taken",
        arguments: ServerError.Code.allCases)
    func serverCodes(code: ServerError.Code) {
        let answer = ErrorAnswer(ServerError(code, "A sentence.", headers: [.allow: "GET"]))
        #expect((400...499).contains(answer.status.code) || code == .tooManyConnections)
        #expect(answer.headers[.allow] == "GET")
    }

    @Test(
        "Every code about songs has a status of an error, and files stay out of the answer",
        arguments: SongsError.Code.allCases)
    func songCodes(code: SongsError.Code) {
        struct Cause: Error {}
        let error = SongsError(code, "A sentence.", file: "/srv/songs.sqlite", cause: Cause())
        let answer = ErrorAnswer(error)
        #expect((400...599).contains(answer.status.code) && answer.code == code.rawValue)
        #expect(answer.detail == "A sentence.")
        #expect("\(error)" == "A sentence. (/srv/songs.sqlite: Cause())")
    }

    @Test("An error that no table knows is 500 and keeps its inside to itself")
    func unknownError() {
        struct Secret: Error {}
        let answer = ErrorAnswer(Secret())
        #expect(answer.status == .internalServerError)
        #expect(!answer.detail.contains("Secret"))
    }

    @Test("Errors of the framework keep their status; a cancelled request may come again")
    func frameworkErrors() {
        #expect(ErrorAnswer(HTTPError(.badRequest, message: "inside")).status == .badRequest)
        #expect(ErrorAnswer(CancellationError()).status == .serviceUnavailable)
    }
}
