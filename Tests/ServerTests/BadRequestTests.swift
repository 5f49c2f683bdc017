import BadRequests
import Foundation
import HTTPTypes
import HummingbirdTesting
import Settings
import StandIns
import Testing

@testable import Server

/// What no well-meaning client sends, against the application that `serve` runs.
@Suite("Bad requests", .heavy)
struct BadRequestTests {
    @Test("Refuses each bad request as expected, and keeps serving", arguments: [false, true])
    func refuse(outlastsPatience: Bool) async throws {
        var server = TestServer()
        server.settings.maxImageSize = BadRequest.maxImageSize
        // Short only for those who wait for its end.
        if outlastsPatience { server.settings.requestTimeout = .seconds(1) }
        try await server.run(.live) { client in
            let wire = Wire(port: try #require(client.port))
            for request in BadRequest.all where (request.status == 408) == outlastsPatience {
                let answer = try await request.send(to: wire)
                #expect(answer.status == request.status, "\(request): \(answer)")
                #expect(answer.code == request.code, "\(request): \(answer)")
                #expect(request.status < 400 || answer.isProblem, "\(request): \(answer)")
                let info = answer.object["image_info"] as? [String: Any]
                let fileName = info?["filename"] as? String
                #expect(request.fileName == nil || fileName == request.fileName, "\(request): \(answer)")
                #expect(try await client.execute(uri: "/health/live", method: .get).status == .ok, "\(request)")
            }
        }
    }

    @Test("Refuses each bad request about songs as expected")
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
