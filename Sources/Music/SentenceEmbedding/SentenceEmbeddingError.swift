import Checkpoint
import Networks
import ONNXRuntime
import Tokenization

/// Why sentences cannot be embedded.
public struct SentenceEmbeddingError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// The folder, or a file that it needs, is not there.
        case missingFile
        /// The model is of another kind than those that are built.
        case unsupportedModel
        /// A configuration file is malformed, or has a value that no model can be built from.
        case invalidConfiguration
        /// The weights cannot be read, or are not those that the configuration asks for.
        case invalidWeights
        /// The tokenizer cannot be read, or is of a kind that is not built.
        case unreadableTokenizer
        /// The tokenizer has other ids than the model.
        case mismatchedTokenizer
        /// The precision is none that sentences are embedded in.
        case invalidPrecision
        /// The folder of compiled models cannot be used.
        case cache
        /// The disk has no room for the compiled model.
        case noSpace
        /// The compiled model was found, but cannot be loaded.
        case damagedModel
        /// The network gave numbers that are infinite, or none at all, or other ones than when it was compiled.
        case invalidOutput
        /// ONNX Runtime is not there, or a run of the network failed.
        case runtime
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

extension SentenceEmbeddingError {
    /// Runs `body`, whose errors of the modules below become this module's.
    static func converting<Value>(_ body: () throws -> Value) throws(SentenceEmbeddingError) -> Value {
        do {
            return try body()
        } catch {
            throw SentenceEmbeddingError(error)
        }
    }

    private init(_ error: any Error) {
        switch error {
        case let error as SentenceEmbeddingError: self = error
        case let error as CheckpointError: self.init(Self.code(of: error), error.message, cause: error.cause)
        case let error as TokenizationError:
            self.init(
                error.code == .missingFile ? .missingFile : .unreadableTokenizer, error.message, cause: error.cause)
        case let error as NetworksError: self.init(Self.code(of: error), error.message, cause: error.cause)
        case let error as ONNXRuntimeError:
            self.init(.runtime, "Sentences cannot be embedded: \(error)", cause: error.cause)
        default: self.init(.runtime, "Sentences cannot be embedded.", cause: error)
        }
    }

    private static func code(of error: CheckpointError) -> Code {
        switch error.code {
        case .missingFile: .missingFile
        case .invalidConfiguration: .invalidConfiguration
        default: .invalidWeights
        }
    }

    private static func code(of error: NetworksError) -> Code {
        switch error.code {
        case .cache: .cache
        case .noSpace: .noSpace
        case .damagedModel: .damagedModel
        case .invalidInput: .runtime
        }
    }
}
