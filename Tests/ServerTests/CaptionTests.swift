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

@Suite("POST /caption/generate", .heavy)
struct CaptionTests {
    @Test("Returns the caption, the picture's properties and the timings", arguments: Route.allCases)
    func caption(route: Route) async throws {
        let server = TestServer()
        try await server.run(route) { client in
            let picture = try fixture("gradient.jpg")
            let response = try await client.caption(TestForm(image: picture, fileName: "C:\\holiday\\sea.jpg").body)
            #expect(response.status == .ok)
            let answer = try response.object()
            #expect(answer["success"] as? Bool == true)
            #expect(answer["caption"] as? String == "a stub")
            #expect(answer["cached"] as? Bool == false)
            #expect(answer["token_count"] as? Int == 3)
            let info = try #require(answer["image_info"] as? [String: Any])
            #expect(info["filename"] as? String == "sea.jpg")
            #expect(info["size"] as? [Int] == [48, 32])
            #expect(info["format"] as? String == "JPEG")
            #expect(info["file_size"] as? Int == picture.count)
            #expect((info["hash"] as? String)?.count == 64)
            let times = try #require(answer["processing_time"] as? [String: Double])
            #expect(try #require(times["total_seconds"]) >= #require(times["caption_generation_seconds"]))
            let timestamp = try #require(answer["timestamp"] as? String)
            #expect(try Date(timestamp, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)) <= Date())
        }
        let line = try #require(server.journal.all.first { $0.contains("Captioned a picture") })
        for field in ["\"duration_ms\":", "\"image_hash\":\"", "\"caption_length\":6", "\"request_id\":\""] {
            #expect(line.contains(field))
        }
    }

