/// Why a table of moods cannot be used.
public struct MoodsError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// A lexicon, or a row of it, cannot be read.
        case unreadableLexicon = "unreadable_lexicon"
    }

    /// What kind of failure it is.
    public let code: Code
    /// A full sentence that says what to do.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
