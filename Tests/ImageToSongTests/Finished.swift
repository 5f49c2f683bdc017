import Foundation
import StandIns

/// A run of the program, to its end.
struct Finished {
    let status: Int32
    /// Standard output.
    let output: String
    /// Standard error.
    let complaints: String

    /// Runs the program that was built with the tests.
    ///
    /// - Parameters:
    ///   - folder: the working folder; the tests' own unless told otherwise.
    ///   - program: another copy of the program.
    init(
        _ arguments: [String], environment: [String: String], folder: URL? = nil, program: URL = Program.built
    ) throws {
        let running = try Running(arguments, environment: environment, folder: folder, program: program)
        defer { running.forget() }
        running.process.waitUntilExit()
        status = running.process.terminationStatus
        output = try running.output()
        complaints = try running.complaints()
    }
}

/// A run of the program that has begun.
struct Running {
    let process = Process()
    private let folder: URL

    /// Starts the program.
    init(
        _ arguments: [String], environment: [String: String], folder workingFolder: URL? = nil,
        program: URL = Program.built
    ) throws {
        folder = try FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())").created()
        for name in ["out", "err"] { try Data().write(to: folder.appendingPathComponent(name)) }
        process.executableURL = program
        process.arguments = arguments
        var own = environment
        // The songs of whoever runs the tests are not theirs.
        own["XDG_DATA_HOME"] = environment["XDG_DATA_HOME"] ?? "\(environment["MODEL_CACHE_DIR"] ?? folder.path)/data"
        process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }
        if let workingFolder { process.currentDirectoryURL = workingFolder }
        process.standardOutput = try FileHandle(forWritingTo: folder.appendingPathComponent("out"))
        process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent("err"))
        HeavyTrait.require(for: "starts the program")
        try process.run()
    }

    /// Standard output up to now.
    func output() throws -> String {
        try String(contentsOf: folder.appendingPathComponent("out"), encoding: .utf8)
    }

    /// Standard error up to now.
    func complaints() throws -> String {
        try String(contentsOf: folder.appendingPathComponent("err"), encoding: .utf8)
    }

    /// Removes what was kept of its output; a process that still runs is ended.
    func forget() {
        if process.isRunning { process.terminate() }
        try? FileManager.default.removeItem(at: folder)
    }
}

/// Where the program is.
enum Program {
    /// The one that was built with the tests: beside them on Linux, beside their bundle on macOS.
    static var built: URL {
        var folder = Bundle.main.bundleURL
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
            folder = bundle.bundleURL.deletingLastPathComponent()
        }
        return folder.appendingPathComponent("image-to-song")
    }

    /// A copy of it in another folder.
    ///
    /// `cp` makes it: a file that this process writes cannot be run while another test's child, forked at that moment,
    /// still holds it open.
    static func copied(to folder: URL) throws -> URL {
        let copy = folder.appendingPathComponent("image-to-song")
        let finished = try Finished(
            [built.path, copy.path], environment: [:], program: URL(fileURLWithPath: "/bin/cp"))
        guard finished.status == 0 else { throw CocoaError(.fileWriteUnknown) }
        return copy
    }
}

extension URL {
    /// The same folder, which is there now.
    func created() throws -> URL {
        try FileManager.default.createDirectory(at: self, withIntermediateDirectories: true)
        return self
    }
}
