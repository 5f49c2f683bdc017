import Foundation
import Synchronization

/// Programs that some tests use where the machine has them. `scripts/test` installs them.
public enum Tool {
    /// Where the program with this name is on the PATH.
    public static func path(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first(where: FileManager.default.isExecutableFile(atPath:))
    }

    /// The number that a program's `--version` begins with; nil where the program is absent or does not start.
    public static func majorVersion(_ name: String) -> Int? {
        guard let path = path(name), let (status, output) = try? run(path, ["--version"]), status == 0 else {
            return nil
        }
        return output.firstMatch(of: /([0-9]+)\.[0-9]/).flatMap { Int($0.output.1) }
    }

    /// Runs a program to its end. Blocks the thread.
    ///
    /// - Returns: the exit status, and what it wrote to either output.
    public static func run(
        _ path: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String) {
        HeavyTrait.require(for: "runs a program")
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}

/// The Python interpreters that tests use: the one that PYTHON names, the one in `.venv`, or the system's.
public enum Python {
    private static let found = Mutex<[String: String?]>([:])

    /// A Python that can import these modules, such as "onnx" or "torch, transformers".
    public static func interpreter(with modules: String) -> String? {
        if let known = found.withLock({ $0[modules] }) { return known }
        let candidates = [ProcessInfo.processInfo.environment["PYTHON"], ".venv/bin/python3", "/usr/bin/python3"]
        let path = candidates.compactMap(\.self).first {
            (try? Tool.run($0, ["-c", "import \(modules)"]))?.status == 0
        }
        found.withLock { $0[modules] = .some(path) }
        return path
    }
}
