/// Why a graph could not be described or written.
public struct ONNXGraphError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// Two shapes or element types of one operator do not fit together.
        case mismatch
        /// Two different weights were given one name.
        case naming
        /// A weight produced another number of bytes than its shape holds.
        case weightSize
        /// The file system refused a file.
        case file
        /// The disk is full, or the file larger than this user may write.
        case noSpace
    }

    public let code: Code
    public let message: String
    public let cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String {
        cause.map { "\(message) (\($0))" } ?? message
    }
}
