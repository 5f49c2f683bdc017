/// Why ONNX Runtime, or this module on its way to it, could not do what was asked.
public struct ONNXRuntimeError: Error, Sendable, CustomStringConvertible {
    /// What went wrong. The names in capitals are ONNX Runtime's own (`ORT_…` in its C API), the others this module's.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case failed = "FAIL"
        case invalidArgument = "INVALID_ARGUMENT"
        case noSuchFile = "NO_SUCHFILE"
        case noModel = "NO_MODEL"
        case engineError = "ENGINE_ERROR"
        case runtimeException = "RUNTIME_EXCEPTION"
        case invalidProtobuf = "INVALID_PROTOBUF"
        case modelLoaded = "MODEL_LOADED"
        case notImplemented = "NOT_IMPLEMENTED"
        case invalidGraph = "INVALID_GRAPH"
        case executionProviderFailed = "EP_FAIL"
        case modelLoadCancelled = "MODEL_LOAD_CANCELED"
        case modelRequiresCompilation = "MODEL_REQUIRES_COMPILATION"
        case notFound = "NOT_FOUND"

        /// None of the places searched holds ONNX Runtime's library; the message lists them.
        case libraryNotFound
        /// A library was loaded that is not ONNX Runtime.
        case notONNXRuntime
        /// The library is older than the C API that this module calls; the message names both versions.
        case libraryTooOld
        /// A run was ended by ``RunOptions/cancel()``.
        case cancelled
        /// A tensor's shape, count of values or element type do not fit together.
        case invalidTensor
        /// The value or the element type is one that this module has no form for: a sequence, a map, strings.
        case unsupportedType

        /// The code that ONNX Runtime's number `status` stands for; ``failed`` for numbers later than this list.
        init(status: Int32) {
            let inOrder: [Code] = [
                .failed, .invalidArgument, .noSuchFile, .noModel, .engineError, .runtimeException, .invalidProtobuf,
                .modelLoaded, .notImplemented, .invalidGraph, .executionProviderFailed, .modelLoadCancelled,
                .modelRequiresCompilation, .notFound,
            ]
            self = inOrder.indices.contains(Int(status) - 1) ? inOrder[Int(status) - 1] : .failed
        }
    }

    public let code: Code
    /// A full sentence, or ONNX Runtime's own words.
    public let message: String
    public let cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String { "ONNX Runtime (\(code.rawValue)): \(message)" }
}
