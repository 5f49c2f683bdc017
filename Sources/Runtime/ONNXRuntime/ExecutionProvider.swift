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
