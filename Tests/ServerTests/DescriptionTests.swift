import Foundation
import Hummingbird
import Logging
import Observability
import Serving
import Settings
import Songs
import StandIns
import Testing

@testable import Server

/// Holds `/openapi.json` against the tables that the server is made from.
@Suite("The description")
struct DescriptionTests {
    private let document: [String: Any]

    init() throws {
        let content = try #require(WebFile.all["openapi.json"]).content
        document = try #require(
            try JSONSerialization.jsonObject(with: Data(content.readableBytesView)) as? [String: Any])
    }

    @Test("It has this server's version")
    func version() {
        #expect((document["info"] as? [String: Any])?["version"] as? String == Release.version)
    }

    @Test("It describes every call that there is, and no other")
    func calls() throws {
        let described = Set(try operations().keys)
        let built = Set(CaptionServer.forTables.endpoints.map { "\($0.method.rawValue) \($0.path)" })
        #expect(built.subtracting(described) == [])
        #expect(described.subtracting(built) == [])
    }

    @Test("It names every error code with its status, and no other")
    func codes() throws {
        let components = try #require(document["components"] as? [String: Any])
        let responses = try #require(components["responses"] as? [String: [String: Any]])
        let described = Set(try responses.values.flatMap(Self.codes))
        let built = Set(
            ServerError.Code.allCases.map { "\($0.status.code) \($0.rawValue)" }
                + ServingError.Code.allCases.map { "\($0.status.code) \($0.rawValue)" }
                + SongsError.Code.allCases.map { "\($0.status.code) \($0.rawValue)" })
        #expect(built.subtracting(described) == [])
        #expect(described.subtracting(built) == [])
    }

    @Test("Every call has a name of its own, its errors, and answers that exist")
    func responses() throws {
        let operations = try operations()
        var names: Set<String> = []
        for (call, operation) in operations {
            names.insert(try #require(operation["operationId"] as? String))
            let responses = try #require(operation["responses"] as? [String: [String: Any]])
            #expect((responses["200"] ?? responses["202"]) != nil && responses["500"] != nil, "\(call)")
            if call.hasPrefix("POST") {
                let statuses = ["400", "401", "403", "408", "413", "414", "415", "422", "429", "431", "503", "504"]
                #expect(statuses.allSatisfy { responses[$0] != nil }, "\(call)")
            }
        }
        #expect(names.count == operations.count)
    }

    @Test("Every reference leads somewhere")
    func references() throws {
        let content = String(buffer: try #require(WebFile.all["openapi.json"]).content)
        for match in content.matches(of: /"\$ref": "#\/([A-Za-z\/]+)"/) {
            var place: Any? = document
            for key in match.1.split(separator: "/") { place = (place as? [String: Any])?[String(key)] }
            #expect(place != nil, "\(match.1)")
        }
    }

    /// The calls of the document, as `GET /health`.
    private func operations() throws -> [String: [String: Any]] {
        var result: [String: [String: Any]] = [:]
        for (path, methods) in try #require(document["paths"] as? [String: [String: [String: Any]]]) {
            for (method, operation) in methods { result["\(method.uppercased()) \(path)"] = operation }
        }
        return result
    }

    /// The codes of one answer, as `404 not_found`.
    private static func codes(of response: [String: Any]) throws -> [String] {
        guard let content = response["content"] as? [String: [String: Any]] else { return [] }
        let schema = try #require(content["application/problem+json"]?["schema"] as? [String: Any])
        let parts = try #require(schema["allOf"] as? [[String: Any]])
        let properties = try #require(parts.last?["properties"] as? [String: [String: Any]])
        let status = try #require(properties["status"]?["const"] as? Int)
        return try #require(properties["code"]?["enum"] as? [String]).map { "\(status) \($0)" }
    }
}

extension CaptionServer {
    /// A server of which only the tables are of interest.
    static var forTables: CaptionServer {
        let settings = Settings()
        let captioner = Captioner(
            configuration: Captioner.Configuration(settings), logger: Logger(label: "test")
        ) { _ in StubModel() }
        return CaptionServer(
            configuration: ServerConfiguration(settings), captioner: captioner, metrics: ServerMetrics.registry())
    }
}
