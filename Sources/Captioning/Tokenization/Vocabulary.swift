/// The tokens of a model and their ids. Ids need not be without gaps, as they need not in the tokenizers package.
struct Vocabulary: Sendable {
    /// A token's text, compared byte by byte: Swift's strings would take canonically equivalent tokens for the same.
    private let ids: [[UInt8]: Int]
    /// The number of tokens, those that another of the same text hides included.
    let count: Int

    /// A vocabulary of these tokens. Byte-level spellings hold no combining marks, so that none is lost in a dictionary.
    init(_ tokens: [String: Int]) throws(TokenizationError) {
        guard !tokens.isEmpty else {
            throw TokenizationError(.invalidVocabulary, "the vocabulary holds no tokens.")
        }
        var ids: [[UInt8]: Int] = [:]
        ids.reserveCapacity(tokens.count)
        var owners: [Int: String] = [:]
        owners.reserveCapacity(tokens.count)
        for (token, id) in tokens {
            guard id >= 0, id <= UInt32.max else {
                throw TokenizationError(
                    .invalidVocabulary,
                    "the token \"\(token)\" has the id \(id); ids are from 0 to \(UInt32.max).")
            }
            if let owner = owners.updateValue(token, forKey: id) {
                throw TokenizationError(
                    .invalidVocabulary,
                    "the tokens \"\(min(owner, token))\" and \"\(max(owner, token))\" both have the id \(id).")
            }
            ids[Array(token.utf8)] = id
        }
        self.ids = ids
        count = ids.count
    }

    /// The tokens of a list, whose places are their ids. Of two of the same text the later one has it.
    init(list tokens: some Collection<[UInt8]>) throws(TokenizationError) {
        guard !tokens.isEmpty else {
            throw TokenizationError(.invalidVocabulary, "the vocabulary holds no tokens.")
        }
        ids = Dictionary(tokens.enumerated().map { ($1, $0) }, uniquingKeysWith: { $1 })
        count = tokens.count
    }

    func id(of token: some Sequence<UInt8>) -> Int? {
        ids[Array(token)]
    }

    func id(of token: String) -> Int? {
        ids[Array(token.utf8)]
    }
}
