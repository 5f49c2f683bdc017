import Foundation

/// A run of the program, to its end.
struct Finished {
    let status: Int32
    /// Standard output.
    let output: String
    /// Standard error.
    let complaints: String

    /// Runs the program that was built with the tests.
    init(_ arguments: [String], environment: [String: String]) throws {
        let folder = try FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")
            .created()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (output, complaints) = (folder.appendingPathComponent("out"), folder.appendingPathComponent("err"))
        for file in [output, complaints] { try Data().write(to: file) }

        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: complaints)
        try process.run()
        process.waitUntilExit()
        status = process.terminationStatus
        self.output = try String(contentsOf: output, encoding: .utf8)
        self.complaints = try String(contentsOf: complaints, encoding: .utf8)
    }

    /// Beside the tests on Linux, beside their bundle on macOS.
    static var program: URL {
        var folder = Bundle.main.bundleURL
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
            folder = bundle.bundleURL.deletingLastPathComponent()
        }
        return folder.appendingPathComponent("image-to-song")
    }
}

extension URL {
    /// The same folder, which is there now.
    fileprivate func created() throws -> URL {
        try FileManager.default.createDirectory(at: self, withIntermediateDirectories: true)
        return self
    }
}
