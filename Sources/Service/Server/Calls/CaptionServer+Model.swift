import Captioning
import Concurrency
import Hummingbird
import Serving

/// The answer of `GET /model/info`.
private struct ModelAnswer: Encodable {
    let success = true
    let modelInfo: ModelInfo
    let timestamp = WireFormat.now()

    enum CodingKeys: String, CodingKey {
        case success, timestamp
        case modelInfo = "model_info"
    }
}

private struct ModelInfo: Encodable {
    struct Limits: Encodable {
        let maxImageBytes: Int
        let imageSize: [Int]?
        let queryTokens: Int?
        let maxNewTokens: Int?
        let requestTimeoutSeconds: Double

        enum CodingKeys: String, CodingKey {
            case maxImageBytes = "max_image_bytes"
            case imageSize = "image_size"
            case queryTokens = "query_tokens"
            case maxNewTokens = "max_new_tokens"
            case requestTimeoutSeconds = "request_timeout_seconds"
        }
    }

    let status: String
    let name: String
    let description: ModelDescription?
    let loadSeconds: Double?
    let limits: Limits

    enum CodingKeys: String, CodingKey {
        case status, architecture, device, precision, dtype, parameters, limits, demo, note, alias, licence
        case name = "model_name"
        case memory
        case hubID = "hub_id"
        case purpose = "good_for"
        case loadSeconds = "load_seconds"
        case gpuName = "gpu_name"
        case gpuMemoryBytes = "gpu_memory_bytes"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(status, forKey: .status)
        try container.encode(name, forKey: .name)
        try container.encode(limits, forKey: .limits)
        try container.encodeIfPresent(loadSeconds, forKey: .loadSeconds)
        guard let description else { return }
        try container.encode(description.architecture, forKey: .architecture)
        try container.encode(description.parameters, forKey: .parameters)
        try container.encode(description.isDemo, forKey: .demo)
        try container.encodeIfPresent(description.note, forKey: .note)
        if let publication = description.publication {
            try container.encode(publication.alias, forKey: .alias)
            try container.encode(publication.id, forKey: .hubID)
            try container.encode(publication.purpose, forKey: .purpose)
            try container.encode(publication.licence, forKey: .licence)
        }
        try container.encode(description.placement.device, forKey: .device)
        try container.encode(description.placement.precision, forKey: .precision)
        try container.encode(description.placement.precision, forKey: .dtype)
        try container.encode(description.placement.memoryBytes, forKey: .memory)
        try container.encodeIfPresent(description.placement.gpuName, forKey: .gpuName)
        try container.encodeIfPresent(description.placement.gpuMemoryBytes, forKey: .gpuMemoryBytes)
    }
}

extension CaptionServer {
    /// What is known of the model; while it is loading, that is its name and the limits of this server.
    func model() async throws -> Response {
        let (status, description): (String, ModelDescription?) =
            switch await captioner.state {
            case .loading: ("loading", nil)
            case .ready(let description): ("ready", description)
            case .failed, .unsound: ("failed", nil)
            }
        let limits = ModelInfo.Limits(
            maxImageBytes: configuration.maxImageBytes,
            imageSize: description.map { [$0.limits.imageSize, $0.limits.imageSize] },
            queryTokens: description?.limits.imageTokens, maxNewTokens: description?.limits.maxNewTokens,
            requestTimeoutSeconds: configuration.requestTimeout.inSeconds)
        return try .json(
            ModelAnswer(
                modelInfo: ModelInfo(
                    status: status, name: description?.name ?? configuration.modelName, description: description,
                    loadSeconds: await captioner.loadDuration.map(WireFormat.seconds), limits: limits)))
    }
}
