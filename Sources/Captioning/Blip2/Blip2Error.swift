/// Why a BLIP-2 model could not be made or run.
public struct Blip2Error: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// The checkpoint is of another architecture than those that are supported.
        case unsupportedArchitecture
        /// A configuration file has a value that no model can be built from.
        case invalidConfiguration
        /// Pixels, prompts or references that do not fit the model.
        case invalidInput
        /// A way of generating that is not there yet.
        case unsupportedGeneration
        /// The tokenizer's ids or special tokens are not those of the language model.
        case mismatchedTokenizer
        /// The model answers otherwise than it did when it was compiled.
        case wrongAnswer
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
