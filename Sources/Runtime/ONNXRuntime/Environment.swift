internal import CONNXRuntime
internal import Synchronization

/// A share in the environment that ONNX Runtime has one of in each process: its logger and its providers.
///
/// The first share makes it, and the end of the last one takes it down. ONNX Runtime fails where one thread makes it while
/// another takes it down, so shares come and go in turn.
///
/// `@unchecked Sendable`: the pointer never changes, and any thread may use what it points to.
final class Environment: @unchecked Sendable {
    private static let turn = Mutex(())

    let pointer: OpaquePointer
    private let api: API

    init(
        _ api: API, _ create: (UnsafePointer<OrtApi>, UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?
    ) throws(ONNXRuntimeError) {
        self.api = api
        var created: OpaquePointer?
        try Self.turn.withLock { _ throws(ONNXRuntimeError) in try api.check(create(api.functions, &created)) }
        guard let created else {
            throw ONNXRuntimeError(.failed, "ONNX Runtime reported success but made no environment.")
        }
        pointer = created
    }

    deinit {
        Self.turn.withLock { _ in api.functions.pointee.ReleaseEnv(pointer) }
    }
}
