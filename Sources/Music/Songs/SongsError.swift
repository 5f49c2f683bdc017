/// Why something about songs could not be done.
public struct SongsError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure. The raw value is what a client sees, and never changes its meaning.
    public enum Code: String, Sendable, CaseIterable {
        /// The catalogue's file cannot be opened, read or written.
        case catalogueUnavailable = "catalogue_unavailable"
        /// A file to import cannot be read, or is of no kind that is known.
        case unreadableImport = "unreadable_import"
        /// A song that was named is not in the catalogue.
        case unknownSong = "unknown_song"
        /// A query or filter is out of its range.
        case invalidRequest = "invalid_request"
        /// As many imports are under way as may be.
        case tooManyImports = "too_many_imports"
        /// An import that was named is not known.
        case unknownImport = "unknown_import"
        /// Somebody ended it.
        case cancelled = "import_cancelled"
    }

    /// What kind of failure it is.
    public let code: Code
    /// A full sentence that says what to do. It goes to clients, and so names no files of this machine.
    public let message: String
    /// The path of the file that it is about, for the log and for commands.
    public let file: String?
    /// The error underneath, for the log.
    public let cause: (any Error)?

    public init(_ code: Code, _ message: String, file: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.file = file
        self.cause = cause
    }

    /// The sentence, and the file and the cause where there are any.
    public var description: String {
        let details = [file, cause.map { "\($0)" }].compactMap(\.self)
        return details.isEmpty ? message : "\(message) (\(details.joined(separator: ": ")))"
    }
}
