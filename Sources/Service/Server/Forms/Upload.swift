import HTTPTypes
import Hummingbird
import NIOCore
import Serving

/// A form on its way in, whose files can be used while the rest is still being sent.
///
/// Bytes are read only as far as the next file. Whoever does not ask for it holds the client back: then its bytes stay
/// in the network, not in memory here.
struct Upload {
    private var pieces: RequestBody.AsyncIterator
    private var reader: FormReader

    /// The texts that have come so far, by the names of their fields.
    var texts: [String: String] { reader.texts }

    /// Does `work` with the form that a request carries.
    ///
    /// A client that sends too slowly is the connection's to judge: reading then fails with its ``ServerError``.
    ///
    /// - Throws: a ``ServerError`` that says what is wrong with the form; else what `work` throws.
    static func receive<Value: Sendable>(
        _ request: Request, layout: Form.Layout, work: (inout Upload) async throws -> Value
    ) async throws -> Value {
        let boundary = try Form.boundary(of: request.headers)
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        let reader = try FormReader(boundary: boundary, layout: layout, expectedBytes: length)
        guard length <= layout.maxBodyBytes else { throw layout.bodyTooLarge() }
        var upload = Upload(pieces: request.body.makeAsyncIterator(), reader: reader)
        return try await work(&upload)
    }

    /// The next file, as soon as it is complete; nil at the end of the form.
    ///
    /// - Throws: a ``ServerError`` that says what is wrong with the form; `CancellationError` where the task is cancelled.
    mutating func nextFile() async throws -> UploadedFile? {
        while true {
            if let file = reader.takeFile() { return file }
            guard let piece = try await nextPiece() else {
                try reader.checkEnd()
                return nil
            }
            try reader.receive(piece)
        }
    }

    private mutating func nextPiece() async throws -> ByteBuffer? {
        try await ServerError.namingBreakOff(of: "the whole form") {
            let piece = try await pieces.next()
            try Task.checkCancellation()
            return piece
        }
    }
}

extension ServerError {
    /// Reads of a body; what its connection throws when it goes becomes `truncatedUpload`.
    /// - Parameter body: what is to be sent again, such as "the whole form".
    static func namingBreakOff<Value>(
        of body: String, isolation: isolated (any Actor)? = #isolation, _ read: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await read()
        } catch let error as ServerError {
            throw error
        } catch let error as ServingError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw ServerError(
                .truncatedUpload, "The upload broke off before its end: send \(body) again.", cause: error)
        }
    }
}
