/// Why a model gave no caption, or can give none at all.
public struct CaptionError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// An option is out of its range, or asks for what this model cannot do.
        case invalidOption
        /// The model gave no words for the picture.
        case emptyCaption
        /// The model gave numbers that are infinite, or none at all (NaN).
        case invalidOutput
        /// The files that the model is loaded from are not as they were written. Loading it again writes them anew.
        case damagedModel
        /// The model was read, but cannot make captions.
        case unusableModel
    }

    public let code: Code
    /// One or two sentences for the person who asked for the caption, or who chose the model.
    public let message: String
    /// The error underneath, for the log.
    public let cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, and the cause where there is one.
    public var description: String {
        cause.map { "\(message) (\($0))" } ?? message
    }
}