    /// A body that is refused, and how.
    struct Refusal: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var status: Int
        var code: String
        var contentType: String? = TestForm.contentType
        var body: @Sendable () throws -> ByteBuffer
    }

    private static func picture(_ name: String, _ status: Int, _ code: String) -> Refusal {
        Refusal(testDescription: name, status: status, code: code) { TestForm(image: try fixture(name)).body }
    }

    private static func type(_ contentType: String?, _ status: Int, _ code: String) -> Refusal {
        Refusal(testDescription: contentType ?? "no type", status: status, code: code, contentType: contentType) {
            TestForm(image: try fixture("gradient.jpg")).body
        }
    }

    private static func field(_ name: String, _ text: String, _ code: String, status: Int = 422) -> Refusal {
        Refusal(testDescription: "\(name)=\(text.prefix(20))", status: status, code: code) {
            var form = TestForm(image: try fixture("gradient.jpg"))
            form.add(text, as: name)
            return form.body
        }
    }

    private static func body(
        _ description: String, _ status: Int, _ code: String, _ body: @escaping @Sendable () throws -> ByteBuffer
    ) -> Refusal {
        Refusal(testDescription: description, status: status, code: code, body: body)
    }

    static let refusals: [Refusal] = [
        picture("corrupt.jpg", 422, "corrupt_picture"),
        picture("truncated.jpg", 422, "truncated_picture"),
        picture("text.jpg", 415, "unsupported_picture"),
        picture("huge.png", 413, "picture_too_large"),
        body("empty file", 422, "empty_file") { TestForm(image: []).body },
        body("too many bytes", 413, "file_too_large") { TestForm(image: [UInt8](repeating: 13, count: 20_001)).body },
        body("too large a body", 413, "body_too_large") { ByteBuffer(repeating: 0, count: 1_100_000) },
        body("truncated upload", 400, "truncated_upload") { TestForm(image: try fixture("gradient.jpg")).brokenOff },
        body("empty body", 400, "truncated_upload") { ByteBuffer() },
        body("empty form", 400, "missing_field") { TestForm().body },
        body("not a form", 400, "malformed_form") { ByteBuffer(string: "--\(TestForm.boundary)\r\nimage\r\n\r\n") },
        body("wrong field name", 422, "unknown_field") {
            var form = TestForm()
            form.add(file: try fixture("gradient.jpg"), named: "a.jpg", as: "picture")
            return form.body
        },
        body("two pictures", 400, "duplicate_field") {
            var form = TestForm(image: try fixture("gradient.jpg"))
            form.add(file: try fixture("gradient.jpg"), named: "a.jpg", as: "image")
            return form.body
        },
        type("multipart/form-data", 400, "invalid_boundary"),
        type("multipart/form-data; boundary=\"\"", 400, "invalid_boundary"),
        type("multipart/form-data; boundary=another", 400, "truncated_upload"),
        type("image/jpeg", 415, "unsupported_content_type"),
        type("application/json", 415, "unsupported_content_type"),
        type(nil, 400, "missing_content_type"),
        field("max_new_tokens", "0", "invalid_option"),
        field("max_new_tokens", "31", "invalid_option"),
        field("max_new_tokens", "many", "invalid_field"),
        field("min_new_tokens", "31", "invalid_option"),
        field("num_beams", "17", "invalid_option"),
        field("num_beams", "x", "invalid_field"),
        field("num_return_sequences", "0", "invalid_option"),
        field("length_penalty", "-10.5", "invalid_option"),
        field("early_stopping", "maybe", "invalid_field"),
        field("repetition_penalty", "0", "invalid_option"),
        field("no_repeat_ngram_size", "101", "invalid_option"),
        field("temperature", "-0.1", "invalid_option"),
        field("temperature", "1e400", "invalid_field"),
        field("top_k", "-1", "invalid_option"),
        field("top_k", "2.5", "invalid_field"),
        field("top_p", "1.01", "invalid_option"),
        field("top_p", "nan", "invalid_field"),
        field("seed", "9007199254740992", "invalid_option"),
        field("seed", "-1", "invalid_option"),
        field("prompt", String(repeating: "a", count: 65_537), "field_too_large", status: 413),
    ]

    @Test("Refuses what cannot be captioned, and the next request works", arguments: Route.allCases, refusals)
    func refuse(route: Route, refusal: Refusal) async throws {
        var settings = TestServer.patientSettings
        settings.maxImageSize = 20_000
        try await TestServer(settings: settings).run(route) { client in
            let response = try await client.caption(try refusal.body(), contentType: refusal.contentType)
            try response.expectProblem(refusal.status, refusal.code)
            // A large body that is still on its way costs the connection.
            if response.headers[.connection] == "close" { return }
            let next = try await client.caption(TestForm(image: try fixture("gradient.png")).body)
            #expect(next.status == .ok)
        }
    }

    @Test(
        "Refuses an unknown field and suggests the one that was probably meant",
        arguments: [
            ("picture", "image"), ("beams", "num_beams"), ("max_tokens", "max_new_tokens"),
            ("num_beam", "num_beams"), ("top-p", "top_p"), ("Prompt", "prompt"),
        ])
    func unknownField(name: String, meant: String) async throws {
        try await TestServer().run(.router) { client in
            var form = TestForm(image: try fixture("gradient.png"))
            form.add("true", as: name)
            let detail = try await client.caption(form.body).expectProblem(422, "unknown_field")
            #expect(
                detail.hasPrefix(
                    "There is no field \(name). Was \(meant) meant? Known are bad_words, begin_suppress_tokens, "))
        }
    }

    @Test("Ignores unknown fields, parameters and members with STRICT_FIELDS=false")
    func passesOver() async throws {
        var settings = TestServer.patientSettings
        settings.refusesUnknownFields = false
        try await TestServer(settings: settings).run(.router) { client in
            var form = TestForm(image: try fixture("gradient.png"))
            form.add("true", as: "do_samples")
            #expect(try await client.caption(form.body).status == .ok)
            #expect(try await client.execute(uri: "/model/info?verbose=1", method: .get).status == .ok)
            let body = ByteBuffer(string: #"{"caption": "x", "captoin": 5, "filters": {"yaer": 1}}"#)
            let match = try await client.execute(
                uri: "/songs/match", method: .post, headers: [.contentType: "application/json"], body: body)
            try match.expectProblem(503, "catalogue_unavailable")
            // The form still needs its picture.
            var other = TestForm()
            other.add(file: [1], named: "a.jpg", as: "picture")
            let detail = try await client.caption(other.body).expectProblem(400, "missing_field")
            #expect(
                detail == "The form has no field image: it has picture. Send the picture as -F \"image=@photo.jpg\".")
        }
    }

    @Test("Passes every field on to the model; an empty one counts as not sent")
    func options() async throws {
        let journal = Journal()
        let server = TestServer(model: {
            StubModel { options, _ in
                guard options.prompt != nil else { return "a stub" }
                var expected = CaptionOptions(prompt: "ein Foto von „Köln“", maxNewTokens: 30)
                expected.minNewTokens = 2
                (expected.beamCount, expected.captionCount) = (4, 2)
                (expected.lengthPenalty, expected.earlyStopping) = (-0.5, .never)
                (expected.repetitionPenalty, expected.noRepeatNgramSize) = (1.5, 3)
                (expected.temperature, expected.topK, expected.seed) = (0.7, 5, 42)
                if options != expected { journal.note("\(options)") }
                return "made"
            }
        })
        try await server.run(.router) { client in
            var form = TestForm(image: try fixture("gradient.png"))
            let fields = [
                "prompt": "ein Foto von „Köln“", "max_new_tokens": "30", "min_new_tokens": "2", "num_beams": "4",
                "num_return_sequences": "2", "length_penalty": "-0.5", "early_stopping": "Never",
                "repetition_penalty": "1.5", "no_repeat_ngram_size": "3", "temperature": "0.7", "top_k": "5",
                "seed": "42",
            ]
            for (name, text) in fields { form.add(text, as: name) }
            form.add("", as: "top_p")
            let answer = try await client.caption(form.body).object()
            #expect(answer["caption"] as? String == "made")
            #expect(journal.all == [])
        }
    }

    @Test("An internal error is a 500 without details, and a log line with the details and the request id")
    func internalError() async throws {
        struct Surprise: Error {}
        let server = TestServer(model: {
            StubModel { options, _ in
                guard options.prompt == nil else { throw Surprise() }
                return "a stub"
            }
        })
        try await server.run(.router) { client in
            var form = TestForm(image: try fixture("gradient.png"))
            form.add("boom", as: "prompt")
            let response = try await client.caption(form.body, headers: [.requestID: "my-request"])
            let detail = try response.expectProblem(500, "internal_failure")
            #expect(!detail.contains("Surprise"))
        }
        let line = try #require(server.journal.all.first { $0.contains("Surprise") })
        #expect(line.contains("\"level\":\"error\""))
        #expect(line.contains("\"request_id\":\"my-request\""))
    }

    @Test("Returns 504 for a caption over REQUEST_TIMEOUT, and the next request works", arguments: Route.allCases)
    func timeout(route: Route) async throws {
        var settings = TestServer.patientSettings
        settings.requestTimeout = .seconds(1)
        let server = TestServer(
            settings: settings,
            model: {
                StubModel { options, isCancelled in
                    while options.prompt != nil, !isCancelled() { Thread.sleep(forTimeInterval: 0.001) }
                    return "a stub"
                }
            })
        try await server.run(route) { client in
            var form = TestForm(image: try fixture("gradient.png"))
            form.add("endless", as: "prompt")
            try await client.caption(form.body).expectProblem(504, "timed_out")
            // On a busy machine its time may run out once more: that is no sign of a server that hangs.
            try await eventually("the next request works") {
                try await client.caption(TestForm(image: try fixture("gradient.png")).body).status == .ok
            }
        }
    }
}
