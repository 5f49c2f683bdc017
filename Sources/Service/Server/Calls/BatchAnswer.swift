import HTTPTypes
import Serving

/// The answer of `POST /caption/batch`.
struct BatchAnswer: Encodable {
    /// That the pictures were taken and looked at; ``Info/failed`` says of how many nothing came.
    let success = true
    let results: [Entry]
    let batchInfo: Info
    let timestamp = WireFormat.now()

    enum CodingKeys: String, CodingKey {
        case success, results, timestamp
        case batchInfo = "batch_info"
    }

    /// The figures of the whole call.
    struct Info: Encodable {
        let totalImages: Int
        let succeeded: Int
        let failed: Int
        let totalTime: Double
        let averageTime: Double

        enum CodingKeys: String, CodingKey {
            case succeeded, failed
            case totalImages = "total_images"
            case totalTime = "total_time_seconds"
            case averageTime = "average_time_per_image"
        }
    }

    init(_ outcomes: [CaptionBatch.Outcome], total: Duration) {
        results = outcomes.map(Entry.init)
        let failed = results.count { $0.error != nil }
        batchInfo = Info(
            totalImages: results.count, succeeded: results.count - failed, failed: failed,
            totalTime: WireFormat.seconds(total), averageTime: WireFormat.seconds(total / max(1, results.count)))
    }
}

extension BatchAnswer {
    /// What became of one picture: a caption, or an error.
    struct Entry: Encodable {
        let index: Int
        let filename: String
        let caption: String?
        /// All of them where several were asked for, the best first.
        let captions: [String]?
        /// The mean log-probability of the caption's tokens, where it was asked for; of all captions, where there are several.
        let score: Double?
        let scores: [Double]?
        let tokenCount: Int?
        let imageInfo: ImageInfo?
        let processingTime: ProcessingTime?
        let cached: Bool?
        let error: Failure?

        enum CodingKeys: String, CodingKey {
            case index, filename, caption, captions, score, scores, cached, error
            case tokenCount = "token_count"
            case imageInfo = "image_info"
            case processingTime = "processing_time"
        }

        init(_ outcome: CaptionBatch.Outcome) {
            index = outcome.index
            filename = outcome.fileName
            let result = try? outcome.result.get()
            caption = result?.caption
            captions = result?.captions
            score = result?.score
            scores = result?.scores
            tokenCount = result?.tokenCount
            imageInfo = result.map { ImageInfo($0.picture, fileName: outcome.fileName) }
            processingTime = result.map { ProcessingTime($0.timings, total: outcome.duration) }
            cached = result?.isCached
            if case .failure(let cause) = outcome.result { error = Failure(cause) } else { error = nil }
        }
    }

    /// Why there is no caption: what a call with this picture alone would have been refused with.
    struct Failure: Encodable {
        let code: String
        let detail: String
        let status: Int

        init(_ error: any Error) {
            let answer = ErrorAnswer(error)
            code = answer.code
            detail = answer.detail
            status = answer.status.code
        }
    }
}
