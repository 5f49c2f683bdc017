import HTTPTypes
import Hummingbird

extension Form {
    /// Reads the form that a request carries, piece by piece.
    ///
    /// A client that sends too slowly is the connection's to judge: reading then fails with its ``ServerError``.
    ///
    /// - Throws: a ``ServerError`` that says what is wrong with the form; `CancellationError` where the task is cancelled.
    static func read(from request: Request, layout: Layout) async throws -> Form {
        try await Upload.receive(request, layout: layout) { upload in
            var form: Form?
            while let file = try await upload.nextFile() {
                form = Form(
                    file: try file.content.get(), fileHash: file.hash, fileName: file.name, texts: [:])
            }
            guard var form else { throw CancellationError() }  // an upload without a file has thrown its own error
            form.texts = upload.texts
            return form
        }
    }

    /// The boundary that a request's header announces.
    static func boundary(of headers: HTTPFields) throws(ServerError) -> String {
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
        guard !type.repeated.contains("boundary") else {
            throw ServerError(
                .invalidBoundary,
                "The Content-Type header names more than one boundary. Let your HTTP client set that header itself.")
        }
        guard let boundary = type.parameters["boundary"] else {
            throw ServerError(
                .invalidBoundary,
                "The Content-Type header lacks its boundary. Let your HTTP client set that header itself.")
        }
        return boundary
    }
}
