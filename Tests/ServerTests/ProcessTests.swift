import Foundation
import HTTPTypes
import HummingbirdTesting
import Imaging
import NIOCore
import Serving
import Settings
import StandIns
import Testing

@testable import Server

@Suite("POST /image/process", .heavy)
struct ProcessTests {
    private func process(
        _ client: any TestClientProtocol, _ body: ByteBuffer, accept: String? = nil
    ) async throws -> TestResponse {
        var headers: HTTPFields = [.contentType: TestForm.contentType]
        headers[.accept] = accept
        return try await client.execute(uri: "/image/process", method: .post, headers: headers, body: body)
    }

    @Test("Returns a picture's sizes and colours", arguments: Route.allCases)
    func answers(route: Route) async throws {
        var settings = TestServer.patientSettings
        (settings.targetImageWidth, settings.targetImageHeight) = (24, 24)
        let server = TestServer(settings: settings)
        try await server.run(route) { client in
            let picture = try fixture("gradient.jpg")
            let response = try await process(client, TestForm(image: picture, fileName: "../sea.jpg").body)
            #expect(response.status == .ok)
            #expect(response.headers[.vary]?.lowercased() == "accept")
            let answer = try response.object()
            #expect(answer["success"] as? Bool == true)
            #expect(try #require(answer["processing_time_seconds"] as? Double) > 0)
            #expect(answer["timestamp"] is String)
            let original = try #require(answer["original_image"] as? [String: Any])
            #expect(original["filename"] as? String == "sea.jpg")
            #expect(original["size"] as? [Int] == [48, 32])
            #expect(original["format"] as? String == "JPEG")
            #expect(original["file_size"] as? Int == picture.count)
            #expect((original["hash"] as? String)?.count == 64)
            let processed = try #require(answer["processed_image"] as? [String: Any])
            #expect(processed["size"] as? [Int] == [24, 16])
            #expect(processed["format"] as? String == "JPEG")
            let size = try #require(processed["file_size"] as? Int)
            let ratio = try #require(processed["compression_ratio"] as? Double)
            #expect(abs(ratio - Double(picture.count) / Double(size)) < 0.001)
            let mood = try #require(answer["mood"] as? [String: Any])
            #expect((mood["contributions"] as? [[String: Any]])?.map { $0["source"] as? String } == ["colour"])
            let colours = try #require(answer["dominant_colors"] as? [[String: Any]])
            let shares = colours.compactMap { $0["percentage"] as? Double }
            #expect((1...5).contains(colours.count) && shares.count == colours.count)
            #expect(shares == shares.sorted(by: >) && abs(shares.reduce(0, +) - 100) < 0.05)
            for colour in colours {
                let rgb = try #require(colour["rgb"] as? [Int])
                #expect(colour["hex"] as? String == "#" + rgb.map { String(format: "%02x", $0) }.joined())
                #expect((colour["name"] as? String)?.isEmpty == false)
            }
        }
        let line = try #require(server.journal.all.first { $0.contains("Processed a picture") })
        for field in ["\"duration_ms\":", "\"image_hash\":\"", "\"request_id\":\""] { #expect(line.contains(field)) }
    }

    @Test(
        "Returns the JPEG to a client that prefers it",
        arguments: [
            ("image/jpeg", true), ("image/*", true), ("image/jpeg, */*;q=0.8", true),
            ("application/json;q=0.5, image/jpeg", true), ("image/jpeg;q=0.5, application/json", false),
            ("image/jpeg;q=0", false), ("image/png", false), ("*/*", false), (nil, false),
        ] as [(String?, Bool)])
    func picture(accept: String?, isPicture: Bool) async throws {
        try await TestServer().run(.router) { client in
            let response = try await process(client, TestForm(image: try fixture("gradient.png")).body, accept: accept)
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == (isPicture ? "image/jpeg" : "application/json"))
            guard isPicture else { return }
            let picture = try Picture(bytes: Array(response.body.readableBytesView))
            #expect(picture.format == .jpeg && picture.width == 12 && picture.height == 8)
        }
    }

    @Test("Needs no model")
    func withoutModel() async throws {
        let server = TestServer(model: { throw ServingError(.internalFailure, "broken") })
        try await server.run(.router) { client in
            let response = try await process(client, TestForm(image: try fixture("gradient.png")).body)
            #expect(response.status == .ok)
        }
    }

    @Test("Processes pictures while the model loads", arguments: Route.allCases)
    func whileLoading(route: Route) async throws {
        let door = DispatchSemaphore(value: 0)
        var server = TestServer(model: {
            door.wait()
            return StubModel()
        })
        server.waitsForModel = false
        try await server.run(route) { client in
            let response = try await process(client, TestForm(image: try fixture("gradient.png")).body)
            door.signal()
            #expect(response.status == .ok)
        }
    }

    @Test(
        "Refuses bad pictures with their codes",
        arguments: Route.allCases,
        [
            ("corrupt.jpg", 422, "corrupt_picture"), ("truncated.jpg", 422, "truncated_picture"),
            ("text.jpg", 415, "unsupported_picture"), ("huge.png", 413, "picture_too_large"),
        ])
    func refuses(route: Route, refusal: (name: String, status: Int, code: String)) async throws {
        try await TestServer().run(route) { client in
            for accept in [nil, "image/jpeg"] {
                let response = try await process(
                    client, TestForm(image: try fixture(refusal.name)).body, accept: accept)
                try response.expectProblem(refusal.status, refusal.code)
            }
            try await process(client, TestForm().body).expectProblem(400, "missing_field")
            let response = try await process(client, TestForm(image: try fixture("gradient.png")).body)
            #expect(response.status == .ok)
        }
    }
}
