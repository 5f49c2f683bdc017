import BadRequests
import Foundation
import StandIns
import Testing

/// What becomes of the program when its compiled model is damaged, before the start and while it runs.
@Suite("Damaged compiled model", .heavy)
struct DamagedModelTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let picture = repository.appendingPathComponent("Samples/harbour-evening.jpg")

    private let folder: URL
    private var environment: [String: String] {
        [
            "MODEL_CACHE_DIR": folder.path, "MODEL_ID": Self.repository.appendingPathComponent("Models/demo").path,
            "HF_HUB_CACHE": "", "HF_HOME": "",
        ]
    }

    init() throws {
        folder = try FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())").created()
    }

    /// The compiled file of that name.
    private func compiled(_ name: String) throws -> URL {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return try #require(files?.lazy.compactMap { $0 as? URL }.first { $0.lastPathComponent == name })
    }

    private func spoil(_ file: URL) throws {
        let handle = try FileHandle(forUpdating: file)
        try handle.seek(toOffset: try handle.seekToEnd() / 2)
        try handle.write(contentsOf: Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 7) }))
        try handle.close()
    }

    /// Asks a server for the caption of a picture.
    private func caption(_ server: RunningServer) async throws -> String {
        var body = Data("--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\n\r\n".utf8)
        body += try Data(contentsOf: Self.picture)
        body += Data("\r\n--b--\r\n".utf8)
        let head = """
            POST /caption/generate HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCache-Control: no-cache\r
            Content-Type: multipart/form-data; boundary=b\r\nContent-Length: \(body.count)\r\n\r\n
            """
        return try await Wire(port: server.port).exchange([UInt8](Data(head.utf8) + body))
    }

    @Test(
        "models verify names a damaged compiled file; the next caption compiles the model again")
    func verifies() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try Finished(["caption", Self.picture.path], environment: environment)
        #expect(first.output.contains("harbour"), "\(first.complaints)")
        #expect(try Finished(["models", "verify"], environment: environment).status == 0)
        let file = try compiled("vision.weights")
        try spoil(file)
        let verified = try Finished(["models", "verify"], environment: environment)
        #expect(verified.status == 1)
        #expect(verified.output.contains("\(file.path) is damaged"))
        #expect(verified.output.contains("The next start compiles the model anew."))
        let again = try Finished(["caption", Self.picture.path], environment: environment)
        #expect(again.output == first.output)
        #expect(again.complaints.contains("the model was compiled anew"))
        #expect(try Finished(["models", "verify"], environment: environment).status == 0)
    }

    @Test("A file damaged while the server runs ends captions with 503, and health says why")
    func damagedWhileRunning() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try await RunningServer(environment: environment)
        try await server.becomesReady()
        #expect(try await caption(server).contains("harbour"))
        try spoil(try compiled("decoder.weights"))
        let answer = try await caption(server)
        #expect(answer.hasPrefix("HTTP/1.1 503") && answer.contains("model_unavailable"), "\(answer)")
        #expect(!answer.contains(folder.path))
        let health = try await Wire(port: server.port).exchange(
            "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        #expect(health.hasPrefix("HTTP/1.1 503") && health.contains("a restart compiles the model anew"), "\(health)")
        #expect(try await server.stop() == 0)
        let next = try await RunningServer(environment: environment)
        try await next.becomesReady()
        #expect(try await caption(next).contains("harbour"))
        #expect(try await next.stop() == 0)
    }

    @Test("A file truncated while the server runs ends captions with 503")
    func cutShort() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try await RunningServer(environment: environment)
        try await server.becomesReady()
        try FileHandle(forUpdating: try compiled("decoder.onnx")).truncate(atOffset: 4096)
        let answer = try await caption(server)
        #expect(answer.hasPrefix("HTTP/1.1 503") && answer.contains("model_unavailable"), "\(answer)")
        #expect(try await server.stop() == 0)
    }
}
