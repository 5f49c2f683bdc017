import BadRequests
import Foundation
import NIOCore
import StandIns
import Testing

@Suite("A server under bad clients", .heavy, .serialized)
struct EnduranceTests {
    private func ask(_ path: String, _ wire: Wire) async throws -> WireAnswer {
        WireAnswer(try await wire.exchange("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
    }

    /// A request whose body never ends.
    private static let unfinishedUpload =
        "POST /caption/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        + "Content-Length: 100000\r\n\r\n--b\r\n"

    @Test("SIGTERM exits with 0 despite a stalled upload and a silent connection")
    func endsInTime() async throws {
        let server = try await RunningServer(environment: ["REQUEST_TIMEOUT": "3"])
        let wire = Wire(port: server.port)
        try await server.becomesReady()
        let silent = try await wire.silentConnection()
        let upload = try await wire.silentConnection()
        try await upload.writeAndFlush(ByteBuffer(string: Self.unfinishedUpload))
        // Both connections were accepted before this one is answered.
        #expect(try await ask("/health/live", wire).status == 200)
        #expect(try await server.stop() == 0)
        try? await upload.close()
        try? await silent.close()
    }

    @Test("A second SIGTERM exits at once with the signal's status")
    func endsAtOnce() async throws {
        let server = try await RunningServer(environment: ["REQUEST_TIMEOUT": "3600"])
        let wire = Wire(port: server.port)
        try await server.becomesReady()
        let upload = try await wire.silentConnection()
        try await upload.writeAndFlush(ByteBuffer(string: Self.unfinishedUpload))
        try await eventually("the upload has begun") {
            try await ask("/metrics", wire).description.contains("image_to_song_http_requests_in_flight 2\n")
        }
        server.askToStop()
        try await server.logs("\"Stopping\"")
        #expect(try await server.stop() == 128 + SIGTERM)
        try? await upload.close()
    }

    @Test("Answers every connected client before it stops", arguments: 0..<2)
    func stopsUnderLoad(round: Int) async throws {
        let server = try await RunningServer(environment: ["LOG_LEVEL": "INFO"])
        let wire = Wire(port: server.port)
        let answered = Journal()
        try await withThrowingTaskGroup(of: Void.self) { clients in
            for _ in 0..<8 {
                clients.addTask {
                    // Until no connection can be made any more.
                    while let answer = try? await ask("/model/info", wire) {
                        #expect(answer.status == 200, "\(answer)")
                        answered.note("")
                    }
                }
            }
            try await eventually("the load is under way") { answered.all.count > 100 }
            #expect(try await server.stop() == 0)
            try await clients.waitForAll()
        }
    }

    @Test("The server keeps answering if nobody reads its log")
    func unreadLog() async throws {
        let folder = try FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")
            .created()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (process, log) = (Process(), Pipe())
        process.executableURL = Program.built
        process.arguments = ["serve"]
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging([
            "HOST": "127.0.0.1", "PORT": "0", "LOG_LEVEL": "INFO", "MODEL_CACHE_DIR": folder.path,
            "SONG_CATALOGUE": folder.appendingPathComponent("songs.sqlite").path,
        ]) { $1 }
        process.standardError = log
        try process.run()
        defer { process.terminate() }
        var lines = ""
        while !lines.contains("listening on 127.0.0.1:") || !lines.hasSuffix("\n") {
            let data = log.fileHandleForReading.availableData
            try #require(!data.isEmpty, "the server does not listen: \(lines)")
            lines += String(decoding: data, as: UTF8.self)
        }
        let port = try #require(lines.firstMatch(of: /listening on 127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) })
        // From here on nobody reads; these lines are more than a pipe holds.
        let request = "GET /\(String(repeating: "x", count: 200)) HTTP/1.1\r\nHost: localhost\r\n"
        let text = try await Wire(port: port).exchange(
            String(repeating: request + "\r\n", count: 999) + request + "Connection: close\r\n\r\n")
        #expect(text.components(separatedBy: "HTTP/1.1 404 ").count == 1001)
        process.terminate()
        try await eventually("the server ends") { !process.isRunning }
        #expect(process.terminationStatus == 0)
    }

    @Test("Answers health checks with all connections taken, and refuses more with an error")
    func fewFiles() async throws {
        let server = try await RunningServer(environment: ["REQUEST_TIMEOUT": "3600"], openFiles: 64)
        let wire = Wire(port: server.port)
        try await server.becomesReady()
        let uploads = (0..<60).map { _ in
            Task {
                try await wire.exchange(Self.unfinishedUpload)
            }
        }
        try await eventually("all connections are taken") {
            try await ask("/model/info", wire).code == "too_many_connections"
        }
        for path in ["/health", "/health/live"] { #expect(try await ask(path, wire).status == 200) }
        for upload in uploads { upload.cancel() }
        for upload in uploads { _ = try? await upload.value }
        #expect(try await server.stop() == 0)
    }

    @Test(
        "After three rounds of bad requests the server answers, without leaking memory or files",
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
