import StandIns

/// The reference implementation's checker, where a Python with the package onnx is at hand.
enum PythonONNX {
    static let isAvailable = interpreter != nil

    private static let interpreter = Python.interpreter(with: "onnx")

    /// What the checker complains of; nothing where all models are valid.
    static func check(_ paths: [String]) throws -> String {
        let program = "import sys, onnx; [onnx.checker.check_model(path, full_check=True) for path in sys.argv[1:]]"
        let (status, output) = try Tool.run(interpreter ?? "python3", ["-c", program] + paths)
        return status == 0 ? "" : "status \(status): \(output)"
    }
}
