public import Colour
import Concurrency
import Imaging

// What needs no model: colours, and small pictures. It happens on the threads that read pictures for captions.

extension Captioner {
    /// The dominant colours of the picture in the bytes of a file, the one with the largest share first.
    ///
    /// - Parameter hash: the SHA-256 of the bytes.
    /// - Throws: the codes that are about pictures, `timedOut`, `cancelled` or `internalFailure`.
    public nonisolated func palette(of bytes: [UInt8], hash: String) async throws(ServingError) -> [PaletteColour] {
        if let palette = palettes.value(hash) { return palette }
        let palette = try await read(bytes, "The colours could not be read.", "its colours were known") { picture in
            try picture.rendition(fitting: Rendition.paletteSize).palette()
        }
        palettes.insert(palette, for: hash)
        return palette
    }

    /// The dominant colours of the picture in the bytes of a file, and the picture as a small JPEG.
    ///
    /// - Parameters:
    ///   - hash: the SHA-256 of the bytes, where it is known.
    ///   - target: the width and the height that the JPEG fits into.
    /// - Throws: the codes that are about pictures, `queueFull`, `timedOut`, `cancelled` or `internalFailure`.
    public nonisolated func process(
        _ bytes: [UInt8], hash: String? = nil, fitting target: (width: Int, height: Int)
    ) async throws(ServingError) -> ProcessedPicture {
        guard await pictures.waitingCount < configuration.maxQueue else {
            throw ServingError(
                .queueFull,
                "\(configuration.maxQueue) pictures are waiting already. Send this one again a little later.",
                retryAfter: .seconds(1))
        }
        return try await read(bytes, "The picture could not be processed.", "its picture was ready") { picture in
            try ProcessedPicture(picture, hash: hash, fitting: target)
        }
    }

    /// What `work` makes of a picture.
    ///
    /// - Parameters:
    ///   - failure: the sentence for an unforeseen failure of `work`.
    ///   - end: what a cancelled request did not wait for, for its error.
    private nonisolated func read<Value: Sendable>(
        _ bytes: [UInt8], _ failure: String, _ end: String, _ work: @escaping @Sendable (Picture) throws -> Value
    ) async throws(ServingError) -> Value {
        let (limits, pictures, patience) = (configuration.limits, pictures, configuration.decodingPatience)
        do {
            return try await withDeadline(configuration.timeout, orThrow: self.timeoutError) {
                try await pictures.read(bytes, within: limits, patience: patience, work)
            }
        } catch let error as ServingError {
            throw error
        } catch is CancellationError {
            throw ServingError(.cancelled, "The request was given up before \(end).")
        } catch {
            throw ServingError(
                .internalFailure, "\(failure) The log says why, under this request's id.", cause: error)
        }
    }
}
