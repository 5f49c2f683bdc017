import Captioning
import HTTPTypes
import Hummingbird
import Serving

/// The answer of `GET /health` and `GET /health/live`.
private struct HealthAnswer: Encodable {
    let status: String
    let uptimeSeconds: Double
    let modelLoaded: Bool?
    /// Why there are no captions, and what to do.
    var detail: String?
    /// Where the model runs, once it is loaded.
    let placement: ModelDescription.Placement?
    let timestamp = WireFormat.now()

    enum CodingKeys: String, CodingKey {
        case status, timestamp, device, detail
        case uptimeSeconds = "uptime_seconds"
        case modelLoaded = "model_loaded"
        case gpuName = "gpu_name"
        case gpuMemoryBytes = "gpu_memory_bytes"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(status, forKey: .status)
        try container.encode(uptimeSeconds, forKey: .uptimeSeconds)
        try container.encodeIfPresent(modelLoaded, forKey: .modelLoaded)
        try container.encodeIfPresent(detail, forKey: .detail)
        try container.encodeIfPresent(placement?.device, forKey: .device)
        try container.encodeIfPresent(placement?.gpuName, forKey: .gpuName)
        try container.encodeIfPresent(placement?.gpuMemoryBytes, forKey: .gpuMemoryBytes)
        try container.encode(timestamp, forKey: .timestamp)
    }
}

extension CaptionServer {
    /// 200 while captions can be had, else 503.
    func health() async throws -> Response {
        let status = await status()
        let isHealthy = status == "healthy"
        var placement: ModelDescription.Placement?
        if case .ready(let description) = await captioner.state { placement = description.placement }
        var detail: String?
        do throws(ServingError) {
            try await captioner.checkReadiness()
        } catch {
            detail = error.message
        }
        var response = try Response.json(
            HealthAnswer(
                status: status, uptimeSeconds: uptime, modelLoaded: isHealthy, detail: detail, placement: placement),
            status: isHealthy ? .ok : .serviceUnavailable)
        if status == "starting" { response.headers[.retryAfter] = ErrorAnswer.retryAfter }
        return response
    }

    /// 200, always: that the process answers is all there is to say.
    func liveness() throws -> Response {
        try .json(HealthAnswer(status: "alive", uptimeSeconds: uptime, modelLoaded: nil, placement: nil))
    }

    private var uptime: Double { WireFormat.seconds(ContinuousClock.now - started) }
}
