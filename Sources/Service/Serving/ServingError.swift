import Captioning

/// Why a request could not be carried out, or why the model could not be used.
///
/// `message` is a sentence for the person who sent the picture, and says what to do. `cause` is for
/// the log: it may hold paths and other things that do not belong in an answer.
public struct ServingError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure. The raw value is what a client sees, and never changes its meaning.
    public enum Code: String, Sendable, CaseIterable {
        /// The model is still being loaded.
        case modelLoading = "model_loading"
        /// The model could not be loaded, or is not what it was when it was compiled.
        case modelUnavailable = "model_unavailable"
        /// The queue is full.
        case queueFull = "queue_full"
        /// The picture has no bytes.
        case emptyFile = "empty_file"
        /// The picture has more bytes than allowed.
        case fileTooLarge = "file_too_large"
        /// The picture has more pixels, or a longer side, than allowed.
        case pictureTooLarge = "picture_too_large"
        /// The bytes are not a picture of a supported format.
        case unsupportedPicture = "unsupported_picture"
        /// The picture has a supported format, but an unsupported variant.
        case unsupportedVariant = "unsupported_variant"
        /// The picture has a supported format, but is damaged.
        case corruptPicture = "corrupt_picture"
        /// The picture ends too early.
        case truncatedPicture = "truncated_picture"
        /// The picture is sound, but of a shape that the model cannot take.
        case unsuitablePicture = "unsuitable_picture"
        /// An option lies outside of what the model can do.
        case invalidOption = "invalid_option"
        /// The model gave no words for the picture.
        case emptyCaption = "empty_caption"
        /// The model gave numbers that are infinite, or none at all.
        case invalidOutput = "invalid_model_output"
        /// The answer took longer than allowed.
        case timedOut = "timed_out"
        /// The caller left before the answer was there.
        case cancelled = "cancelled"
        /// An internal failure that the caller cannot fix.
        case internalFailure = "internal_failure"
    }

    /// What kind of failure it is.
    public let code: Code
    /// A full sentence that says what to do.
    public let message: String
    /// When to send the same request again; nil if waiting does not help.
    public let retryAfter: Duration?
    /// The error underneath, for the log.
    public let cause: (any Error)?

    /// Makes an error from its kind, its sentence, when to try again, and the error underneath.
    public init(_ code: Code, _ message: String, retryAfter: Duration? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
        self.cause = cause
    }

    /// The sentence, and the cause where there is one.
    public var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }
}

extension ServingError {
    /// A model's refusal as a client sees it.
    init(_ error: CaptionError) {
        let code: Code =
            switch error.code {
            case .invalidOption: .invalidOption
            case .emptyCaption: .emptyCaption
            case .invalidOutput: .invalidOutput
            case .damagedModel, .unusableModel: .modelUnavailable
            }
        self.init(code, error.message, cause: error.cause)
    }
}
