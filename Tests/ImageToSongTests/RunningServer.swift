import Foundation
import StandIns
import Testing

/// The program as it serves, with a folder of its own to work in.
final class RunningServer {
    /// Empty at first; the server's working directory and its place for temporary files.
    let folder: URL
    let port: Int
    private let running: Running
    private let scratch: URL
    private var process: Process { running.process }

    /// Starts the server on a free port, and returns when it listens.
    ///
    /// - Parameter openFiles: how many files it may open; nil for as many as the tests.
    init(environment: [String: String], openFiles: Int? = nil) async throws {
        let scratch = try FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")
            .created()
        let folder = try scratch.appendingPathComponent("work").created()
        let repository = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let own = [
            "HOST": "127.0.0.1", "PORT": "0", "TMPDIR": folder.path, "LOG_LEVEL": "INFO",
            "MODEL_ID": repository.appendingPathComponent("Models/demo").path,
            "MODEL_CACHE_DIR": scratch.appendingPathComponent("models").path,
            // A busy machine is no reason for a 504.
            "REQUEST_TIMEOUT": "86400",
        ]
        let running =
            if let openFiles {
                try Running(
                    ["-c", "ulimit -n \(openFiles) && exec \"$0\" serve", Program.built.path],
                    environment: own.merging(environment) { $1 }, folder: folder, program: URL(filePath: "/bin/sh"))
            } else {
                try Running(["serve"], environment: own.merging(environment) { $1 }, folder: folder)
            }
        var port: Int?
        try await eventually("the server listens, or has ended") {
            port = try running.complaints().firstMatch(of: /listening on 127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) }
            return port != nil || !running.process.isRunning
        }
        (self.folder, self.scratch, self.running) = (folder, scratch, running)
        let log = try running.complaints()
        self.port = try #require(port, "the server does not listen: \(log)")
    }

    deinit {
        running.forget()
        try? FileManager.default.removeItem(at: scratch)
    }

    /// Returns when the server can caption.
    func becomesReady() async throws {
        try await eventually("the model is ready") { try running.complaints().contains("The model is ready") }
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

    /// Asks the server to stop.
    func askToStop() { process.terminate() }

    /// Returns when a line of the log holds this text.
    func logs(_ text: String) async throws {
        try await eventually("the log says \(text)") { try running.complaints().contains(text) }
    }

    /// Asks the server to stop, and waits for its end.
    ///
    /// - Returns: its exit status.
    func stop() async throws -> Int32 {
        askToStop()
        try await eventually("the server ends") { !process.isRunning }
        return process.terminationStatus
    }
}
