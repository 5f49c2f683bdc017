import BadRequests
import Foundation
import HTTPTypes
import HummingbirdTesting
import Pipeline
import Testing

@testable import Server

/// What no well-meaning client sends, against the application that `serve` runs.
@Suite("Bad requests")
struct BadRequestTests {
    @Test("A bad request gets its answer, and the server goes on", arguments: BadRequest.all)
    func refuse(request: BadRequest) async throws {
        var settings = Settings()
        settings.maxImageSize = BadRequest.maxImageSize
        // Short where its end is waited for, and else long enough for a slow machine.
        settings.requestTimeout = request.status == 408 ? .seconds(1) : .seconds(60)
        try await TestServer(settings: settings).run(.live) { client in
            let wire = Wire(port: try #require(client.port))
            let answer = try await request.send(to: wire)
            #expect(answer.status == request.status, "\(answer)")
            #expect(answer.code == request.code, "\(answer)")
            #expect(request.status < 400 || answer.isProblem, "\(answer)")
            let info = answer.object["image_info"] as? [String: Any]
            #expect(request.fileName == nil || info?["filename"] as? String == request.fileName, "\(answer)")
            #expect(try await client.execute(uri: "/health/live", method: .get).status == .ok)
        }
    }

    @Test("Bad requests about songs get their answers, one after the other")
    func refuseSongs() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "image-to-song-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var server = TestServer()
        server.songs = folder.appending(path: "songs.sqlite").path
        server.settings.maxImageSize = BadRequest.maxImageSize
        try await server.run(.live) { client in
            let wire = Wire(port: try #require(client.port))
            for request in BadRequest.songs {
                let answer = try await request.send(to: wire)
                #expect(answer.status == request.status, "\(request): \(answer)")
                #expect(answer.code == request.code, "\(request): \(answer)")
                #expect(request.status < 400 || answer.isProblem, "\(request): \(answer)")
            }
            #expect(try await client.execute(uri: "/songs/stats", method: .get).status == .ok)
        }
    }
}
