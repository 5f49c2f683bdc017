import Concurrency
import HTTPTypes
import Hummingbird
import Imaging
import Logging
import NIOCore
import Serving

extension CaptionServer {
    /// Reads the form, and answers with the colours of its picture and what became of its size; or with the small picture
    /// itself, where that is preferred. The model is not needed.
    func process(_ request: Request, _ context: ServerContext) async throws -> Response {
        let began = ContinuousClock.now
        let form = try await Form.read(
            from: request, layout: configuration.processForm)
        let target = configuration.targetImageSize
        let picture = try await cancelledByDisconnection(of: context.channel) { [captioner] in
            try await captioner.process(form.file, hash: form.fileHash, fitting: target)
        }
        let total = ContinuousClock.now - began
        context.logger.info(
            "Processed a picture",
            metadata: [
                "duration_ms": .stringConvertible(total.inMilliseconds), "image_hash": "\(picture.original.hash)",
                "file_size": .stringConvertible(picture.jpeg.bytes.count),
            ])
        var response =
            AcceptHeader(request.headers[.accept]).prefersPicture
            ? jpeg(picture) : try .json(ProcessAnswer(picture, fileName: form.fileName, total: total))
        response.headers[.vary] = HTTPField.Name.accept.canonicalName
        return response
    }

    private func jpeg(_ picture: ProcessedPicture) -> Response {
        let body = ByteBuffer(bytes: picture.jpeg.bytes)
        return Response(
            status: .ok, headers: [.contentType: "image/jpeg", .contentLength: "\(body.readableBytes)"],
            body: ResponseBody(byteBuffer: body))
    }
}
