internal import CONNXRuntime
internal import Foundation
internal import Synchronization

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

/// Hands what ONNX Runtime logs to whoever listens at that moment.
///
/// ONNX Runtime has one logger in each process, that of the first environment. So every environment is made with this
/// relay for its logger, and closures come and go behind it.
enum LogRelay {
    /// A closure that listens for as long as this object lives.
    final class Listener: Sendable {
        private let number: Int

        /// Makes `receive` listen to messages of at least `level`.
        init(_ level: LogMessage.Level, _ receive: @escaping @Sendable (LogMessage) -> Void) {
            number = LogRelay.state.withLock { state in
                state.count += 1
                state.listeners[state.count] = (level, receive)
                return state.count
            }
        }

        deinit { LogRelay.state.withLock { $0.listeners[number] = nil } }
    }

    private struct State {
        var count = 0
        var listeners: [Int: (level: LogMessage.Level, receive: @Sendable (LogMessage) -> Void)] = [:]
    }

    private static let state = Mutex(State())

    /// What ONNX Runtime calls, on any thread.
    static let callback: OrtLoggingFunction = { _, severity, category, _, _, text in
        relay(
            LogMessage(
                level: LogMessage.Level(rawValue: severity) ?? .error,
                category: category.map { String(cString: $0) } ?? "", text: text.map { String(cString: $0) } ?? ""))
    }

    /// Hands a message on; where nobody listens at all it goes to standard error.
    private static func relay(_ message: LogMessage) {
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners where message.level >= listener.level { listener.receive(message) }
        guard listeners.isEmpty else { return }
        try? FileHandle.standardError.write(contentsOf: Data("\(message.category): \(message.text)\n".utf8))
    }
}
