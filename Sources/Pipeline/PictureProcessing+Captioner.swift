import Imaging

extension Captioner {
    /// The dominant colours of the picture in the bytes of a file, and the picture as a small JPEG.
    ///
    /// Works on the threads that read pictures, so it needs no model, and competes with captions only for these.
    ///
    /// - Parameter target: the width and the height that the JPEG fits into.
    /// - Throws: the codes that are about pictures, `timedOut`, `cancelled` or `internalFailure`.
    public func process(
        _ bytes: [UInt8], fitting target: (width: Int, height: Int)
    ) async throws(PipelineError) -> ProcessedPicture {
        let limits = configuration.limits
        let worker = pictureWorkers[nextPictureWorker]
        nextPictureWorker = (nextPictureWorker + 1) % pictureWorkers.count
        do {
            return try await withDeadline(configuration.timeout) {
                try await worker.run { try ProcessedPicture(bytes, within: limits, fitting: target) }
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

extension PictureWorker {
    /// Does blocking work here. Nobody waits for a picture whose caller has left: it is dropped before it begins.
    func run<Value: Sendable>(_ work: @Sendable () throws -> Value) throws -> Value {
        try Task.checkCancellation()
        do {
            return try work()
        } catch let error as ImagingError {
            throw PipelineError(error)
        }
    }
}
