import Foundation
import ONNXRuntime
import Synchronization
import Testing

/// The files beside the tests.
enum Fixture {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    static func path(_ name: String) -> String { folder.appending(path: name).path }

    /// A session on the model of that name.
    static func session(
        _ model: String, _ runtime: Runtime, options: SessionOptions = .init()
    ) throws -> Session {
        try Session(runtime: runtime, modelPath: path("\(model).onnx"), options: options)
    }

    /// The library as the tests look for it: the repository's own `.deps` first, then as everyone does.
    static let search: LibrarySearch = {
        let repository = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let own = repository.appending(path: ".deps/libonnxruntime.so").path
        let isNamed = ProcessInfo.processInfo.environment["ONNXRUNTIME_LIBRARY"] != nil
        return isNamed ? .standard : LibrarySearch(candidates: [own] + LibrarySearch.standard.candidates)
    }()

    static func runtime() throws -> Runtime { try shared.get() }

    /// What ONNX Runtime has logged so far, warnings and above. The tests provoke many.
    static var log: [LogMessage] { lines.withLock { $0 } }

    private static let lines = Mutex<[LogMessage]>([])

    /// What all tests share; its listener hears every message of the process.
    private static let shared = Result {
        try Runtime.load(search, logLevel: .warning) { message in lines.withLock { $0.append(message) } }
    }
}

/// A folder that is gone when the test is.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory.appending(path: "onnxruntime-tests-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }
}

extension ONNXRuntimeError {
    /// The error that `body` throws, if it throws one of this kind.
    static func thrown(by body: () throws -> Void) -> ONNXRuntimeError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ONNXRuntimeError
        }
    }
}
