/// Cuts a word into pieces: the longest that the vocabulary has from the beginning, then the longest from there, and so on.
///
/// Source: Wu et al., "Google's Neural Machine Translation System" (2016, arXiv:1609.08144), as google-research/bert has it in
/// `WordpieceTokenizer`.
struct WordPieceModel: Sendable {
    let vocabulary: Vocabulary
    private let unknownID: Int
    /// What pieces that do not begin a word are spelt with.
    private let continuingPrefix: [UInt8]
    /// Scalars of the longest word that is cut; longer ones are unknown.
    private let longestWord: Int
    /// Bytes of the longest token, so that no longer piece is looked for.
    private let longestToken: Int

    init(_ description: WordPieceDescription) throws(TokenizationError) {
        vocabulary = try Vocabulary(description.vocabulary)
        guard let unknownID = vocabulary.id(of: description.unknownToken) else {
            throw TokenizationError(
                .invalidVocabulary,
                "the vocabulary lacks the token \"\(description.unknownToken)\" that stands for unknown words.")
        }
        // Two spellings of one accented letter are one key to a Swift dictionary, and would leave an id without a token.
        let last = description.vocabulary.values.max() ?? 0
        guard vocabulary.count == last + 1 else {
            throw TokenizationError(
                .invalidVocabulary,
                "the vocabulary has \(vocabulary.count) tokens and ids up to \(last): ids are missing, or two tokens differ in "
                    + "nothing but how their accents are spelt, which is not supported.")
        }
        self.unknownID = unknownID
        continuingPrefix = Array(description.continuingPrefix.utf8)
        longestWord = description.longestWord
        longestToken = description.vocabulary.keys.reduce(0) { max($0, $1.utf8.count) }
    }

    /// The ids of one word; the unknown token's where some part of it is in no token.
    func encode(_ word: ArraySlice<Unicode.Scalar>) -> [Int] {
        guard word.count <= longestWord else { return [unknownID] }
        let bytes = word.flatMap(\.utf8)
        var ids: [Int] = []
        var start = 0
        while start < bytes.count {
            guard let (id, end) = longestPiece(of: bytes, from: start) else { return [unknownID] }
            ids.append(id)
            start = end
        }
        return ids
    }

    private func longestPiece(of bytes: [UInt8], from start: Int) -> (id: Int, end: Int)? {
        var piece = start == 0 ? [] : continuingPrefix
        let room = longestToken - piece.count
        guard room > 0 else { return nil }
        var end = min(bytes.count, start + room)
        piece += bytes[start..<end]
        while end > start {
            // Between the bytes of a character no token ends.
            let isWhole = end == bytes.count || bytes[end] & 0xC0 != 0x80
            if isWhole, let id = vocabulary.id(of: piece) { return (id, end) }
            end -= 1
            piece.removeLast()
        }
        return nil
    }
}
