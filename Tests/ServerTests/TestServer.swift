import Captioning
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Pipeline
import StandIns
import Testing

@testable import Server

/// The two ways in which the same tests reach the server.
enum Route: CaseIterable {
    /// Straight to the router, without a socket.
    case router
    /// Over a connection.
    case live
}

/// A server around a stub model.
struct TestServer {
    var settings = patientSettings
    var model: @Sendable () throws -> any CaptionModel = { StubModel() }
    var journal = Journal()
    /// The catalogue of songs; nil for a server without.
    var songs: String?
    /// Whether the test begins only when the model is loaded, or has failed to load.
    var waitsForModel = true

    /// Settings whose time does not run out on a machine that is busy with other tests.
    static var patientSettings: Settings {
        var settings = Settings()
        settings.requestTimeout = .endless
        return settings
    }

    /// Changes what follows from the settings.
    var adjust: @Sendable (inout ServerConfiguration) -> Void = { _ in }

    /// Runs the application that `serve` runs, and a test against it.
    func run(_ route: Route, _ test: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        let logger = Logger(label: "test") { [journal] _ in JSONLogHandler(level: .debug, write: journal.note) }
        let captioner = Captioner(configuration: Captioner.Configuration(settings), logger: logger) { [model] _ in
            try model()
        }
        var configuration = ServerConfiguration(settings)
        configuration.connections.headTime = .hours(24)
        configuration.connections.restTime = .hours(24)
        configuration.connections.answerTime = .hours(24)
        adjust(&configuration)
        let songs = songs.map { SongService(SongService.Sources(path: $0), logger: logger) }
        let application = buildApplication(configuration, captioner: captioner, songs: songs, logger: logger)
        try await application.run(route) { client in
            if waitsForModel { await captioner.start() }
            await songs?.open()
            try await test(client)
            await songs?.close()
        }
    }
}

/// A multipart form as a client writes it.
struct TestForm {
    static let boundary = "------------------------d74496d66958873e"
    static let contentType = "multipart/form-data; boundary=\(boundary)"

    private var bytes: [UInt8] = []

    init(image: [UInt8]? = nil, fileName: String = "photo.jpg") {
        if let image { add(file: image, named: fileName, as: "image") }
    }

    mutating func add(file: [UInt8], named fileName: String, as name: String) {
        add(#"Content-Disposition: form-data; name="\#(name)"; filename="\#(fileName)""#, file)
    }

    mutating func add(_ text: String, as name: String) {
        add(#"Content-Disposition: form-data; name="\#(name)""#, Array(text.utf8))
    }

    private mutating func add(_ header: String, _ content: [UInt8]) {
        bytes += Array("--\(Self.boundary)\r\n\(header)\r\n\r\n".utf8) + content + Array("\r\n".utf8)
    }

    /// The form with its closing boundary.
    var body: ByteBuffer { ByteBuffer(bytes: bytes + Array("--\(Self.boundary)--\r\n".utf8)) }
    /// The form as it is when the upload breaks off.
    var brokenOff: ByteBuffer { ByteBuffer(bytes: bytes.dropLast(20)) }
}

extension TestClientProtocol {
    /// Sends a form to `POST /caption/generate`.
    func caption(
        _ body: ByteBuffer, contentType: String? = TestForm.contentType, headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers = headers
        headers[.contentType] = contentType
        return try await execute(uri: "/caption/generate", method: .post, headers: headers, body: body)
    }
}

extension TestResponse {
    /// The body as a JSON object.
    func object() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any])
    }

    /// Checks that this is a problem document, complete and with a sentence, and returns the sentence.
    @discardableResult
    func expectProblem(
        _ status: Int, _ code: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        let problem = try object()
        #expect(self.status.code == status, sourceLocation: sourceLocation)
        #expect(headers[.contentType] == "application/problem+json", sourceLocation: sourceLocation)
        #expect(problem["status"] as? Int == status, sourceLocation: sourceLocation)
        #expect(problem["code"] as? String == code, sourceLocation: sourceLocation)
        #expect(problem["type"] as? String == "about:blank", sourceLocation: sourceLocation)
        #expect(problem["title"] is String, sourceLocation: sourceLocation)
        #expect(problem["request_id"] as? String == headers[.requestID], sourceLocation: sourceLocation)
        let detail = try #require(problem["detail"] as? String, sourceLocation: sourceLocation)
        #expect(detail.hasSuffix("."), sourceLocation: sourceLocation)
        return detail
    }
}
