/// Why a checkpoint's file could not be used; the message names the file and, where there is one, the tensor or key.
public struct CheckpointError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// The file or folder is not there.
        case missingFile
        /// The file is there but cannot be opened, is not a regular file, or cannot be mapped.
        case unreadableFile
        /// The file is something else: a web page, a Git LFS pointer, a file of PyTorch.
        case notSafetensors
        /// The file should be one of torch.save and is something else, or is in a form of it that is not read.
        case notTorchFile
        /// The zip archive of a file of torch.save contradicts itself, or is none that torch.save writes.
        case invalidArchive
        /// The pickle in a file of torch.save asks for something else than tensors, or is damaged.
        case invalidPickle
        /// The file ends before its header says that it does.
        case truncatedFile
        /// The header is too long, is not the JSON that the format asks for, or leaves bytes of the file unexplained.
        case invalidHeader
        /// One tensor's entry contradicts itself, the file or another tensor.
        case invalidTensor
        /// The checkpoint has no tensor of that name.
        case missingTensor
        /// The tensor has another shape than the configuration asks for.
        case unexpectedShape
        /// The tensor's elements are not of a kind that can be converted to what was asked for.
        case unexpectedScalarType
        /// A tensor holds a number that is infinite, or none at all (NaN).
        case nonFiniteTensor
        /// An index of shards names a file that it may not name, or a tensor that its file does not hold.
        case invalidIndex
        /// A file could not be written.
        case unwritableFile
        /// A JSON file is malformed, or one of its values is not what its key allows.
        case invalidConfiguration
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

    public var description: String { message }
}
