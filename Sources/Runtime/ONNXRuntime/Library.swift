internal import CONNXRuntime
internal import Foundation

/// A loaded ONNX Runtime: its functions, version and place.
struct Library: Sendable {
    let api: API
    let version: String
    let path: String

    /// The oldest ONNX Runtime that has the C API called here.
    private static let oldestVersion = "1.\(ORT_API_VERSION_NEEDED)"

    /// Loads the first of the candidates that loads. If that one is not ONNX Runtime or is too old, it is an error and not
    /// passed over, for whoever put it there meant it.
    init(_ search: LibrarySearch) throws(ONNXRuntimeError) {
        guard Telemetry.isOff else {
            throw ONNXRuntimeError(
                .failed, "ORT_DISABLE_TELEMETRY could not be set, and ONNX Runtime is not loaded without it.")
        }
        var tried: [String] = []
        for candidate in search.candidates {
            let isFile = candidate.contains("/")
            if isFile, !FileManager.default.fileExists(atPath: candidate) {
                tried.append("\(candidate): no such file")
                continue
            }
            // Never closed: ONNX Runtime keeps threads and static objects that do not survive that.
            let path = isFile ? URL(fileURLWithPath: candidate).resolvingSymlinksInPath().path : candidate
            guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
                let reason = dlerror().map { String(cString: $0) } ?? "it cannot be loaded"
                tried.append(reason.hasPrefix(path) ? reason : "\(candidate): \(reason)")
                continue
            }
            try self.init(handle: handle, path: path)
            return
        }
        throw ONNXRuntimeError(
            .libraryNotFound,
            """
            ONNX Runtime's library was not found; run scripts/setup, or set ONNXRUNTIME_LIBRARY to its file. \
            Looked at:\(tried.map { "\n  \($0)" }.joined())
            """)
    }

    private init(handle: UnsafeMutableRawPointer, path: String) throws(ONNXRuntimeError) {
        guard let symbol = dlsym(handle, "OrtGetApiBase"),
            let base = unsafeBitCast(symbol, to: OrtGetApiBaseFunction.self)()
        else {
            throw ONNXRuntimeError(
                .notONNXRuntime, "\(path) is not ONNX Runtime: it has no function OrtGetApiBase.")
        }
        version = base.pointee.GetVersionString().map { String(cString: $0) } ?? "of an unknown version"
        guard let table = base.pointee.GetApi(UInt32(ORT_API_VERSION_NEEDED)) else {
            throw ONNXRuntimeError(
                .libraryTooOld,
                """
                \(path) is ONNX Runtime \(version), but \(Self.oldestVersion) or newer is needed; \
                run scripts/setup, or set ONNXRUNTIME_LIBRARY to a newer one.
                """)
        }
        api = API(functions: table)
        self.path = path
    }
}

/// ONNX Runtime's reports to its makers, which are never sent.
///
/// Its wheels from 1.32 on keep a device id and a database of events below the user's cache folder, and send them, unless
/// the environment says otherwise.
enum Telemetry {
    /// Turns the reports off for this process, the first time it is read; must be read before the library is loaded.
    ///
    /// Other threads may read the environment meanwhile: a first `setenv` copies its table and leaves the old one in
    /// place. But Swift finds the command line by where that table was when the process began, so it is read first.
    static let isOff: Bool = {
        _ = CommandLine.arguments
        return setenv("ORT_DISABLE_TELEMETRY", "1", 1) == 0
    }()
}
