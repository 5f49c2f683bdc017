import Concurrency
import Imaging

/// A thread of its own for reading pictures, one at a time.
actor PictureWorker {
    private let executor = BlockingExecutor(label: "image-to-song.picture")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Gets the picture library ready.
    func start() throws {
        try Picture.prepareLibrary()
    }

    /// Runs blocking work on this thread. Drops it before it begins if its caller has left.
    func run<Value: Sendable>(_ work: @Sendable () throws -> Value) throws -> Value {
        try Task.checkCancellation()
        do {
            return try work()
        } catch let error as ImagingError {
            throw ServingError(error)
        }
    }
}

extension ServingError {
    /// The same failure in this module's words; the sentence stays.
    init(_ error: ImagingError) {
        let code: Code =
            switch error.code {
            case .emptyFile: .emptyFile
            case .tooManyBytes: .fileTooLarge
            case .tooManyPixels, .dimensionTooLarge, .tooCostly: .pictureTooLarge
            case .unsupportedFormat: .unsupportedPicture
            case .unsupportedVariant: .unsupportedVariant
            case .unreadableHeader, .corrupt: .corruptPicture
            case .truncated: .truncatedPicture
            case .cancelled: .cancelled
            case .unsupportedPreparation: .unsuitablePicture
            case .libraryUnavailable: .internalFailure
            }
        self.init(code, error.message)
    }
}
