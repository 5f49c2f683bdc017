/// Why a tokenizer could not be loaded.
public struct TokenizationError: Error, Sendable, CustomStringConvertible {
    /// What kind of trouble it is.
    public enum Code: String, Sendable, CaseIterable {
        /// A file that is needed is not there.
        case missingFile
        /// A file is there and could not be read: no permission, or not an ordinary file.
        case unreadableFile
        /// A file is larger than any tokenizer is.
        case fileTooLarge
        /// A file is not JSON, or not in the shape it should have.
        case malformedFile
        /// The tokenizer's model is none of byte-level byte-pair encoding, Unigram and WordPiece, or uses an option that is not built.
        case unsupportedModel
        /// A normaliser, pre-tokeniser, post-processor or decoder that is not built.
        case unsupportedComponent
        /// The vocabulary is empty, or its ids are out of range or given twice.
        case invalidVocabulary
        /// A merge names tokens that the vocabulary lacks, or is not a pair.
        case invalidMerge
        /// Two added tokens read the same, or the template names a special token that is not described.
        case invalidSpecialToken
    }

    /// What kind of trouble it is.
    public let code: Code
    /// A sentence for the person who must act, with the file's path in it.
    public let message: String
    /// The error underneath, where there is one.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = Self.shortened(message)
        self.cause = cause
    }

    /// A sentence may repeat a line of a file, which may be the whole file. Its beginning and its end are enough.
    private static func shortened(_ message: String) -> String {
        guard message.utf8.count > 4000 else { return message }
        return String(message.unicodeScalars.prefix(800)) + " … " + String(message.unicodeScalars.suffix(400))
    }

    public var description: String { message }

    /// The same error, its sentence led by the file it is about.
    func inFile(_ path: String) -> TokenizationError {
        TokenizationError(code, "\(path): \(message)", cause: cause)
    }
}
