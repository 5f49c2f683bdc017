/// A WordPiece tokenizer, as BERT has it.
///
/// It gives the ids and the text that version 0.23 of the tokenizers package gives.
public struct WordPieceTokenizer: Tokenizing {
    /// How long the file lets texts become.
    public let truncation: Truncation?
    /// How the file fills texts up.
    public let padding: Padding?

    private let model: WordPieceModel
    private let addedTokens: AddedTokenVocabulary
    private let normalizer: Normalizer?
    private let template: SequenceTemplate
    private let decoder: WordPieceDecoder
    private let pieces: [Int: String]
    /// See ``SpaceCleaning``.
    var cleansSpaces: Bool

    init(_ description: WordPieceDescription) throws(TokenizationError) {
        model = try WordPieceModel(description)
        addedTokens = try AddedTokenVocabulary(
            description.addedTokens, vocabulary: model.vocabulary, normalizer: description.normalizer)
        normalizer = description.normalizer
        template = description.template
        decoder = description.decoder
        truncation = description.truncation
        padding = description.padding
        cleansSpaces = description.cleansSpaces
        pieces = Dictionary(description.vocabulary.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    public var vocabularySize: Int { model.vocabulary.count + addedTokens.countOutsideModel }

    public var largestVocabularyID: Int { model.vocabulary.count - 1 }

    public func tokenID(of token: String) -> Int? {
        addedTokens.id(of: token) ?? model.vocabulary.id(of: token)
    }

    public func encode(_ text: String, addingSpecialTokens: Bool) -> [Int] {
        encode(text, addingSpecialTokens: addingSpecialTokens, truncation: nil)
    }

    /// The ids of a text, cut so that they are no more than `truncation` says with the special tokens around them.
    public func encode(_ text: String, addingSpecialTokens: Bool, truncation: Truncation?) -> [Int] {
        var ids: [Int] = []
        for segment in addedTokens.asWritten.segments(of: Array(text.unicodeScalars)[...]) {
            switch segment {
            case .token(let id): ids.append(id)
            case .text(let text): appendIDs(ofNormalized: normalized(text), to: &ids)
            }
        }
        if let truncation {
            ids = truncation.apply(to: ids, others: addingSpecialTokens ? template.specialCount : 0)
        }
        return template.apply(to: ids, addingSpecialTokens: addingSpecialTokens)
    }

    public func decode(_ ids: [Int], skippingSpecialTokens: Bool) -> String {
        let text = decoder.text(
            of: ids.compactMap { id in
                if skippingSpecialTokens, addedTokens.isSpecial(id) { return nil }
                return addedTokens.text(of: id) ?? pieces[id]
            })
        return cleansSpaces ? SpaceCleaning.clean(text) : text
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
            case .text(let part):
                for word in Self.words(in: part) { ids += model.encode(word) }
            }
        }
    }

    /// The words between white space, punctuation apart: `BertPreTokenizer`.
    static func words(in text: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
        var words: [ArraySlice<Unicode.Scalar>] = []
        var start = text.startIndex
        func endWord(at end: Int) {
            if start < end { words.append(text[start..<end]) }
        }
        for index in text.indices {
            if text[index].properties.isWhitespace {
                endWord(at: index)
                start = index + 1
            } else if text[index].isPunctuationToBERT {
                endWord(at: index)
                words.append(text[index...index])
                start = index + 1
            }
        }
        endWord(at: text.endIndex)
        return words
    }
}
