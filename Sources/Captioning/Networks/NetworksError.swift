/// Why a network could not be compiled, loaded or run.
public struct NetworksError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// The folder of compiled models cannot be used.
        case cache
        /// The disk has no room for the compiled model.
        case noSpace
        /// The compiled model was found, but cannot be loaded.
        case damagedModel
        /// Pixels of a shape that the network does not take.
        case invalidInput
    }

    public let code: Code
    /// One or two sentences for the person who has to put it right.
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
