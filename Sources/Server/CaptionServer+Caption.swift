import Hummingbird
import Logging
import NIOCore
import Pipeline

extension CaptionServer {
    /// Reads the form, captions its picture, and gives up as soon as the client goes.
    func caption(_ request: Request, _ context: ServerContext) async throws -> Response {
        let began = ContinuousClock.now
        try await captioner.checkReadiness()
        // A connection that closes here breaks the upload off, and reading says so.
        let form = try await Form.read(from: request, layout: configuration.captionForm)
        let options = try CaptionOptions(form: form.texts)
        let caption = try await cancelledByDisconnection(of: context.channel) {
            try await captioner.caption(form.file, options: options)
        }
        let total = ContinuousClock.now - began
        context.logger.info(
            "Captioned a picture",
            metadata: [
                "duration_ms": .stringConvertible(total.inMilliseconds), "image_hash": "\(caption.picture.hash)",
                "caption_length": .stringConvertible(caption.caption.count),
                "token_count": .stringConvertible(caption.tokenCount),
            ])
        return try .json(CaptionAnswer(caption, fileName: form.fileName, total: total))
    }
}

/// The answer of `POST /caption/generate`.
private struct CaptionAnswer: Encodable {
    let success = true
    let caption: String
    let tokenCount: Int
    let imageInfo: ImageInfo
    let processingTime: ProcessingTime
    let cached = false
    let timestamp = WireFormat.now()

    enum CodingKeys: String, CodingKey {
        case success, caption, cached, timestamp
        case tokenCount = "token_count"
        case imageInfo = "image_info"
        case processingTime = "processing_time"
    }

    init(_ result: CaptionResult, fileName: String, total: Duration) {
        caption = result.caption
        tokenCount = result.tokenCount
        imageInfo = ImageInfo(result.picture, fileName: fileName)
        processingTime = ProcessingTime(result.timings, total: total)
    }
}

private struct ImageInfo: Encodable {
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

private struct ProcessingTime: Encodable {
    /// From the request's head to its answer, the upload included.
    let total: Double
    /// Reading, decoding and resizing the picture.
    let preparation: Double
    /// Waiting for the model.
    let waiting: Double
    /// All stages of the model together.
    let generation: Double
    let vision: Double
    let qformer: Double
    let prefill: Double
    let decode: Double

    enum CodingKeys: String, CodingKey {
        case total = "total_seconds"
        case preparation = "image_preparation_seconds"
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
        preparation = WireFormat.seconds(timings.preparation)
        waiting = WireFormat.seconds(timings.waiting)
        generation = WireFormat.seconds(stages.vision + stages.qformer + stages.prefill + stages.decode)
        vision = WireFormat.seconds(stages.vision)
        qformer = WireFormat.seconds(stages.qformer)
        prefill = WireFormat.seconds(stages.prefill)
        decode = WireFormat.seconds(stages.decode)
    }
}
