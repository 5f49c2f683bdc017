import Foundation

/// A script beside this file, which drives the program from outside.
struct PythonScript {
    /// A Python that has the packages, where there is one: the interpreter that PYTHON names, the one in `.venv`, or the
    /// system's.
    static func interpreter(with packages: String) -> String? {
        let candidates = [ProcessInfo.processInfo.environment["PYTHON"], ".venv/bin/python3", "/usr/bin/python3"]
        return candidates.compactMap(\.self).first { (try? run($0, ["-c", "import \(packages)"]))?.status == 0 }
    }

    /// Whether programs with these names are installed.
    static func hasPrograms(_ names: String...) -> Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return names.allSatisfy { name in
            folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
        }
    }

    let name: String
    let packages: String

    /// Runs the script with the program that was built with the tests.
    func run(_ arguments: String...) throws -> (status: Int32, output: String) {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: name)
        let interpreter = Self.interpreter(with: packages) ?? "python3"
        return try Self.run(interpreter, [script.path, Self.program.path] + arguments)
    }

    /// The status of a command, and what it wrote to either output.
    private static func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// Beside the tests on Linux, beside their bundle on macOS.
    private static var program: URL {
        var folder = Bundle.main.bundleURL
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
            folder = bundle.bundleURL.deletingLastPathComponent()
        }
        return folder.appending(path: "image-to-song")
    }
}
