internal import CONNXRuntime

/// A line that ONNX Runtime logs.
public struct LogMessage: Sendable {
    /// How much it matters, in ONNX Runtime's own steps.
    public enum Level: Int32, Sendable, Comparable {
        case verbose, info, warning, error, fatal

        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    public let level: Level
    /// The part of ONNX Runtime that speaks, such as `onnxruntime`.
    public let category: String
    public let text: String
}
