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

/// What stands between ONNX Runtime's C callback and a Swift closure.
final class LogReceiver: Sendable {
    private let receive: @Sendable (LogMessage) -> Void

    init(_ receive: @escaping @Sendable (LogMessage) -> Void) {
        self.receive = receive
    }

    /// The callback; its first argument is a `LogReceiver`.
    static let callback: OrtLoggingFunction = { parameter, severity, category, _, _, text in
        guard let parameter else { return }
        let receiver = Unmanaged<LogReceiver>.fromOpaque(parameter).takeUnretainedValue()
        receiver.receive(
            LogMessage(
                level: LogMessage.Level(rawValue: severity) ?? .error,
                category: category.map { String(cString: $0) } ?? "",
                text: text.map { String(cString: $0) } ?? ""))
    }
}
