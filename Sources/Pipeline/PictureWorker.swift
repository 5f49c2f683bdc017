import Imaging

/// Reads pictures on a thread of its own, one at a time.
actor PictureWorker {
    /// A picture that is ready for the model.
    struct Prepared: Sendable {
        /// `[3, height, width]` values.
        let pixels: [Float]
        let info: PictureInfo
    }

    private let executor = BlockingExecutor(label: "image-to-song.picture")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Gets the picture library ready, which takes a while the first time, so that no request waits for it.
    func start() throws {
        try Picture.prepareLibrary()
    }

    /// The pixels of the picture in `bytes`. Nobody waits for a picture whose caller has left: it is dropped here.
    func prepare(_ bytes: [UInt8], within limits: PictureLimits, as preparation: PixelPreparation) throws -> Prepared {
        try Task.checkCancellation()
        do {
            let picture = try Picture(bytes: bytes, limits: limits)
            let info = PictureInfo(
                format: picture.format.rawValue, width: picture.width, height: picture.height,
                byteCount: picture.byteCount, hash: picture.sha256)
            return Prepared(pixels: try picture.pixels(preparation), info: info)
        } catch {
            throw PipelineError(error)
        }
    }
}

extension PipelineError {
    /// The same failure in this module's words; the sentence stays.
    init(_ error: ImagingError) {
        let code: Code =
            switch error.code {
            case .emptyFile: .emptyFile
            case .tooManyBytes: .fileTooLarge
            case .tooManyPixels, .dimensionTooLarge: .pictureTooLarge
            case .unsupportedFormat: .unsupportedPicture
            case .unreadableHeader, .corrupt: .corruptPicture
            case .truncated: .truncatedPicture
            case .unsupportedPreparation: .unsuitablePicture
            case .libraryUnavailable: .internalFailure
            }
        self.init(code, error.message)
    }
}
