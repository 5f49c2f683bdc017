import Foundation
import Serving

/// The answer of `POST /caption/generate`, and the last event of `POST /caption/stream`.
struct CaptionAnswer: Encodable {
    let success = true
    let caption: String
    /// All of them where several were asked for, the best first.
    let captions: [String]?
    let tokenCount: Int
    let imageInfo: ImageInfo
    let processingTime: ProcessingTime
    let cached: Bool
    let timestamp = WireFormat.now()

    enum CodingKeys: String, CodingKey {
        case success, caption, captions, cached, timestamp
        case tokenCount = "token_count"
        case imageInfo = "image_info"
        case processingTime = "processing_time"
    }

    init(_ result: CaptionResult, fileName: String, total: Duration) {
        caption = result.caption
        captions = result.captions
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
    let vision: Double
    let qformer: Double
    let prefill: Double
    let decode: Double

    enum CodingKeys: String, CodingKey {
        case total = "total_seconds"
        case imageDecode = "image_decode_seconds"
        case imagePreprocess = "image_preprocess_seconds"
        case waiting = "waiting_seconds"
        case generation = "caption_generation_seconds"
        case vision = "vision_seconds"
        case qformer = "qformer_seconds"
        case prefill = "prefill_seconds"
        case decode = "decode_seconds"
    }

    init(_ timings: CaptionTimings, total: Duration) {
        let stages = timings.generation
        self.total = WireFormat.seconds(total)
        imageDecode = WireFormat.seconds(timings.decode)
        imagePreprocess = WireFormat.seconds(timings.preprocess)
        waiting = WireFormat.seconds(timings.waiting)
        generation = WireFormat.seconds(stages.total)
        vision = WireFormat.seconds(stages.vision)
        qformer = WireFormat.seconds(stages.qformer)
        prefill = WireFormat.seconds(stages.prefill)
        decode = WireFormat.seconds(stages.decode)
    }
}
