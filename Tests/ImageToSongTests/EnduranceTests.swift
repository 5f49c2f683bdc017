import BadRequests
import Foundation
import NIOCore
import StandIns
import Testing

@Suite("A server under bad clients", .heavy, .serialized)
struct EnduranceTests {
    private func ask(_ path: String, _ wire: Wire) async throws -> WireAnswer {
        WireAnswer(try await wire.exchange("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
    }

    @Test("SIGTERM ends the server with status 0 while an upload stands still and a connection is silent")
    func endsInTime() async throws {
        let server = try await RunningServer(environment: ["REQUEST_TIMEOUT": "3"])
        let wire = Wire(port: server.port)
        try await server.becomesReady()
        let silent = try await wire.silentConnection()
        let upload = try await wire.silentConnection()
        try await upload.writeAndFlush(
            ByteBuffer(
                string: """
                    POST /caption/generate HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r
                    Content-Length: 100000\r\n\r\n--b\r\n
                    """))
        // Both connections were accepted before this one is answered.
        #expect(try await ask("/health/live", wire).status == 200)
        #expect(try await server.stop() == 0)
        try? await upload.close()
        try? await silent.close()
    }

    @Test(
        "After all bad requests, three times over, the server answers, holds no more memory and files, and left none",
        .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/statm"), "reads /proc"))
    func endures() async throws {
        let server = try await RunningServer(environment: [
            "MAX_IMAGE_SIZE": "\(BadRequest.maxImageSize)"
        ])
        let wire = Wire(port: server.port)
        try await server.becomesReady()
        // Those that wait for the server's patience to end are tried with a shorter one elsewhere.
        let requests = (BadRequest.all + BadRequest.songs).filter { $0.status != 408 }
        try await send(requests, to: wire)
        let (memory, files) = (try server.residentBytes, try server.openFiles)
        for _ in 0..<2 { try await send(requests, to: wire) }
        #expect(try await ask("/health", wire).status == 200)
        let growth = try server.residentBytes - memory
        #expect(growth < 200_000_000, "\(growth) bytes more")
        try await eventually("all connections are closed, but for a few") { try server.openFiles <= files + 4 }
        #expect(try await server.stop() == 0)
        let left = try FileManager.default.contentsOfDirectory(atPath: server.folder.path)
        #expect(left == [])
    }

    /// Sends all, four at a time, and checks their statuses.
    private func send(_ requests: [BadRequest], to wire: Wire) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, request) in requests.enumerated() {
                if number >= 4 { try await group.next() }
                group.addTask {
                    let answer = try await request.send(to: wire)
                    #expect(answer.status == request.status, "\(request): \(answer)")
                }
            }
            try await group.waitForAll()
        }
    }
}
