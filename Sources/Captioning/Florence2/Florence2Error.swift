/// Why a Florence-2 model could not be made or run.
public struct Florence2Error: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// The checkpoint is of another architecture than those that are supported.
        case unsupportedArchitecture
        /// A configuration file has a value that no model can be built from.
        case invalidConfiguration
        /// Pixels that do not fit the model.
        case invalidInput
        /// The tokenizer's ids or special tokens are not those of the language model.
        case mismatchedTokenizer
    }

    public let code: Code
    /// One or two sentences for the person who has to put it right.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
