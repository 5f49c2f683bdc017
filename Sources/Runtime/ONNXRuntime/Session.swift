internal import CONNXRuntime
internal import Synchronization

/// A model, ready to run.
///
/// Runs may overlap, from any threads, as long as each has tensors and a binding of its own.
public final class Session: Sendable {
    /// What the model wants, in its order.
    public let inputs: [ValueInfo]
    /// What the model gives, in its order.
    public let outputs: [ValueInfo]

    /// Whether a provider other than the CPU's computes, which then has memory of its own.
    let isOnDevice: Bool

    /// The version of the library that computes.
    public var runtimeVersion: String { runtime.version }

    // In this order the session is released before the environment.
    let session: Owned
    let runtime: Runtime

    /// Reads the model at `modelPath`, and its external weights beside it, and prepares it. Blocks, for a large model for
    /// seconds.
    /// - Throws: ONNX Runtime's codes: `noSuchFile`, `invalidProtobuf`, `invalidGraph`, `notImplemented` for an operator
    ///   that it lacks, `failed` or `executionProviderFailed` for a provider that is not there.
    public init(runtime: Runtime, modelPath: String, options: SessionOptions = .init()) throws(ONNXRuntimeError) {
        let api = runtime.api
        let settings = try options.makeValue(runtime)
        let session = try api.make(api.functions.pointee.ReleaseSession) { functions, session in
            Self.creating {
                functions.pointee.CreateSession(runtime.environment.pointer, modelPath, settings.pointer, session)
            }
        }
        let pointer = session.pointer
        let functions = api.functions.pointee
        inputs = try Self.describe(
            api, pointer, count: functions.SessionGetInputCount, name: functions.SessionGetInputName,
            type: functions.SessionGetInputTypeInfo)
        outputs = try Self.describe(
            api, pointer, count: functions.SessionGetOutputCount, name: functions.SessionGetOutputName,
            type: functions.SessionGetOutputTypeInfo)
        isOnDevice = options.providers.contains { $0.provider != .cpu }
        self.session = session
        self.runtime = runtime
    }

    /// Whether a session has been made in this process.
    private static let isOneMade = Mutex(false)

    /// Has sessions made one after the other until there is one: the first registers the domain of our operators with ONNX
    /// Runtime, for the whole process, and where two do so at once one of them fails.
    /// - Parameter create: returns nil for success.
    private static func creating(_ create: () -> OpaquePointer?) -> OpaquePointer? {
        let first: OpaquePointer?? = isOneMade.withLock { isOneMade in
            if isOneMade { return nil }
            let status = create()
            isOneMade = status == nil
            return .some(status)
        }
        return first ?? create()
    }

    /// Ends the profile that ``SessionOptions/profilePrefix`` began, and returns the path of its JSON file. Blocks.
    public func endProfiling() throws(ONNXRuntimeError) -> String {
        try runtime.api.string { $0.pointee.SessionEndProfiling(session.pointer, $1, $2) }
    }

    private typealias Count = @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int>?) -> OpaquePointer?
    private typealias Name =
        @convention(c) (
            OpaquePointer?, Int, OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        ) -> OpaquePointer?
    private typealias TypeInfo =
        @convention(c) (
            OpaquePointer?, Int, UnsafeMutablePointer<OpaquePointer?>?
        ) -> OpaquePointer?

    /// The inputs or the outputs, by the three functions that tell of them.
    private static func describe(
        _ api: API, _ session: OpaquePointer, count: Count?, name: Name?, type: TypeInfo?
    ) throws(ONNXRuntimeError) -> [ValueInfo] {
        guard let count, let name, let type else { return [] }
        var length = 0
        try api.check(count(session, &length))
        var values: [ValueInfo] = []
        for index in 0..<length {
            let valueName = try api.string { name(session, index, $1, $2) }
            let info = try api.make(api.functions.pointee.ReleaseTypeInfo) { type(session, index, $1) }
            values.append(try ValueInfo(name: valueName, type: info.pointer, api: api))
        }
        return values
    }
}
