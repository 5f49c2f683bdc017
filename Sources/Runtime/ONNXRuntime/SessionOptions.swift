internal import CONNXRuntime

/// How a session is to run its model. The defaults are ONNX Runtime's.
public struct SessionOptions: Sendable {
    /// How far the graph is rewritten for speed before it runs. Raw values are ONNX Runtime's.
    public enum OptimizationLevel: Int32, Sendable {
        case none = 0
        case basic = 1
        case extended = 2
        case all = 99
    }

    /// Whether operators that do not depend on each other may run at once. Raw values are ONNX Runtime's.
    public enum ExecutionMode: Int32, Sendable {
        case sequential = 0
        case parallel = 1
    }

    /// A provider, and its settings by ONNX Runtime's names for them.
    public struct Provider: Sendable, Hashable {
        public var provider: ExecutionProvider
        public var options: [String: String]

        public init(_ provider: ExecutionProvider, options: [String: String] = [:]) {
            self.provider = provider
            self.options = options
        }
    }

    /// Threads within one operator; nil: one for each physical core.
    public var intraOpThreads: Int?
    /// Threads for operators side by side, where ``executionMode`` is parallel; nil: one for each physical core.
    public var interOpThreads: Int?
    public var executionMode = ExecutionMode.sequential
    public var optimization = OptimizationLevel.all
    /// Best first. The CPU takes what none of them can, and need not be named.
    public var providers: [Provider] = []
    /// ONNX Runtime's session settings, such as `session.intra_op.allow_spinning`.
    public var configuration: [String: String] = [:]
    /// Plans memory ahead for inputs of shapes seen before; of no use where shapes keep changing.
    public var usesMemoryPattern = true
    /// Keeps freed memory of the CPU for later runs.
    public var usesMemoryArena = true
    /// Where set, runs are timed operator by operator, into a file whose name begins so.
    public var profilePrefix: String?
    /// Where set, the optimised graph is written there as a model.
    public var optimizedModelPath: String?

    public init() {}
}

extension SessionOptions {
    /// These options as ONNX Runtime's own object.
    func makeValue(_ runtime: Runtime) throws(ONNXRuntimeError) -> Owned {
        let api = runtime.api
        let options = try api.make(api.functions.pointee.ReleaseSessionOptions) { $0.pointee.CreateSessionOptions($1) }
        let pointer = options.pointer
        try api.call { $0.pointee.SetSessionGraphOptimizationLevel(pointer, optimization.rawValue) }
        try api.call { $0.pointee.SetSessionExecutionMode(pointer, executionMode.rawValue) }
        if let intraOpThreads {
            try api.call { $0.pointee.SetIntraOpNumThreads(pointer, Int32(clamping: intraOpThreads)) }
        }
        if let interOpThreads {
            try api.call { $0.pointee.SetInterOpNumThreads(pointer, Int32(clamping: interOpThreads)) }
        }
        if !usesMemoryPattern { try api.call { $0.pointee.DisableMemPattern(pointer) } }
        if !usesMemoryArena { try api.call { $0.pointee.DisableCpuMemArena(pointer) } }
        if let profilePrefix { try api.call { $0.pointee.EnableProfiling(pointer, profilePrefix) } }
        if let optimizedModelPath { try api.call { $0.pointee.SetOptimizedModelFilePath(pointer, optimizedModelPath) } }
        for (key, value) in configuration {
            try api.call { $0.pointee.AddSessionConfigEntry(pointer, key, value) }
        }
        try api.call { $0.pointee.AddCustomOpDomain(pointer, runtime.ownOperators.pointer) }
        for provider in providers where provider.provider != .cpu {
            try provider.append(to: pointer, api)
        }
        return options
    }
}

extension SessionOptions.Provider {
    /// Adds the provider to an `OrtSessionOptions`. CUDA and TensorRT have functions of their own for that.
    fileprivate func append(to sessionOptions: OpaquePointer, _ api: API) throws(ONNXRuntimeError) {
        let functions = api.functions
        switch provider {
        case .cuda:
            let own = try api.make(functions.pointee.ReleaseCUDAProviderOptions) {
                $0.pointee.CreateCUDAProviderOptions($1)
            }
            try withOptions(api) { functions.pointee.UpdateCUDAProviderOptions(own.pointer, $0, $1, $2) }
            try api.call { $0.pointee.SessionOptionsAppendExecutionProvider_CUDA_V2(sessionOptions, own.pointer) }
        case .tensorRT:
            let own = try api.make(functions.pointee.ReleaseTensorRTProviderOptions) {
                $0.pointee.CreateTensorRTProviderOptions($1)
            }
            try withOptions(api) { functions.pointee.UpdateTensorRTProviderOptions(own.pointer, $0, $1, $2) }
            try api.call { $0.pointee.SessionOptionsAppendExecutionProvider_TensorRT_V2(sessionOptions, own.pointer) }
        default:
            try withOptions(api) {
                functions.pointee.SessionOptionsAppendExecutionProvider(sessionOptions, provider.shortName, $0, $1, $2)
            }
        }
    }

    /// Calls `body` with the options' keys, their values and their count.
    private func withOptions(
        _ api: API, _ body: ([UnsafePointer<CChar>?], [UnsafePointer<CChar>?], Int) -> OpaquePointer?
    ) throws(ONNXRuntimeError) {
        let sorted = options.sorted { $0.key < $1.key }
        let status = withCStrings(sorted.map(\.key)) { keys in
            withCStrings(sorted.map(\.value)) { values in body(keys, values, sorted.count) }
        }
        try api.check(status)
    }
}

/// What runs the operators of a graph, by ONNX Runtime's own name.
public struct ExecutionProvider: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Always there, and always the last resort.
    public static let cpu = ExecutionProvider(rawValue: "CPUExecutionProvider")
    public static let cuda = ExecutionProvider(rawValue: "CUDAExecutionProvider")
    public static let tensorRT = ExecutionProvider(rawValue: "TensorrtExecutionProvider")
    public static let openVINO = ExecutionProvider(rawValue: "OpenVINOExecutionProvider")
    public static let coreML = ExecutionProvider(rawValue: "CoreMLExecutionProvider")

    public var description: String { rawValue }

    /// The name that SessionOptionsAppendExecutionProvider knows it by: without the ending.
    var shortName: String {
        let ending = "ExecutionProvider"
        return rawValue.hasSuffix(ending) ? String(rawValue.dropLast(ending.count)) : rawValue
    }
}
