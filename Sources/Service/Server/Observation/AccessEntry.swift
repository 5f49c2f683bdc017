import Concurrency
import HTTPTypes
import Logging
import Observability
import Serving

/// A request that has ended, as the access log tells it.
struct AccessEntry: Sendable {
    /// Nil where the head of the request could not be read.
    let method: HTTPRequest.Method?
    /// The path as it was sent; nil where the head of the request could not be read.
    let path: String?
    /// The path of the call that it met, or `other`.
    let route: String
    let status: HTTPResponse.Status
    let duration: Duration
    /// The body's length as the client announced it.
    let receivedBytes: Int?
    /// The length of the answer's body.
    let sentBytes: Int
    /// The address that the connection came from.
    let client: String?
    let facts: RequestRecord.Facts

    /// The routes that machines ask for every few seconds; their lines would hide the others.
    private static let probes: Set<String> = ["/health", "/health/live", "/metrics"]

    /// Writes one line: at info, or at debug for probes.
    func write(to logger: Logger) {
        let level: Logger.Level = Self.probes.contains(route) ? .debug : .info
        logger.log(level: level, "Answered", metadata: metadata)
    }

    private var metadata: Logger.Metadata {
        var fields: Logger.Metadata = [
            "route": "\(route)", "status": .stringConvertible(status.code),
            "duration_ms": .stringConvertible(duration.inMilliseconds), "bytes_out": .stringConvertible(sentBytes),
        ]
        if let method { fields["method"] = "\(Self.shortened(method.rawValue, to: 32))" }
        if let path { fields["path"] = "\(Self.shortened(path, to: 200))" }
        if let receivedBytes { fields["bytes_in"] = .stringConvertible(receivedBytes) }
        if let client { fields["client"] = "\(client)" }
        if let code = facts.code { fields["code"] = "\(code)" }
        if let error = facts.error { fields["error"] = "\(Self.shortened(error, to: 500))" }
        if !facts.requestID.isEmpty { fields[JSONLogHandler.requestIDKey] = "\(facts.requestID)" }
        return fields
    }

    /// At most so many signs, and none that would hide or turn the others on a terminal.
    static func shortened(_ text: String, to length: Int) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard result.count < length else { return String(result) + "…" }
            result.append(isPrintable(scalar) ? scalar : "?")
        }
        return String(result)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }
}
