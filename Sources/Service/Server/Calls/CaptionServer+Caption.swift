import Captioning
import Concurrency
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Serving

extension CaptionServer {
    /// Reads the form, captions its picture, and gives up as soon as the client goes.
    func caption(_ request: Request, _ context: ServerContext) async throws -> Response {
        let began = ContinuousClock.now
        try await captioner.checkReadiness()
        // A connection that closes here breaks the upload off, and reading says so.
        let form = try await Form.read(from: request, layout: configuration.captionForm)
        let options = try CaptionOptions(form: form.texts)
        let caption = try await cancelledByDisconnection(of: context.channel) {
            try await captioner.caption(
                form.file, options: options, isFresh: request.asksForFreshAnswer, hash: form.fileHash)
        }
        let total = ContinuousClock.now - began
        context.logger.note(caption, total: total)
        return try .json(CaptionAnswer(caption, fileName: form.fileName, total: total))
    }
}

extension Logger {
    /// The line of a caption that was made, or found in the cache.
    func note(_ caption: CaptionResult, total: Duration) {
        info(
            "Captioned a picture",
            metadata: [
                "duration_ms": .stringConvertible(total.inMilliseconds), "image_hash": "\(caption.picture.hash)",
                "caption_length": .stringConvertible(caption.caption.count),
                "token_count": .stringConvertible(caption.tokenCount),
                "cached": .stringConvertible(caption.isCached),
            ])
    }
}

extension Request {
    /// Whether the client does not want a caption that was made before (RFC 9111 §5.2.1).
    var asksForFreshAnswer: Bool {
        headers[values: .cacheControl].joined(separator: ",").lowercased().split(separator: ",").contains {
            ["no-cache", "no-store"].contains($0.trimmingCharacters(in: .whitespaces))
        }
    }
}
