import Foundation

/// The reference implementation's checker, where a Python with the package onnx is at hand:
/// the interpreter that PYTHON names, the one in `.venv`, or the system's.
enum PythonONNX {
    static let isAvailable = interpreter != nil

    private static let interpreter: String? = {
        let candidates = [ProcessInfo.processInfo.environment["PYTHON"], ".venv/bin/python3", "/usr/bin/python3"]
        return candidates.compactMap(\.self).first { (try? run($0, ["-c", "import onnx"])) == "" }
    }()

    /// What the checker complains of; nothing where all models are valid.
    static func check(_ paths: [String]) throws -> String {
        let program = "import sys, onnx; [onnx.checker.check_model(path, full_check=True) for path in sys.argv[1:]]"
        return try run(interpreter ?? "python3", ["-c", program] + paths)
    }

    /// What a command that failed wrote to either output, with its status; nothing for one that succeeded.
    private static func run(_ path: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus == 0 ? "" : "status \(process.terminationStatus): \(text)"
    }
}
