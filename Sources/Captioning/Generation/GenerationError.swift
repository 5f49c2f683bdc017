/// Why a text could not be generated.
public struct GenerationError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// `generation_config.json` has a value that nothing can be generated with.
        case invalidConfiguration
        /// An option has a value that no model, or not this one, can take.
        case invalidOption
        /// A prompt or a length that does not fit the model.
        case invalidInput
        /// A network gave numbers that are infinite, or none at all (NaN).
        case invalidOutput
        /// The model computes something else than when it was compiled.
        case wrongAnswer
        /// A reference was generated in a way that cannot be compared.
        case unsupportedGeneration
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

    public var description: String { cause.map { "\(message) (\($0))" } ?? message }
}

extension GenerationError {
    /// - Parameter stage: what gave the numbers, such as "vision tower".
    public static func notFinite(_ stage: String) -> GenerationError {
        GenerationError(
            .invalidOutput,
            "The \(stage) gave numbers that are infinite or none at all, so that there is no caption. If other pictures fare no "
                + "better, the model is damaged: `image-to-song models verify` finds out, and a restart compiles it anew."
        )
    }
}
