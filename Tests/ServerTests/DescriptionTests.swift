import Captioning
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
@Suite("openapi.json")
struct DescriptionTests {
    private let document: [String: Any]

    init() throws {
        let content = try #require(WebFile.all["openapi.json"]).content
        document = try #require(
            try JSONSerialization.jsonObject(with: Data(content.readableBytesView)) as? [String: Any])
    }

    @Test("openapi.json has this server's version")
    func version() {
        #expect((document["info"] as? [String: Any])?["version"] as? String == Release.version)
    }

    @Test("openapi.json describes exactly the existing endpoints")
    func calls() throws {
        let described = Set(try operations().keys)
        let built = Set(CaptionServer.forTables.endpoints.map { "\($0.method.rawValue) \($0.path)" })
        #expect(built.subtracting(described) == [])
        #expect(described.subtracting(built) == [])
    }

    @Test("openapi.json lists exactly the existing error codes, each with its status")
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

    @Test("Every operation has a unique name, its errors, and existing responses")
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

    @Test("Every $ref resolves")
    func references() throws {
        let content = String(buffer: try #require(WebFile.all["openapi.json"]).content)
        for match in content.matches(of: /"\$ref": "#\/([A-Za-z\/]+)"/) {
            var place: Any? = document
            for key in match.1.split(separator: "/") { place = (place as? [String: Any])?[String(key)] }
            #expect(place != nil, "\(match.1)")
        }
    }

    @Test("openapi.json describes every caption option, without placeholders")
    func options() throws {
        let schemas = try #require((document["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]])
        for option in CaptionOption.all {
            #expect((schemas[option.name]?["description"] as? String)?.hasPrefix(option.help) == true, "\(option.name)")
        }
        for call in ["/caption/generate", "/caption/stream", "/caption/batch", "/songs/match"] {
            let operation = try #require(try operations()["POST \(call)"])
            let content = (operation["requestBody"] as? [String: Any])?["content"] as? [String: [String: Any]]
            let form = content?["multipart/form-data"]?["schema"] as? [String: Any]
            let fields = try #require(form?["properties"] as? [String: [String: Any]])
            for option in CaptionOption.all {
                let reference = fields[option.name]?["$ref"] as? String
                let isSongs = call == "/songs/match" && option.name == "seed"
                #expect(reference == (isSongs ? nil : "#/components/schemas/\(option.name)"), "\(call)")
            }
        }
        #expect(!String(buffer: try #require(WebFile.all["openapi.json"]).content).contains(/"\{[a-z_]+\}"/))
    }

    @Test("The page's form has the options' ranges")
    func page() throws {
        let page = String(buffer: try #require(WebFile.all["index.html"]).content)
        let form = try #require(page.split(separator: "<form class=\"ask\"").last?.split(separator: "</form>").first)
        var count = 0
        for input in form.matches(of: /<(?:input|select) [^>]*name="(\w+)"([^>]*)>/) {
            let option = try #require(CaptionOption.all.first { $0.name == input.1 }, "\(input.1)")
            func bound(_ name: String) -> Double? {
                input.2.split(separator: " ").first { $0.hasPrefix(name + "=") }
                    .flatMap { Double($0.dropFirst(name.count + 1).trimmingCharacters(in: ["\""])) }
            }
            switch option.value {
            case .integer(_, let range):
                #expect(bound("min") == Double(range.lowerBound), "\(option.name)")
                #expect(bound("max") == (range.upperBound == .max ? nil : Double(range.upperBound)), "\(option.name)")
            case .number(_, let range):
                #expect(bound("min") == range.lowerBound && bound("max") == range.upperBound, "\(option.name)")
            case .boolean, .choice, .text, .texts, .tokens: break
            }
            count += 1
        }
        #expect(count > 10)
    }

    @Test("docs/prompts.md has the options' table")
    func documents() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: folder.appending(path: "docs/prompts.md"), encoding: .utf8)
        let rows = CaptionOption.all.map(Self.row)
        let missing = rows.filter { !text.contains("\n\($0)\n") }
        #expect(missing == [], "The whole table:\n\(rows.joined(separator: "\n"))")
        #expect(text.matches(of: /\n\| `\w+` \| `--/).count == rows.count)
    }

    private static func row(_ option: CaptionOption) -> String {
        let range =
            switch option.value {
            case .boolean: "`true`, `false`"
            case .integer, .number: "\(option.bounds?.least ?? "") – \(option.bounds?.most ?? "the model's limit")"
            case .choice(_, let choices): choices.map { "`\($0)`" }.joined(separator: ", ")
            case .text: "text"
            case .texts(_, let most): "at most \(most) texts"
            case .tokens(_, let most): "at most \(most) tokens"
            }
        let flag = "--" + option.name.replacing("_", with: "-")
        return "| `\(option.name)` | `\(flag)` | \(range) | \(option.fallback) | \(option.help) |"
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
