import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Pipeline

extension Response {
    /// A response whose body is `value` as JSON, with its keys in order.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, contentType: String = "application/json"
    ) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = ByteBuffer(bytes: try encoder.encode(value))
        return Response(
            status: status, headers: [.contentType: contentType, .contentLength: "\(body.readableBytes)"],
            body: ResponseBody(byteBuffer: body))
    }
}

/// Points in time and durations as they stand in answers and log lines.
enum WireFormat {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// This moment in ISO 8601, UTC, to the millisecond.
    static func now() -> String {
        style.format(Date())
    }

    /// Seconds to the microsecond.
    static func seconds(_ duration: Duration) -> Double {
        (duration.inSeconds * 1_000_000).rounded() / 1_000_000
    }
}
