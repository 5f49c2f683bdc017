/// What is wrong with a picture, in a sentence for the person who sent it.
public struct ImagingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure, for programs.
    public enum Code: String, Sendable, CaseIterable {
        /// No bytes at all.
        case emptyFile
        /// More bytes than ``PictureLimits/maximumByteCount``.
        case tooManyBytes
        /// The first bytes belong to none of ``PictureFormat``, or this system's libvips cannot read that format.
        case unsupportedFormat
        /// A known format, in a variant that is not read: a JPEG of 12 bits, a TIFF of a sensor's raw values.
        case unsupportedVariant
        /// A known format whose header makes no sense.
        case unreadableHeader
        /// Wider or higher than ``PictureLimits/maximumDimension``.
        case dimensionTooLarge
        /// More pixels than ``PictureLimits/maximumPixelCount``.
        case tooManyPixels
        /// Decoding takes more than ``PictureLimits/maximumMemory``, or as long as many pictures of the largest size.
        case tooCostly
        /// The file stops before the picture does: an upload that was cut off.
        case truncated
        /// The picture's data is damaged.
        case corrupt
        /// The task was cancelled while the picture was decoded.
        case cancelled
        /// The checkpoint asks for a preparation that is not implemented, or that does not fit this picture.
        case unsupportedPreparation
        /// libvips could not be started.
        case libraryUnavailable
    }

    /// The kind of failure.
    public let code: Code
    /// A full sentence that says what is wrong and what to do.
    public let message: String

    /// An error of a kind, with its sentence.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The sentence.
    public var description: String { message }
}
