internal import CONNXRuntime
internal import Foundation

/// ONNX Runtime: the loaded library and its environment.
///
/// Sessions keep it alive, so it goes after the last of them. One is enough for a process: ONNX Runtime holds a single
/// environment behind all of them.
public final class Runtime: Sendable {
    /// The library's version, such as `1.32.0`.
    public let version: String
    /// The file that the library was loaded from.
    public let libraryPath: String

    let api: API
    let environment: Environment
    private let listener: LogRelay.Listener?
    /// Ordinary memory, as tensors are described to ONNX Runtime.
    let cpuMemory: Owned
    let ownOperators: Owned

    /// Loads the library and starts its environment. Blocks for a few milliseconds.
    /// - Parameters:
    ///   - search: where to look for the library.
    ///   - logLevel: the least level that `log` receives. ONNX Runtime itself keeps to that of the process's first
    ///     runtime, so no later one hears more.
    ///   - log: receives what ONNX Runtime logs anywhere in the process, on any thread, as long as this runtime lives.
    ///     Where nobody does, it goes to standard error.
    /// - Throws: `libraryNotFound`, `notONNXRuntime`, `libraryTooOld`.
    public static func load(
        _ search: LibrarySearch = .standard, logLevel: LogMessage.Level = .warning,
        log: (@Sendable (LogMessage) -> Void)? = nil
    ) throws(ONNXRuntimeError) -> Runtime {
        try Runtime(Library(search), logLevel: logLevel, log: log)
    }

    private init(
        _ library: Library, logLevel: LogMessage.Level, log: (@Sendable (LogMessage) -> Void)?
    ) throws(ONNXRuntimeError) {
        let api = library.api
        listener = log.map { LogRelay.Listener(logLevel, $0) }
        environment = try Environment(api) {
            $0.pointee.CreateEnvWithCustomLogger(LogRelay.callback, nil, logLevel.rawValue, "onnxruntime", $1)
        }
        cpuMemory = try api.cpuMemory()
        ownOperators = try api.ownOperators()
        self.api = api
        version = library.version
        libraryPath = library.path
    }

    /// The providers that this library was built with, best first; that a device is there to use is not said.
    public var availableProviders: [ExecutionProvider] {
        get throws(ONNXRuntimeError) {
            var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
            var count: Int32 = 0
            try api.call { $0.pointee.GetAvailableProviders(&names, &count) }
            let providers = (0..<Int(count)).compactMap { index in
                names?[index].map { ExecutionProvider(rawValue: String(cString: $0)) }
            }
            try api.call { $0.pointee.ReleaseAvailableProviders(names, count) }
            return providers
        }
    }
}

extension Runtime {
    /// What the CUDA provider needs, each behind what it needs itself.
    private static let cudaLibraries = [
        "libcudart.so", "libnvJitLink.so", "libnvrtc.so", "libcublasLt.so", "libcublas.so", "libcurand.so",
        "libcufft.so",
        "libcudnn.so",
    ]

    /// Loads NVIDIA's libraries that `scripts/setup --gpu` has put into the folder `cuda` beside the library, where the
    /// system does not look for them. What is not there is left to the system's search.
    public func loadCUDALibraries() {
        let folder = URL(fileURLWithPath: libraryPath).deletingLastPathComponent().appendingPathComponent("cuda")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for library in Self.cudaLibraries {
            for file in files where file.hasPrefix("\(library).") {
                _ = dlopen(folder.appendingPathComponent(file).path, RTLD_NOW | RTLD_GLOBAL)
            }
        }
    }
}
