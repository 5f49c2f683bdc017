import HTTPTypes
import Hummingbird
import Pipeline

/// The answer of `GET /health` and `GET /health/live`.
private struct HealthAnswer: Encodable {
    let status: String
    let uptimeSeconds: Double
    let modelLoaded: Bool?
    let timestamp = WireFormat.now()

    enum CodingKeys: String, CodingKey {
        case status, timestamp
        case uptimeSeconds = "uptime_seconds"
        case modelLoaded = "model_loaded"
    }
}

extension CaptionServer {
    /// 200 while captions can be had, else 503.
    func health() async throws -> Response {
        let status = await status()
        let isHealthy = status == "healthy"
        var response = try Response.json(
            HealthAnswer(status: status, uptimeSeconds: uptime, modelLoaded: isHealthy),
            status: isHealthy ? .ok : .serviceUnavailable)
        if status == "starting" { response.headers[.retryAfter] = ErrorAnswer.retryAfter }
        return response
    }

    /// 200, always: that the process answers is all there is to say.
    func liveness() throws -> Response {
        try .json(HealthAnswer(status: "alive", uptimeSeconds: uptime, modelLoaded: nil))
    }

    private var uptime: Double { WireFormat.seconds(ContinuousClock.now - started) }
}
