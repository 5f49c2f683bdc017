/// A byte-level byte-pair tokenizer, as GPT-2, RoBERTa and OPT have it.
///
/// It gives the ids and the text that version 0.23 of the tokenizers package gives. Transformers' cleaning up of
/// spaces (`clean_up_tokenization_spaces`) has no part in it: transformers leaves that out for byte-pair tokenizers.
public struct BytePairTokenizer: Tokenizing {
    private let model: BytePairModel
    private let addedTokens: AddedTokenVocabulary
    private let normalizer: Normalizer?
    private let preTokenizer: PreTokenizer
    private let template: SequenceTemplate
    /// What each token of the model's vocabulary decodes to.
    private let bytes: [Int: [UInt8]]

    init(_ description: TokenizerDescription) throws(TokenizationError) {
        model = try BytePairModel(description.model)
        addedTokens = try AddedTokenVocabulary(
            description.addedTokens, vocabulary: model.vocabulary, normalizer: description.normalizer)
        normalizer = description.normalizer
        preTokenizer = description.preTokenizer
        template = description.template
        bytes = Dictionary(
            description.model.vocabulary.map { ($0.value, ByteAlphabet.bytes(of: $0.key)) },
            uniquingKeysWith: { first, _ in first })
    }

    public var vocabularySize: Int { model.vocabulary.count + addedTokens.countOutsideModel }

    public var largestVocabularyID: Int { bytes.keys.max() ?? 0 }

    public func tokenID(of token: String) -> Int? {
        addedTokens.id(of: token) ?? model.vocabulary.id(of: token)
    }

    public func encode(_ text: String, addingSpecialTokens: Bool) -> [Int] {
        var ids: [Int] = []
        for segment in addedTokens.asWritten.segments(of: Array(text.unicodeScalars)[...]) {
            switch segment {
            case .token(let id): ids.append(id)
            case .text(let text): appendIDs(ofNormalized: normalized(text), to: &ids)
            }
        }
        return template.apply(to: ids, addingSpecialTokens: addingSpecialTokens)
    }

    public func decode(_ ids: [Int], skippingSpecialTokens: Bool) -> String {
        // A character may be spread over several tokens, so that bytes are joined before they are read.
        String(decoding: ids.flatMap { bytes(of: $0, skippingSpecialTokens: skippingSpecialTokens) }, as: UTF8.self)
    }

    /// The bytes of one token; none where no token has the id or where it is left out as special.
    func bytes(of id: Int, skippingSpecialTokens: Bool) -> [UInt8] {
        if skippingSpecialTokens, addedTokens.isSpecial(id) { return [] }
        return addedTokens.bytes(of: id) ?? bytes[id] ?? []
    }

    private func normalized(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        guard let normalizer else { return text }
        var string = ""
        string.unicodeScalars.append(contentsOf: text)
        return Array(normalizer.normalize(string).unicodeScalars)[...]
    }

    private func appendIDs(ofNormalized text: ArraySlice<Unicode.Scalar>, to ids: inout [Int]) {
        for segment in addedTokens.normalized.segments(of: text) {
            switch segment {
            case .token(let id): ids.append(id)
            case .text(let text):
                for word in preTokenizer.words(in: text) {
                    ids += model.encode(word.flatMap(\.utf8))
                }
            }
        }
    }
}
