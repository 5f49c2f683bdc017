/// Byte-pair encoding of one word: single bytes at first, then merged pair by pair in the order of the merge list.
///
/// Source: Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units" (2016), with bytes
/// in place of characters as in GPT-2.
struct BytePairModel: Sendable {
    private struct Pair: Hashable {
        let left: Int
        let right: Int
    }

    private struct Merge {
        let rank: Int
        let token: Int
    }

    let vocabulary: Vocabulary
    private let byteTokens: [Int?]
    private let unknownToken: Int?
    private let fusesUnknown: Bool
    private let prefersWholeWords: Bool
    private let merges: [Pair: Merge]

    init(_ description: ModelDescription) throws(TokenizationError) {
        let vocabulary = try Vocabulary(description.vocabulary)
        self.vocabulary = vocabulary
        byteTokens = ByteAlphabet.scalars.map { vocabulary.id(of: String($0)) }
        if let unknown = description.unknownToken {
            guard let id = vocabulary.id(of: unknown) else {
                throw TokenizationError(
                    .invalidVocabulary, "the vocabulary lacks the token \"\(unknown)\" that stands for unknown bytes.")
            }
            unknownToken = id
        } else {
            unknownToken = nil
        }
        fusesUnknown = description.fusesUnknown
        prefersWholeWords = description.prefersWholeWords

        var merges: [Pair: Merge] = [:]
        merges.reserveCapacity(description.merges.count)
        for (rank, (left, right)) in description.merges.enumerated() {
            guard let leftID = vocabulary.id(of: left), let rightID = vocabulary.id(of: right),
                let token = vocabulary.id(of: left + right)
            else {
                let missing = [left, right, left + right].first { vocabulary.id(of: $0) == nil } ?? left
                throw TokenizationError(
                    .invalidMerge,
                    "merge \(rank + 1), \"\(left) \(right)\", needs the token \"\(missing)\", which the vocabulary lacks."
                )
            }
            merges[Pair(left: leftID, right: rightID)] = Merge(rank: rank, token: token)
        }
        self.merges = merges
    }

    /// The ids of one word, given as its UTF-8 bytes.
    func encode(_ word: [UInt8]) -> [Int] {
        if prefersWholeWords {
            let spelling = word.flatMap { ByteAlphabet.scalars[Int($0)].utf8 }
            if let id = vocabulary.id(of: spelling) { return [id] }
        }
        return merge(tokens(of: word))
    }

    /// One token a byte. Bytes without one become the unknown token, or nothing where the model has none.
    private func tokens(of word: [UInt8]) -> [Int] {
        var tokens: [Int] = []
        tokens.reserveCapacity(word.count)
        var followsUnknown = false
        for byte in word {
            if let id = byteTokens[Int(byte)] {
                tokens.append(id)
                followsUnknown = false
            } else if let unknownToken {
                if !(fusesUnknown && followsUnknown) { tokens.append(unknownToken) }
                followsUnknown = true
            }
        }
        return tokens
    }

    /// Merges over a doubly linked list, the next merge taken from a heap: `n log n` for a word of n bytes.
    private func merge(_ tokens: [Int]) -> [Int] {
        let end = tokens.count
        guard end > 1 else { return tokens }
        var symbols: [Int?] = tokens
        var next = Array(1...end)
        var previous = Array(-1..<(end - 1))
        var queue = MergeQueue()

        func merge(at position: Int) -> Merge? {
            guard position >= 0, next[position] < end, let left = symbols[position], let right = symbols[next[position]]
            else { return nil }
            return merges[Pair(left: left, right: right)]
        }
        func offer(_ position: Int) {
            guard let merge = merge(at: position) else { return }
            queue.push(MergeCandidate(rank: merge.rank, position: position, token: merge.token))
        }

        for position in 0..<(end - 1) { offer(position) }
        while let candidate = queue.pop() {
            // A candidate is stale where its symbols have meanwhile been merged otherwise.
            let position = candidate.position
            guard let current = merge(at: position), current.token == candidate.token else { continue }
            let removed = next[position]
            symbols[position] = current.token
            symbols[removed] = nil
            next[position] = next[removed]
            if next[position] < end { previous[next[position]] = position }
            offer(previous[position])
            offer(position)
        }
        return symbols.compactMap(\.self)
    }
}
