import Foundation
import Testing

/// The program as it serves, with a folder of its own to work in.
final class RunningServer {
    /// How long anything that must happen may take on a slow machine.
    private static let bound = Duration.seconds(120)

    /// Empty at first; the server's working directory and its place for temporary files.
    let folder: URL
    let port: Int
    private let process = Process()
    private let scratch: URL

    /// Starts the server on a free port, and returns when it listens.
    init(environment: [String: String]) async throws {
        scratch = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")
        folder = scratch.appendingPathComponent("work")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let log = scratch.appendingPathComponent("log")
        try Data().write(to: log)
        let repository = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let own = [
            "HOST": "127.0.0.1", "PORT": "0", "TMPDIR": folder.path, "LOG_LEVEL": "INFO",
            "MODEL_ID": repository.appendingPathComponent("Models/demo").path,
            "MODEL_CACHE_DIR": scratch.appendingPathComponent("models").path,
        ]
        process.executableURL = Program.built
        process.arguments = ["serve"]
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.merging(environment) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()

        var port: Int?
        let deadline = ContinuousClock.now + Self.bound
        while port == nil, ContinuousClock.now < deadline, process.isRunning {
            try await Task.sleep(for: .milliseconds(20))
            port = try String(contentsOf: log, encoding: .utf8)
                .firstMatch(of: /listening on 127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) }
        }
        self.port = try #require(port, "the server does not listen")
    }

    deinit {
        if process.isRunning { process.terminate() }
        try? FileManager.default.removeItem(at: scratch)
    }

    /// The bytes of memory that the server holds, by Linux' own account.
    var residentBytes: Int {
        get throws {
            let pages = try String(contentsOfFile: "/proc/\(process.processIdentifier)/statm", encoding: .utf8)
                .split(separator: " ").dropFirst().first.flatMap { Int($0) }
            return try #require(pages) * Int(sysconf(Int32(_SC_PAGESIZE)))
        }
    }

    /// How many files and connections the server holds open.
    var openFiles: Int {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/fd").count
        }
    }

    /// Asks the server to stop, and waits for its end.
    ///
    /// - Returns: its exit status; nil where it does not end.
    func stop() async throws -> Int32? {
        process.terminate()
        let deadline = ContinuousClock.now + Self.bound
        while process.isRunning, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        guard !process.isRunning else {
            kill(process.processIdentifier, SIGKILL)
            return nil
        }
        return process.terminationStatus
    }
}
