/// A Unigram language model over pieces: a word becomes the pieces whose probabilities have the greatest product.
///
/// Source: Kudo, "Subword Regularization" (2018, arXiv:1804.10959); the way unknown characters are scored and joined is
/// that of google/sentencepiece, `unigram_model.cc`.
struct UnigramModel: Sendable {
    /// How much less likely an unknown character is than the least likely piece, as a logarithm.
    private static let unknownPenalty = 10.0

    let vocabulary: Vocabulary
    private let scores: [Double]
    private let trie: PieceTrie
    private let unknownID: Int
    private let unknownScore: Double
    /// The ids of the 256 byte values; nil for those that the vocabulary lacks, and where bytes are not fallen back to.
    private let byteIDs: [Int?]

    init(_ description: UnigramDescription) throws(TokenizationError) {
        let pieces = description.pieces.map { Array($0.text.utf8) }
        let vocabulary = try Vocabulary(list: pieces)
        self.vocabulary = vocabulary
        scores = description.pieces.map(\.score)
        unknownID = description.unknownID
        unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
        byteIDs = (UInt8.min...UInt8.max).map {
            description.fallsBackToBytes ? vocabulary.id(of: ByteSpelling.text(of: $0)) : nil
        }
        var trie = PieceTrie()
        for (id, piece) in pieces.enumerated() { trie.insert(piece, piece: id) }
        self.trie = trie
    }

    /// The ids of one word, given as UTF-8. Unknown characters in a row become one unknown token, or their bytes.
    func encode(_ word: [UInt8]) -> [Int] {
        var ids: [Int] = []
        for (range, id) in joiningUnknown(bestPath(word)) {
            if id != unknownID {
                ids.append(id)
            } else if let known = vocabulary.id(of: word[range]) {
                ids.append(known)
            } else {
                let bytes = word[range].compactMap { byteIDs[Int($0)] }
                ids += bytes.count == range.count ? bytes : [unknownID]
            }
        }
        return ids
    }

    /// Viterbi's algorithm: for every place the best way of getting there, by the pieces that end in it.
    private func bestPath(_ word: [UInt8]) -> [(range: Range<Int>, id: Int)] {
        struct Node {
            var score = 0.0
            var start = -1
            var id = 0

            mutating func offer(_ candidate: Double, start: Int, id: Int) {
                guard self.start < 0 || candidate > score else { return }
                (score, self.start, self.id) = (candidate, start, id)
            }
        }
        var nodes = [Node](repeating: Node(), count: word.count + 1)
        var start = 0
        while start < word.count {
            let score = nodes[start].score
            let next = start + Self.characterLength(word[start])
            var hasSingle = false
            trie.forEachPiece(in: word, from: start) { id, end in
                nodes[end].offer(score + scores[id], start: start, id: id)
                if end == next { hasSingle = true }
            }
            if !hasSingle { nodes[next].offer(score + unknownScore, start: start, id: unknownID) }
            start = next
        }

        var path: [(range: Range<Int>, id: Int)] = []
        var end = word.count
        while end > 0 {
            path.append((nodes[end].start..<end, nodes[end].id))
            end = nodes[end].start
        }
        return path.reversed()
    }

    private func joiningUnknown(_ path: [(range: Range<Int>, id: Int)]) -> [(range: Range<Int>, id: Int)] {
        var joined: [(range: Range<Int>, id: Int)] = []
        for step in path {
            if step.id == unknownID, let last = joined.last, last.id == unknownID {
                joined[joined.count - 1].range = last.range.lowerBound..<step.range.upperBound
            } else {
                joined.append(step)
            }
        }
        return joined
    }

    /// Bytes of the character that begins with a byte of well-formed UTF-8.
    private static func characterLength(_ first: UInt8) -> Int {
        switch first {
        case ..<0x80: 1
        case ..<0xE0: 2
        case ..<0xF0: 3
        default: 4
        }
    }
}
