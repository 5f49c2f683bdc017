/// Finds added tokens in a text: leftmost first and, of those that begin there, the longest.
struct AddedTokenMatcher: Sendable {
    /// A stretch of the text: one added token with the white space that it takes along, or what lies between two.
    enum Segment {
        case text(ArraySlice<Unicode.Scalar>)
        case token(Int)
    }

    /// A step from a node of the tree of patterns.
    private struct Edge: Hashable, Sendable {
        let node: Int32
        let scalar: Unicode.Scalar
    }

    private var nodes: [Edge: Int32] = [:]
    /// The token that a node ends, if it ends one.
    private var ends: [Int32: Int] = [:]
    private var tokens: [Int: AddedToken] = [:]

    /// Adds a token that reads `pattern` in the text. Gives false, and changes nothing, where another reads the same.
    mutating func insert(_ token: AddedToken, id: Int, pattern: String) -> Bool {
        var node: Int32 = 0
        for scalar in pattern.unicodeScalars {
            let edge = Edge(node: node, scalar: scalar)
            if let child = nodes[edge] {
                node = child
            } else {
                node = Int32(nodes.count + 1)
                nodes[edge] = node
            }
        }
        guard node != 0, ends[node] == nil else { return false }
        ends[node] = id
        tokens[id] = token
        return true
    }

    func segments(of text: ArraySlice<Unicode.Scalar>) -> [Segment] {
        guard !tokens.isEmpty else { return [.text(text)] }
        var segments: [Segment] = []
        var taken = text.startIndex
        var position = text.startIndex
        while position < text.endIndex {
            guard let match = longestMatch(in: text, at: position) else {
                position += 1
                continue
            }
            let start = position
            position = match.end
            guard let token = tokens[match.id] else { continue }
            if token.singleWord, touchesWord(text, start..<match.end) { continue }

            let first = token.stripsLeft ? startOfSpace(in: text, before: start) : start
            // The token before may have taken that space already.
            if taken < first { segments.append(.text(text[taken..<first])) }
            segments.append(.token(match.id))
            taken = token.stripsRight ? endOfSpace(in: text, from: match.end) : match.end
        }
        if taken < text.endIndex { segments.append(.text(text[taken...])) }
        return segments
    }

    private func longestMatch(in text: ArraySlice<Unicode.Scalar>, at start: Int) -> (id: Int, end: Int)? {
        var node: Int32 = 0
        var longest: (id: Int, end: Int)?
        for index in start..<text.endIndex {
            guard let child = nodes[Edge(node: node, scalar: text[index])] else { break }
            node = child
            if let id = ends[node] { longest = (id, index + 1) }
        }
        return longest
    }

    private func touchesWord(_ text: ArraySlice<Unicode.Scalar>, _ range: Range<Int>) -> Bool {
        let before = text[..<range.lowerBound].last
        let after = text[range.upperBound...].first
        return (before?.isWordCharacter ?? false) || (after?.isWordCharacter ?? false)
    }

    private func startOfSpace(in text: ArraySlice<Unicode.Scalar>, before end: Int) -> Int {
        (text[..<end].lastIndex { !$0.properties.isWhitespace } ?? text.startIndex - 1) + 1
    }

    private func endOfSpace(in text: ArraySlice<Unicode.Scalar>, from start: Int) -> Int {
        text[start...].firstIndex { !$0.properties.isWhitespace } ?? text.endIndex
    }
}

extension Unicode.Scalar {
    /// Whether `\w` matches it, as Unicode's Technical Standard 18 (annex C) defines that.
    fileprivate var isWordCharacter: Bool {
        guard properties.isKnownToReference else { return false }
        if properties.isAlphabetic || properties.isJoinControl { return true }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return false
        }
    }
}
