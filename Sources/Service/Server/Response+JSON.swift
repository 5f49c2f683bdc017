import Concurrency
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Observability

extension Response {
    /// A response whose body is `value` as JSON, with its keys in order.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, contentType: String = "application/json"
    ) throws -> Response {
        let body = try ByteBuffer(json: value)
        return Response(
            status: status, headers: [.contentType: contentType, .contentLength: "\(body.readableBytes)"],
            body: ResponseBody(byteBuffer: body))
    }
}

extension ByteBuffer {
    /// `value` as JSON, with its keys in order.
    init(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.init(bytes: try encoder.encode(value))
    }
}

/// Points in time and durations as they stand in answers and log lines.
enum WireFormat {
    /// This moment in ISO 8601, UTC, to the millisecond.
    static func now() -> String {
        Timestamp.now()
    }

    /// This moment as the header `Date` has it (RFC 9110 §5.6.7).
    static func httpDate() -> String {
        Date().formatted(
            Date.VerbatimFormatStyle(
                format: """
                    \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
                    \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
                    \(second: .twoDigits) GMT
                    """, locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt,
                calendar: Calendar(identifier: .gregorian)))
    }

    /// Seconds to the microsecond.
    static func seconds(_ duration: Duration) -> Double {
        (duration.inSeconds * 1_000_000).rounded() / 1_000_000
    }
}
