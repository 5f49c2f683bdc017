import HTTPTypes
import Hummingbird
import NIOCore

extension Form {
    /// Reads the form that a request carries, piece by piece.
    ///
    /// A client that sends too slowly is the connection's to judge: reading then fails with its ``ServerError``.
    ///
    /// - Throws: a ``ServerError`` that says what is wrong with the form; `CancellationError` where the task is cancelled.
    static func read(from request: Request, layout: Layout) async throws -> Form {
        var reader = try FormReader(boundary: boundary(of: request.headers), layout: layout)
        if let text = request.headers[.contentLength], let length = Int(text), length > layout.maxBodyBytes {
            throw layout.bodyTooLarge()
        }
        do {
            for try await piece in request.body {
                try reader.receive(piece)
            }
            try Task.checkCancellation()
        } catch let error as ServerError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw ServerError(
                .truncatedUpload, "The upload broke off before its end: send the whole form again.", cause: error)
        }
        return try reader.finish()
    }

    private static func boundary(of headers: HTTPFields) throws(ServerError) -> String {
        let advice = "Send the picture as multipart/form-data, as curl -F \"image=@photo.jpg\" does."
        guard let text = headers[.contentType] else {
            throw ServerError(.missingContentType, "The request has no Content-Type. \(advice)")
        }
        guard let type = HeaderValue(text), type.value == "multipart/form-data" else {
            let printable = text.unicodeScalars.prefix { $0 != ";" }.prefix(100).filter {
                $0.properties.generalCategory != .control
            }
            let name = String(String.UnicodeScalarView(printable))
            throw ServerError(.unsupportedContentType, "The request's Content-Type is \(name). \(advice)")
        }
        guard let boundary = type.parameters["boundary"] else {
            throw ServerError(
                .invalidBoundary,
                "The Content-Type header lacks its boundary. Let your HTTP client set that header itself.")
        }
        return boundary
    }
}
