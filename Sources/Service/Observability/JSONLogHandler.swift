import Foundation
public import Logging

/// Writes each log event as one JSON object on one line: `timestamp`, `level`, `message`, then the fields.
public struct JSONLogHandler: LogHandler {
    /// Hummingbird's name for the request's id, which is written as `request_id`.
    public static let requestIDKey = "hb.request.id"

    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    private let write: @Sendable (String) -> Void

    /// Makes a handler that writes events of at least `level`, to standard error by default.
    ///
    /// - Parameter write: takes one line, its line break included; may be called from several threads at once.
    public init(
        level: Logger.Level, write: @escaping @Sendable (String) -> Void = LogWriter.standardError.write
    ) {
        logLevel = level
        self.write = write
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var line = JSONLine()
        line.add("timestamp", .string(Timestamp.now()))
        line.add("level", .string(event.level.rawValue))
        line.add("message", .string(event.message.description))
        let fields = event.metadata.map { metadata.merging($0) { _, new in new } } ?? metadata
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line.add(key == Self.requestIDKey ? "request_id" : key, value)
        }
        if let error = event.error { line.add("error", .string("\(error)")) }
        write(line.finished)
    }
}
