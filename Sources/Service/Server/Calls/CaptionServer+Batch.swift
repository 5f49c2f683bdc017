import Concurrency
import Hummingbird
import Logging
import NIOCore
import Serving

extension CaptionServer {
    /// Captions the pictures of a form while it comes in, and gives up as soon as the client goes.
    func captionBatch(_ request: Request, _ context: ServerContext) async throws -> Response {
        let began = ContinuousClock.now
        try await captioner.checkReadiness()
        let isFresh = request.asksForFreshAnswer
        let batch = CaptionBatch(maxInFlight: configuration.maxPicturesInFlight) { [captioner] picture, hash, options in
            try await captioner.caption(
                picture, options: options, isFresh: isFresh, hash: hash, admission: .orWait)
        }
        let layout = configuration.batchForm
        let outcomes = try await cancelledByDisconnection(of: context.channel) {
            try await Upload.receive(request, layout: layout) { try await batch.run(&$0) }
        }
        for outcome in outcomes { log(outcome, context.logger) }
        let answer = BatchAnswer(outcomes, total: ContinuousClock.now - began)
        context.logger.info(
            "Captioned a batch",
            metadata: [
                "duration_ms": .stringConvertible((ContinuousClock.now - began).inMilliseconds),
                "images": .stringConvertible(outcomes.count),
                "failed": .stringConvertible(answer.batchInfo.failed),
            ])
        return try .json(answer)
    }

    /// One line a picture, as a call with this picture alone would have left.
    private func log(_ outcome: CaptionBatch.Outcome, _ logger: Logger) {
        var metadata: Logger.Metadata = [
            "duration_ms": .stringConvertible(outcome.duration.inMilliseconds),
            "index": .stringConvertible(outcome.index),
        ]
        switch outcome.result {
        case .success(let caption):
            metadata["image_hash"] = "\(caption.picture.hash)"
            metadata["caption_length"] = .stringConvertible(caption.caption.count)
            metadata["token_count"] = .stringConvertible(caption.tokenCount)
            logger.info("Captioned a picture", metadata: metadata)
        case .failure(let error):
            let answer = ErrorAnswer(error)
            metadata["code"] = "\(answer.code)"
            metadata["error"] = "\(error)"
            logger.log(
                level: answer.status == .internalServerError ? .error : .info, "A picture has no caption",
                metadata: metadata)
        }
    }
}
