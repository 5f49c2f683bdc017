import HTTPTypes
import Hummingbird
import NIOCore
import Pipeline
import Synchronization

extension Form {
    /// Reads the form that a request carries, piece by piece.
    ///
    /// - Parameter patience: how long the client may be almost silent before the upload is given up.
    /// - Throws: a ``ServerError`` that says what is wrong with the form; `CancellationError` where the task is cancelled.
    static func read(
        from request: Request, layout: Layout, patience: Duration
    ) async throws -> Form {
        let reader = try FormReader(boundary: boundary(of: request.headers), layout: layout)
        if let text = request.headers[.contentLength], let length = Int(text), length > layout.maxBodyBytes {
            throw layout.bodyTooLarge()
        }
        let progress = Progress()
        return try await withThrowingTaskGroup(of: Form.self) { group in
            group.addTask { try await collect(request.body, with: reader, progress: progress) }
            group.addTask { try await progress.watch(patience) }
            defer { group.cancelAll() }
            guard let form = try await group.next() else { throw CancellationError() }
            return form
        }
    }

    private static func collect(_ body: RequestBody, with reader: FormReader, progress: Progress) async throws -> Form {
        var reader = reader
        do {
            for try await piece in body {
                progress.note(piece.readableBytes)
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

/// Whether an upload still moves.
private final class Progress: Sendable {
    /// Slower than the slowest modem: a client that only means to hold the connection.
    private static let minimumBytesPerSecond = 1024.0

    private let bytes = Mutex(0)

    func note(_ count: Int) {
        bytes.withLock { $0 += count }
    }

    /// Returns never; throws once less than a kilobyte a second has come for as long as `patience`.
    func watch(_ patience: Duration) async throws -> Never {
        while true {
            let before = bytes.withLock { $0 }
            try await Task.sleep(for: patience)
            guard Double(bytes.withLock { $0 } - before) >= patience.inSeconds * Self.minimumBytesPerSecond else {
                throw ServerError(
                    .slowUpload,
                    "Less than a kilobyte a second of the upload came for \(patience.inSeconds) seconds. Send it again.",
                    headers: [.connection: "close"])
            }
        }
    }
}
