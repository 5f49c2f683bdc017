import Imaging

extension Captioner {
    /// The dominant colours of the picture in the bytes of a file, and the picture as a small JPEG.
    ///
    /// Works on the threads that read pictures, so it needs no model, and competes with captions only for these.
    ///
    /// - Parameter target: the width and the height that the JPEG fits into.
    /// - Throws: the codes that are about pictures, `queueFull`, `timedOut`, `cancelled` or `internalFailure`.
    public func process(
        _ bytes: [UInt8], fitting target: (width: Int, height: Int)
    ) async throws(PipelineError) -> ProcessedPicture {
        let limits = configuration.limits
        guard await pictures.waitingCount < configuration.maxQueue else {
            throw PipelineError(
                .queueFull,
                "\(configuration.maxQueue) pictures are waiting already. Send this one again a little later.",
                retryAfter: .seconds(1))
        }
        let (pictures, patience) = (pictures, configuration.decodingPatience)
        do {
            return try await withDeadline(configuration.timeout) {
                try await pictures.read(bytes, within: limits, patience: patience) { picture in
                    try ProcessedPicture(picture, fitting: target)
                }
            }
        } catch let error as PipelineError {
            throw error
        } catch is CancellationError {
            throw PipelineError(.cancelled, "The request was given up before its picture was ready.")
        } catch {
            throw PipelineError(
                .internalFailure, "The picture could not be processed. The log says why, under this request's id.",
                cause: error)
        }
    }
}
