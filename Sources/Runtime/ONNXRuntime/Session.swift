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

extension Session {
    /// Runs the model on the tensors that `binding` holds. Blocks until the outputs are there.
    /// - Throws: `cancelled` where `options` said so; else ONNX Runtime's codes, such as `invalidArgument` for a missing
    ///   input, a shape or an element type that the model does not take, `failed` for an operator that could not work.
    public func run(_ binding: IOBinding, options: RunOptions? = nil) throws(ONNXRuntimeError) {
        guard binding.session === self else {
            throw ONNXRuntimeError(.invalidArgument, "The binding was made for another session.")
        }
        try requireInputs { binding.isBound(input: $0) }
        if isOnDevice { try binding.sendInputs() }
        try run(options) { $0.pointee.RunWithBinding(session.pointer, $1, binding.binding.pointer) }
        if isOnDevice { try binding.awaitOutputs() }
    }

    /// Runs the model from tensors into tensors, by name. Blocks until the outputs are there.
    /// - Throws: as ``run(_:options:)``.
    public func run(
        _ inputs: [String: Tensor], into outputs: [String: Tensor], options: RunOptions? = nil
    ) throws(ONNXRuntimeError) {
        let binding = try IOBinding(session: self)
        for (name, tensor) in inputs { try binding.bind(input: name, to: tensor) }
        for (name, tensor) in outputs { try binding.bind(output: name, to: tensor) }
        try run(binding, options: options)
    }

    /// Runs the model on `inputs`, by name, and returns those of its outputs that are asked for, in memory of ONNX
    /// Runtime's. Blocks until they are there.
    /// - Throws: as ``run(_:options:)``, and `unsupportedType` for an output that is not a tensor of numbers.
    public func run(
        _ inputs: [String: Tensor], outputs: [String], options: RunOptions? = nil
    ) throws(ONNXRuntimeError) -> [String: Tensor] {
        try requireInputs { inputs[$0] != nil }
        let functions = runtime.api.functions
        var given: [OpaquePointer?] = []
        var made = [OpaquePointer?](repeating: nil, count: outputs.count)
        defer {
            for value in given + made { functions.pointee.ReleaseValue(value) }
        }

        let named = Array(inputs)
        for (_, tensor) in named {
            let value = try tensor.makeValue(runtime)
            given.append(value.take())
        }
        try run(options) { functions, options in
            withCStrings(named.map(\.key)) { inputNames in
                withCStrings(outputs) { outputNames in
                    functions.pointee.Run(
                        session.pointer, options, inputNames, given, given.count, outputNames, made.count, &made)
                }
            }
        }

        var results: [String: Tensor] = [:]
        for (index, name) in outputs.enumerated() {
            guard let value = made[index] else { continue }
            made[index] = nil
            results[name] = try Tensor(Owned(value, release: functions.pointee.ReleaseValue), name: name, from: self)
        }
        return results
    }

    /// ONNX Runtime leaves it to each operator to notice that its input is missing.
    private func requireInputs(_ isGiven: (String) -> Bool) throws(ONNXRuntimeError) {
        if let missing = inputs.first(where: { !isGiven($0.name) }) {
            throw ONNXRuntimeError(.invalidArgument, "The model's input \(missing.name) was not given.")
        }
    }

    /// Calls `body`, and tells a run that was cancelled from one that failed.
    private func run(
        _ options: RunOptions?, _ body: (UnsafePointer<OrtApi>, OpaquePointer?) -> OpaquePointer?
    ) throws(ONNXRuntimeError) {
        do {
            try runtime.api.call { body($0, options?.options.pointer) }
        } catch  where error.code == .failed && options?.isCancelled == true {
            throw ONNXRuntimeError(.cancelled, "The run was cancelled.", cause: error)
        }
    }
}

/// What a model says of one of its inputs or outputs.
public struct ValueInfo: Sendable, Hashable {
    public let name: String
    /// Nil where the value is not a tensor, or one of a type that ``ElementType`` lacks, such as strings.
    public let elementType: ElementType?
    /// The size of each dimension, nil where each run may choose it.
    public let shape: [Int?]
    /// The name that the model gives to a dimension that each run may choose.
    public let symbols: [String?]

    /// Reads an `OrtTypeInfo`.
    init(name: String, type: OpaquePointer, api: API) throws(ONNXRuntimeError) {
        self.name = name
        var info: OpaquePointer?
        try api.call { $0.pointee.CastTypeInfoToTensorInfo(type, &info) }
        guard let info else {
            elementType = nil
            shape = []
            symbols = []
            return
        }
        let tensor = try TensorDescription(info, api: api)
        elementType = tensor.elementType
        shape = tensor.dimensions.map { $0 < 0 ? nil : $0 }
        symbols = tensor.symbols
    }
}
