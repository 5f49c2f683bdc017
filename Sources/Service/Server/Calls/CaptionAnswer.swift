import Captioning
import Foundation
import Serving

/// The answer of `POST /caption/generate`, and the last event of `POST /caption/stream`.
struct CaptionAnswer: Encodable {
    let success = true
    let caption: String
    /// All of them where several were asked for, the best first.
    let captions: [String]?
    /// The mean log-probability of the caption's tokens, where it was asked for; of all captions, where there are several.
    let score: Double?
    let scores: [Double]?
    let tokenCount: Int
    let imageInfo: ImageInfo
    let processingTime: ProcessingTime
    let cached: Bool
    let timestamp = WireFormat.now()

    enum CodingKeys: String, CodingKey {
        case success, caption, captions, score, scores, cached, timestamp
        case tokenCount = "token_count"
        case imageInfo = "image_info"
        case processingTime = "processing_time"
    }

    init(_ result: CaptionResult, fileName: String, total: Duration) {
        caption = result.caption
        captions = result.captions
        score = result.score
        scores = result.scores
        cached = result.isCached
        tokenCount = result.tokenCount
        imageInfo = ImageInfo(result.picture, fileName: fileName)
        processingTime = ProcessingTime(result.timings, total: total)
    }
}

/// A picture as it was sent.
struct ImageInfo: Encodable {
    let filename: String
    /// Width and height.
    let size: [Int]
    let format: String
    let fileSize: Int
    let hash: String

    enum CodingKeys: String, CodingKey {
        case filename, size, format, hash
        case fileSize = "file_size"
    }

    init(_ picture: PictureInfo, fileName: String) {
        filename = fileName
        size = [picture.width, picture.height]
        format = picture.format.uppercased()
        fileSize = picture.byteCount
        hash = picture.hash
    }
}

/// Where the time of one caption went, in seconds.
struct ProcessingTime: Encodable {
    /// From the request's head to its answer, the upload included.
    let total: Double
    /// Decoding and resizing the picture.
    let imageDecode: Double
    /// Turning upright, cropping and normalising the picture.
    let imagePreprocess: Double
    /// Waiting for a worker that reads the picture, and for the model.
    let waiting: Double
    /// All stages of the model together.
    let generation: Double
    /// Each of the model's stages, by the name that it has in answers.
    let stages: [String: Double]

    /// Stages that are in every answer, 0 where a model has no such stage or the caption was cached.
    private static let known = ["vision", "qformer", "prefill", "decode"]

    enum CodingKeys: String, CodingKey {
        case total = "total_seconds"
        case imageDecode = "image_decode_seconds"
        case imagePreprocess = "image_preprocess_seconds"
        case waiting = "waiting_seconds"
        case generation = "caption_generation_seconds"
    }

    /// The name of a stage of the model.
    private struct StageKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(_ timings: CaptionTimings, total: Duration) {
        let generation = timings.generation
        self.total = WireFormat.seconds(total)
        imageDecode = WireFormat.seconds(timings.decode)
        imagePreprocess = WireFormat.seconds(timings.preprocess)
        waiting = WireFormat.seconds(timings.waiting)
        self.generation = WireFormat.seconds(generation.total)
        stages = Dictionary(
            Self.known.map { ("\($0)_seconds", 0) }
                + generation.stages.map { ("\($0.name)_seconds", WireFormat.seconds($0.duration)) },
            uniquingKeysWith: { $1 })
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(total, forKey: .total)
        try container.encode(imageDecode, forKey: .imageDecode)
        try container.encode(imagePreprocess, forKey: .imagePreprocess)
        try container.encode(waiting, forKey: .waiting)
        try container.encode(generation, forKey: .generation)
        var stageContainer = encoder.container(keyedBy: StageKey.self)
        for (name, seconds) in stages { try stageContainer.encode(seconds, forKey: StageKey(stringValue: name)) }
    }
}
