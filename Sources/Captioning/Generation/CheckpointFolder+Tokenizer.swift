package import Checkpoint
import Foundation
package import Tokenization

extension CheckpointFolder {
    /// The files of a tokenizer, for messages.
    package var tokenizerPath: String {
        let files = tokenizerFiles
        return (files["tokenizer.json"] ?? files["vocab.json"] ?? folder).path
    }

    /// What is wrong with a tokenizer that has more tokens than its model has embeddings, in a sentence; nil where it has not.
    ///
    /// Added tokens may lie beyond the embedding table: processors add `<image>`, which is never looked up.
    /// - Parameters:
    ///   - path: where the tokenizer lies; nil for ``tokenizerPath``.
    ///   - key: what `config.json` calls the number of embeddings.
    package func mismatch(
        of tokenizer: any Tokenizing, vocabularySize size: Int, path: String? = nil, key: String = "vocab_size"
    ) -> String? {
        guard tokenizer.largestVocabularyID >= size else { return nil }
        return
            "\(path ?? tokenizerPath) has tokens up to the id \(tokenizer.largestVocabularyID), but \(key) in the "
            + "checkpoint's config.json is \(size), so that the ids end at \(size - 1). The tokenizer belongs to another "
            + "checkpoint: download its files again."
    }
}
