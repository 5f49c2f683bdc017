/// A Unigram tokenizer, as T5 has it.
///
/// It gives the ids and the text that version 0.23 of the tokenizers package gives.
public struct UnigramTokenizer: Tokenizing {
    private let model: UnigramModel
    private let addedTokens: AddedTokenVocabulary
    private let normalizer: Normalizer?
    private let splitter: PieceSplitter
    private let template: SequenceTemplate
    let decoder: PieceDecoder
    private let pieces: [String]
    /// See ``SpaceCleaning``.
    let cleansSpaces: Bool

    init(_ description: UnigramDescription) throws(TokenizationError) {
        model = try UnigramModel(description)
        addedTokens = try AddedTokenVocabulary(
            description.addedTokens, vocabulary: model.vocabulary, normalizer: description.normalizer)
        normalizer = description.normalizer
        splitter = description.splitter
        template = description.template
        decoder = description.decoder
        pieces = description.pieces.map(\.text)
        cleansSpaces = description.cleansSpaces
    }

    public var vocabularySize: Int { pieces.count + addedTokens.countOutsideModel }

    /// The largest id of the model's own vocabulary, without the tokens that were added to it.
    public var largestVocabularyID: Int { pieces.count - 1 }

    public func tokenID(of token: String) -> Int? {
        addedTokens.id(of: token) ?? model.vocabulary.id(of: token)
    }

    public func encode(_ text: String, addingSpecialTokens: Bool) -> [Int] {
        let scalars = Array(text.unicodeScalars)[...]
        var ids: [Int] = []
        for segment in addedTokens.asWritten.segments(of: scalars) {
            switch segment {
            case .token(let id): ids.append(id)
            case .text(let text):
                let keepsBeginning = normalizer?.keepsBeginning(of: text) ?? true
                appendIDs(
                    ofNormalized: normalized(text), isBeginning: text.startIndex == 0 && keepsBeginning, to: &ids)
            }
        }
        return template.apply(to: ids, addingSpecialTokens: addingSpecialTokens)
    }

    public func decode(_ ids: [Int], skippingSpecialTokens: Bool) -> String {
        let text = decoder.text(of: ids.compactMap { piece(of: $0, skippingSpecialTokens: skippingSpecialTokens) })
        return cleansSpaces ? SpaceCleaning.clean(text) : text
    }

    /// What a token reads; nil where no token has the id or where it is left out as special.
    func piece(of id: Int, skippingSpecialTokens: Bool) -> String? {
        if skippingSpecialTokens, addedTokens.isSpecial(id) { return nil }
        return addedTokens.text(of: id) ?? (pieces.indices.contains(id) ? pieces[id] : nil)
    }

    private func normalized(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        guard let normalizer else { return text }
        var string = ""
        string.unicodeScalars.append(contentsOf: text)
        return Array(normalizer.normalize(string).unicodeScalars)[...]
    }

    private func appendIDs(ofNormalized text: ArraySlice<Unicode.Scalar>, isBeginning: Bool, to ids: inout [Int]) {
        for segment in addedTokens.normalized.segments(of: text) {
            switch segment {
            case .token(let id): ids.append(id)
            case .text(let part):
                let words = splitter.words(in: part, isBeginning: isBeginning && part.startIndex == text.startIndex)
                for word in words { ids += model.encode(word.flatMap(\.utf8)) }
            }
        }
    }
}
