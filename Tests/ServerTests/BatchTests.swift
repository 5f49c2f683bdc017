import Captioning
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Serving
import Settings
import StandIns
import Testing

@testable import Server

@Suite("POST /caption/batch", .heavy)
struct BatchTests {
    private func batch(
        _ client: any TestClientProtocol, _ body: ByteBuffer, contentType: String? = TestForm.contentType
    ) async throws -> TestResponse {
        var headers = HTTPFields()
        headers[.contentType] = contentType
        return try await client.execute(uri: "/caption/batch", method: .post, headers: headers, body: body)
    }

    private func form(_ names: String...) throws -> TestForm {
        var form = TestForm()
        for name in names { form.add(file: try fixture(name), named: name, as: "images") }
        return form
    }

    @Test(
        "Answers every picture on its own, in order; a bad one does not fail the others", arguments: Route.allCases)
    func answers(route: Route) async throws {
        var settings = TestServer.patientSettings
        settings.maxImageSize = 20_000
        let server = TestServer(settings: settings)
        try await server.run(route) { client in
            var form = try form("gradient.jpg", "corrupt.jpg", "gradient.png", "truncated.jpg", "text.jpg", "huge.png")
            form.add(file: [], named: "empty.png", as: "images")
            form.add(file: [UInt8](repeating: 13, count: 20_001), named: "large.png", as: "images")
            form.add(file: try fixture("gradient.png"), named: "last.png", as: "images")
            let response = try await batch(client, form.body)
            #expect(response.status == .ok)
            let answer = try response.object()
            #expect(answer["success"] as? Bool == true)
            #expect(answer["timestamp"] is String)
            let info = try #require(answer["batch_info"] as? [String: Any])
            #expect(info["total_images"] as? Int == 9)
            #expect(info["succeeded"] as? Int == 3)
            #expect(info["failed"] as? Int == 6)
            let total = try #require(info["total_time_seconds"] as? Double)
            let average = try #require(info["average_time_per_image"] as? Double)
            #expect(total > 0 && abs(average * 9 - total) < 1e-4)

            let results = try #require(answer["results"] as? [[String: Any]])
            #expect(results.map { $0["index"] as? Int } == Array(0..<9))
            #expect(results[8]["filename"] as? String == "last.png")
            let errors = results.map { $0["error"] as? [String: Any] }
            #expect(
                errors.map { $0?["code"] as? String } == [
                    nil, "corrupt_picture", nil, "truncated_picture", "unsupported_picture", "picture_too_large",
                    "empty_file", "file_too_large", nil,
                ])
            #expect(errors.map { $0?["status"] as? Int } == [nil, 422, nil, 422, 415, 413, 422, 413, nil])
            for (result, error) in zip(results, errors) {
                #expect((result["caption"] as? String) == (error == nil ? "a stub" : nil))
                guard let error else { continue }
                #expect((error["detail"] as? String)?.hasSuffix(".") == true)
            }
            #expect(results[0]["cached"] as? Bool == false)
            #expect(results[0]["token_count"] as? Int == 3)
            let picture = try #require(results[0]["image_info"] as? [String: Any])
            #expect(picture["filename"] as? String == "gradient.jpg")
            #expect(picture["size"] as? [Int] == [48, 32])
            #expect((results[0]["processing_time"] as? [String: Double])?["total_seconds"] != nil)
        }
        #expect(server.journal.all.count { $0.contains("Captioned a picture") } == 3)
        #expect(server.journal.all.count { $0.contains("A picture has no caption") } == 6)
    }

    @Test("Options apply to all pictures and come before them in the form")
    func options() async throws {
        var server = TestServer(model: { StubModel { options, _ in options.prompt ?? "-" } })
        server.settings.refusesUnknownFields = false
        try await server.run(.router) { client in
            var form = TestForm()
            form.add("it shows", as: "prompt")
            for _ in 0..<3 { form.add(file: try fixture("gradient.png"), named: "a.png", as: "images") }
            form.add("", as: "seed")
            form.add("skipped", as: "comment")
            let results = try await batch(client, form.body).object()["results"] as? [[String: Any]]
            #expect(results?.map { $0["caption"] as? String } == ["it shows", "it shows", "it shows"])
        }
    }

    /// A form that is refused as a whole, and how.
    struct Refusal: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var status: Int
        var code: String
        var contentType: String? = TestForm.contentType
        var change: @Sendable (inout TestForm) throws -> Void
    }

    private static func add(_ form: inout TestForm, images count: Int) throws {
        for _ in 0..<count { form.add(file: try fixture("gradient.png"), named: "a.png", as: "images") }
    }

    private static func field(_ name: String, _ text: String, _ status: Int, _ code: String) -> Refusal {
        Refusal(testDescription: "\(name)=\(text)", status: status, code: code) { form in
            form.add(text, as: name)
            try add(&form, images: 2)
        }
    }

    static let refusals: [Refusal] = [
        Refusal(testDescription: "no fields", status: 400, code: "missing_field") { _ in },
        Refusal(testDescription: "nothing chosen", status: 400, code: "missing_field") {
            $0.add(file: [], named: "", as: "images")
        },
        Refusal(testDescription: "the wrong field", status: 422, code: "unknown_field") {
            $0.add(file: try fixture("gradient.png"), named: "a.png", as: "image")
        },
        Refusal(testDescription: "too many pictures", status: 413, code: "too_many_images") {
            try add(&$0, images: 4)
        },
        Refusal(testDescription: "options after a picture", status: 400, code: "late_field") {
            try add(&$0, images: 1)
            $0.add("it shows", as: "prompt")
        },
        Refusal(testDescription: "no form", status: 415, code: "unsupported_content_type", contentType: "image/png") {
            try add(&$0, images: 1)
        },
        field("max_new_tokens", "31", 422, "invalid_option"),
        field("max_new_tokens", "many", 422, "invalid_field"),
        field("num_beams", "17", 422, "invalid_option"),
    ]

    @Test("Refuses an invalid form as a whole", arguments: Route.allCases, refusals)
    func refuses(route: Route, refusal: Refusal) async throws {
        var settings = TestServer.patientSettings
        settings.maxBatchImages = 3
        try await TestServer(settings: settings).run(route) { client in
            var form = TestForm()
            try refusal.change(&form)
            let response = try await batch(client, form.body, contentType: refusal.contentType)
            try response.expectProblem(refusal.status, refusal.code)
            var good = TestForm()
            try Self.add(&good, images: 3)
            #expect(try await batch(client, good.body).status == .ok)
        }
    }

    @Test("Refuses an upload that breaks off, even if pictures were captioned already", arguments: Route.allCases)
    func brokenOff(route: Route) async throws {
        try await TestServer().run(route) { client in
            let form = try form("gradient.png", "gradient.jpg")
            try await batch(client, form.brokenOff).expectProblem(400, "truncated_upload")
        }
    }

    @Test("Refuses a body larger than all pictures together may be")
    func largeBody() async throws {
        var settings = TestServer.patientSettings
        (settings.maxImageSize, settings.maxBatchImages) = (1000, 2)
        try await TestServer(settings: settings).run(.router) { client in
            let detail = try await batch(client, ByteBuffer(repeating: 0, count: 1_100_000))
                .expectProblem(413, "body_too_large")
            #expect(detail.contains("2 pictures of 1000 bytes"))
        }
    }

    @Test("Reports an internal error for its own picture only, without details")
    func internalError() async throws {
        struct Surprise: Error {}
        let journal = Journal()
        let server = TestServer(
            model: {
                StubModel { _, _ in
                    journal.note("caption")
                    if journal.all.count == 2 { throw Surprise() }  // the first one is the warm-up
                    return "fine"
                }
            })
        try await server.run(.router) { client in
            let response = try await batch(client, try form("gradient.png", "gradient.png").body)
            let results = try #require(try response.object()["results"] as? [[String: Any]])
            #expect(results.compactMap { $0["caption"] as? String } == ["fine"])
            let errors = results.compactMap { $0["error"] as? [String: Any] }
            #expect(errors.map { $0["code"] as? String } == ["internal_failure"])
            #expect(!String(buffer: response.body).contains("Surprise"))
        }
        #expect(server.journal.all.contains { $0.contains("Surprise") && $0.contains("\"level\":\"error\"") })
    }

    @Test("Refuses a batch without reading it while the model loads", arguments: Route.allCases)
    func loading(route: Route) async throws {
        let door = DispatchSemaphore(value: 0)
        var server = TestServer(model: {
            door.wait()
            return StubModel()
        })
        server.waitsForModel = false
        try await server.run(route) { client in
            let response = try await batch(client, try form("gradient.png").body)
            door.signal()
            try response.expectProblem(503, "model_loading")
        }
    }
}
