import Captioning
import Checkpoint
import Foundation
import Generation
import Tokenization

/// What makes tokens for InstructBLIP's Q-Former, which reads the prompt with a tokenizer of its own.
///
/// Source: transformers, `InstructBlipProcessor`.
struct InstructionReader: Sendable {
    /// What captions follow where nobody gives a prompt: one of the instructions for captions that InstructBLIP was trained with
    /// (Dai et al. 2023, arXiv:2305.06500).
    static let defaultInstruction = "Write a short description for the image."
    /// Where the tokenizer lies in a checkpoint's folder.
    static let folderName = "qformer_tokenizer"

    /// What is read where nobody gives a prompt.
    let defaultIDs: [Int]
    private let tokenizer: any Tokenizing
    private let vocabularySize: Int
    private let maximumLength: Int

    /// - Throws: `missingTokenizer` where there is none that can be read; `mismatchedTokenizer` where it is another model's.
    init(
        _ checkpoint: CheckpointFolder, _ configuration: QFormerConfiguration,
        _ limits: QFormerConfiguration.Instructions
    ) throws(Blip2Error) {
        let folder = checkpoint.folder.appending(path: Self.folderName)
        do throws(TokenizationError) {
            tokenizer = try TokenizerFile.load(folder: folder)
        } catch {
            throw Blip2Error(
                .missingTokenizer,
                "InstructBLIP's Q-Former reads prompts with a tokenizer of its own, in the folder \(folder.path): "
                    + "\(error.message) Download \(Self.folderName)/tokenizer.json and what lies beside it again.")
        }
        vocabularySize = configuration.vocabularySize
        maximumLength = limits.maximumLength
        let sentence = checkpoint.mismatch(
            of: tokenizer, vocabularySize: vocabularySize, path: folder.appending(path: "tokenizer.json").path,
            key: "qformer_config.vocab_size")
        if let sentence { throw Blip2Error(.mismatchedTokenizer, sentence) }
        defaultIDs = tokenizer.encode(Self.defaultInstruction, addingSpecialTokens: true)
    }

    /// The tokens of a prompt, special ones included.
    /// - Throws: `invalidOption` for one that is too long, or that the Q-Former has no words for.
    func ids(of prompt: String) throws(CaptionError) -> [Int] {
        let ids = tokenizer.encode(prompt, addingSpecialTokens: true)
        guard ids.count <= maximumLength else {
            throw CaptionError(
                .invalidOption,
                "The prompt has \(ids.count) tokens; the Q-Former of this model has room for \(maximumLength). Shorten it."
            )
        }
        guard ids.allSatisfy((0..<vocabularySize).contains) else {
            throw CaptionError(
                .invalidOption,
                "The prompt holds a special token that the Q-Former of this model does not know. Leave it out.")
        }
        return ids
    }
}
