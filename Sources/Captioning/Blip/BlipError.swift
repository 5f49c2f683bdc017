/// Why a BLIP checkpoint cannot be used.
public struct BlipError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// The checkpoint is of another architecture than those that are supported.
        case unsupportedArchitecture
        /// `config.json` has a value that no model can be built from.
        case invalidConfiguration
        /// The tokenizer's ids are not those of the model.
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
