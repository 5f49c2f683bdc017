/// The added tokens of a tokenizer with their ids.
struct AddedTokenVocabulary: Sendable {
    /// Finds the tokens that match text as it was written.
    private(set) var asWritten = AddedTokenMatcher()
    /// Finds those that match normalised text.
    private(set) var normalized = AddedTokenMatcher()
    /// How many of the tokens the model's vocabulary lacks.
    let countOutsideModel: Int

    /// The most bytes that an added token may have; the longest that is published has some dozens.
    static let largestToken = 1000

    private let ids: [[UInt8]: Int]
    private var bytes: [Int: [UInt8]] = [:]
    private var texts: [Int: String] = [:]
    private var specialIDs: Set<Int> = []

    /// Gives each token an id as the tokenizers package does: the model's own where the model has the token, else the
    /// next after the vocabulary, in order of the list. The `id` that a file writes beside a token changes nothing.
    init(_ tokens: [AddedToken], vocabulary: Vocabulary, normalizer: Normalizer?) throws(TokenizationError) {
        var ids: [[UInt8]: Int] = [:]
        var latest: [Int: AddedToken] = [:]
        var specialContents: Set<[UInt8]> = []
        var nextID = vocabulary.count
        for token in tokens where !token.content.isEmpty {
            let content = Array(token.content.utf8)
            // At every place of a text, as much of it may be read as the longest token has.
            guard content.count <= Self.largestToken else {
                throw TokenizationError(
                    .invalidSpecialToken,
                    "the added token \"\(token.content.prefix(40))…\" has \(content.count) bytes; \(Self.largestToken) are "
                        + "the most.")
            }
            let id: Int
            if let known = ids[content] ?? vocabulary.id(of: content) {
                id = known
            } else {
                id = nextID
                nextID += 1
            }
            ids[content] = id
            latest[id] = token
            if token.special { specialContents.insert(content) }
        }
        self.ids = ids
        countOutsideModel = ids.keys.filter { vocabulary.id(of: $0) == nil }.count

        for (id, token) in latest {
            let pattern = token.normalized ? normalizer?.normalize(token.content) ?? token.content : token.content
            bytes[id] = ByteAlphabet.bytes(of: pattern)
            texts[id] = pattern
            if specialContents.contains(Array(pattern.utf8)) { specialIDs.insert(id) }
            let isNew =
                token.normalized
                ? normalized.insert(token, id: id, pattern: pattern)
                : asWritten.insert(token, id: id, pattern: pattern)
            guard isNew else {
                throw TokenizationError(
                    .invalidSpecialToken,
                    "the added token \"\(token.content)\" reads the same as another once it is normalised.")
            }
        }
    }

    func id(of token: String) -> Int? { ids[Array(token.utf8)] }

    func isSpecial(_ id: Int) -> Bool { specialIDs.contains(id) }

    /// What an added token reads; nil for ids of other tokens.
    func text(of id: Int) -> String? { texts[id] }

    /// What an added token decodes to where tokens spell bytes; nil for ids of other tokens.
    func bytes(of id: Int) -> [UInt8]? { bytes[id] }
}
