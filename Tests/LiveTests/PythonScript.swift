import Foundation
import StandIns

/// A script beside this file, which drives the program from outside.
struct PythonScript {
    let name: String
    let packages: String

    /// Runs the script with the program that was built with the tests.
    func run(_ arguments: String...) throws -> (status: Int32, output: String) {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: name)
        let interpreter = Python.interpreter(with: packages) ?? "python3"
        return try Tool.run(
            interpreter, [script.path, Self.program.path] + arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"])
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
