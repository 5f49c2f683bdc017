import Foundation
import StandIns
import Testing

@Suite("serve and health", .heavy)
struct ServeTests {
    private func withFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let folder = try FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")
            .created()
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }

    @Test("--print-settings shows each setting with its origin, and hides the keys")
    func printsSettings() async throws {
        let finished = try await withFolder { folder in
            let file = "export PORT='9000' # mine\r\nMAX_IMAGESIZE=5\r\nAPI_KEYS=hunter2,0123456789abcdef\r\n"
            try Data(file.utf8).write(to: folder.appendingPathComponent(".env"))
            return try Finished(
                ["serve", "--print-settings"], environment: ["RATE_LIMIT": "60", "MODEL_ID": "/nowhere"], folder: folder
            )
        }
        #expect(finished.status == 0)
        #expect(finished.output.contains(/PORT +9000 +\.env, line 1\n/))
        #expect(finished.output.contains(/RATE_LIMIT +60 +environment\n/))
        #expect(finished.output.contains(/DEBUG +false +default\n/))
        #expect(finished.output.contains(/API_KEYS +\*{8} \(2 keys\) +\.env, line 3\n/))
        #expect(finished.complaints.contains("was MAX_IMAGE_SIZE meant?"))
        #expect(finished.complaints.contains("Key 1 of 2 in API_KEYS has only 7 characters"))
        #expect(!(finished.output + finished.complaints).contains("hunter2"))
    }

    @Test("Refuses a .env line that is not a setting, in one sentence")
    func refusesLine() async throws {
        let finished = try await withFolder { folder in
            try Data("PORT=1\n\nhello\n".utf8).write(to: folder.appendingPathComponent(".env"))
            return try Finished(["serve"], environment: [:], folder: folder)
        }
        #expect(finished.status == 1)
        #expect(finished.output == "")
        #expect(finished.complaints.contains("Line 3 of .env is not a setting"))
        #expect(finished.complaints.split(separator: "\n").count == 1)
    }

    @Test("health tells whether the server captions; a second server on its port does not start")
    func tellsHealth() async throws {
        let server = try await RunningServer(environment: [:])
        try await server.becomesReady()
        try await server.logs("For photographs: image-to-song models pull ")
        let address = "http://127.0.0.1:\(server.port)/health"
        let well = try Finished(["health", address, "--timeout", "3600"], environment: [:])
        #expect(well.status == 0)
        #expect(well.output == "\(address) answers 200 OK.\n")
        let bySettings = try Finished(
            ["health", "--timeout", "3600"], environment: ["HOST": "0.0.0.0", "PORT": "\(server.port)"],
            folder: server.folder)
        #expect(bySettings.status == 0, "\(bySettings.complaints)")
        let elsewhere = try Finished(
            ["health", "http://localhost:\(server.port)/nowhere", "--timeout", "3600"], environment: [:])
        #expect(elsewhere.status == 1)
        #expect(elsewhere.complaints.contains("answers 404 Not Found."))

        let second = try Finished(
            ["serve"], environment: ["HOST": "127.0.0.1", "PORT": "\(server.port)", "LOG_LEVEL": "ERROR"],
            folder: server.folder)
        #expect(second.status == 1)
        #expect(
            second.complaints == "image-to-song: The address 127.0.0.1:\(server.port) is in use. "
                + "Stop what listens there, or set PORT to another.\n")

        #expect(try await server.stop() == 0)
        let gone = try Finished(["health", address, "--timeout", "3600"], environment: [:])
        #expect(gone.status == 1)
        #expect(gone.complaints.contains("cannot be reached"))
    }

    @Test(
        "health refuses an invalid address as wrong usage",
        arguments: ["https://localhost/", "localhost:8000", "http://", "http://me@localhost/", "nonsense"])
    func refusesAddress(_ url: String) throws {
        let finished = try Finished(["health", url], environment: [:])
        #expect(finished.status == 2)
        #expect(finished.complaints.contains("is no address such as http://127.0.0.1:8000/health."))
    }
}
