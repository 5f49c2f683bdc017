/// Turns text into the token ids a language model reads, and back.
///
/// Encoding and decoding never fail once a tokenizer is loaded; both run on the caller's thread, in about
/// `n log n` of the text's length.
public protocol Tokenizing: Sendable {
    /// The number of distinct tokens, those added to the model's vocabulary included.
    ///
    /// The embedding table of a checkpoint is often padded and then larger than this.
    var vocabularySize: Int { get }

    /// The largest id of the model's own vocabulary, without the tokens that were added to it.
    var largestVocabularyID: Int { get }

    /// The ids of `text`.
    ///
    /// - Parameters:
    ///   - text: any text; it is read by Unicode scalars, as it stands.
    ///   - addingSpecialTokens: puts the tokens around the text that the checkpoint's template asks for, for
    ///     instance `</s>` before it in OPT and behind it in T5. Special tokens that are spelt out in the text are found either way.
    func encode(_ text: String, addingSpecialTokens: Bool) -> [Int]

    /// The text of `ids`. Ids that no token has are passed over; bytes that are not UTF-8 become U+FFFD.
    ///
    /// - Parameters:
    ///   - ids: token ids, for instance what a language model generated.
    ///   - skippingSpecialTokens: leaves out the tokens that the checkpoint calls special, such as `</s>`.
    func decode(_ ids: [Int], skippingSpecialTokens: Bool) -> String

    /// The id of a token as the vocabulary spells it, or nil where there is none.
    func tokenID(of token: String) -> Int?
}

extension Tokenizing {
    /// Right for vocabularies without gaps and without added tokens.
    public var largestVocabularyID: Int { vocabularySize - 1 }
}
