import Checkpoint
import Foundation
import Networks
import ONNXGraph
import Tokenization

/// What an embedder is made of, read and checked, before anything is compiled.
struct SentenceModelParts {
    let folder: SentenceModelFolder
    let checkpoint: CheckpointFolder
    let configuration: BERTConfiguration
    let tokenizer: WordPieceTokenizer
    let truncation: Truncation
    private let format: WeightFormat

    init(_ folder: SentenceModelFolder, format: WeightFormat) throws {
        self.folder = folder
        self.format = format
        checkpoint = try CheckpointFolder(folder.checkpoint)
        configuration = try BERTConfiguration(checkpoint.configuration)
        tokenizer = try Self.tokenizer(checkpoint, configuration)
        let longest = min(folder.maximumLength ?? configuration.maximumPositions, configuration.maximumPositions)
        truncation = Truncation(maximumLength: longest, direction: tokenizer.truncation?.direction ?? .right)
    }

    func graph() throws -> Graph {
        try BERTEncoder(configuration: configuration).describe(
            weights: try checkpoint.weights(withoutPrefix: "bert."), format: format)
    }

    private static func tokenizer(
        _ checkpoint: CheckpointFolder, _ configuration: BERTConfiguration
    ) throws -> WordPieceTokenizer {
        let path = checkpoint.folder.appending(path: "tokenizer.json").path
        guard let tokenizer = try TokenizerFile.load(folder: checkpoint.folder) as? WordPieceTokenizer else {
            throw SentenceEmbeddingError(
                .unreadableTokenizer,
                "The tokenizer in \(checkpoint.folder.path) is not WordPiece, which is what sentences are embedded with."
            )
        }
        // Every id has to have a row in the table of words.
        guard tokenizer.vocabularySize <= configuration.vocabularySize else {
            throw SentenceEmbeddingError(
                .mismatchedTokenizer,
                "\(path) has \(tokenizer.vocabularySize) tokens, but vocab_size in the config.json beside it is "
                    + "\(configuration.vocabularySize). The tokenizer belongs to another checkpoint: download its files again."
            )
        }
        return tokenizer
    }
}
