/// Why a BLIP-2 or InstructBLIP model could not be made or run.
public struct Blip2Error: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// The checkpoint is of another architecture than those that are supported.
        case unsupportedArchitecture
        /// A configuration file has a value that no model can be built from.
        case invalidConfiguration
        /// Embeddings or instructions that do not fit the model.
        case invalidInput
        /// The tokenizer's ids or special tokens are not those of the language model.
        case mismatchedTokenizer
        /// The Q-Former's own tokenizer is not there, or cannot be read.
        case missingTokenizer
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
