import Randomness
import Synchronization
import Testing

@testable import Generation

@Suite("Strings that end a text")
struct StopStringsTests {
    private func stopStrings(_ strings: [String]) -> StopStrings {
        StopStrings(strings) { ids in String(ids.map { Self.letters[$0] }) }
    }

    private static let letters: [Character] = ["a", "b", "c", "d", "é"]

    // MARK: What a reader gets

    @Test(
        "A text is cut in front of the first stop string, which is left out",
        arguments: [
            ("a cat. a dog.", ["."], "a cat"), ("a cat\n\nA dog", ["\n", "."], "a cat"), ("a cat", ["dog"], "a cat"),
            ("abcd", ["c", "bcd"], "a"), ("ab", ["ab"], ""), ("", ["ab"], ""), ("e\u{301}a", ["\u{301}"], "e"),
            // Not by what looks alike: e with an accent of its own is no é.
            ("e\u{301}a", ["\u{E9}"], "e\u{301}a"),
        ])
    func cuts(_ text: String, _ strings: [String], _ expected: String) {
        #expect(Array(stopStrings(strings).cut(text).utf8) == Array(expected.utf8))
    }

    @Test(
        "What may become a stop string is held back",
        arguments: [
            ("a cat", ["the"], "a ca"), ("a cat", ["at the"], "a c"), ("a cat t", ["the", "cat the"], "a "),
            ("a cat", ["."], "a cat"), ("aab", ["abc", "aabx"], ""), ("a cat. A", ["."], "a cat"), ("", ["."], ""),
            ("ab", ["b"], "a"),
        ])
    func holdsBack(_ text: String, _ strings: [String], _ expected: String) {
        #expect(stopStrings(strings).certainPrefix(of: text) == expected)
    }

    @Test("What was shown of a growing text stays, and the finished text begins with it")
    func growsSteadily() {
        var random = SplitMix64(seed: 5)
        for _ in 0..<500 {
            let strings = stopStrings((0..<2).map { _ in word(1...4, using: &random) })
            var text = ""
            var shown = ""
            while text.count < 12, strings.cut(text) == text {
                text += word(1...3, using: &random)
                let certain = strings.certainPrefix(of: text)
                #expect(certain.hasPrefix(shown), "\(strings.strings) in \(text)")
                shown = certain
            }
            #expect(strings.cut(text).hasPrefix(shown), "\(strings.strings) in \(text)")
        }
    }

    private func word(_ lengths: ClosedRange<Int>, using random: inout SplitMix64) -> String {
        String(
            (0..<Int.random(in: lengths, using: &random)).map { _ in Self.letters[Int.random(in: 0..<3, using: &random)]
            })
    }

    // MARK: What ends

    /// Tokens of no letter, of one and of several. As with T5, a text does not begin with a space.
    private static let pieces = ["", "a", "b", "c", "ab", "bca", "cc", " a"]

    private func text(_ ids: [Int]) -> String {
        let text = ids.map { Self.pieces[$0] }.joined()
        return text.hasPrefix(" ") ? String(text.dropFirst()) : text
    }

    @Test("A text ends where the whole of it holds a stop string for the first time", arguments: [0, 1, 50])
    func findsFirst(emptyTokens: Int) {
        var random = SplitMix64(seed: 6)
        let tokens = Array(repeating: 0, count: emptyTokens) + Self.pieces.indices.dropFirst()
        for _ in 0..<100 {
            let strings = StopStrings([word(2...5, using: &random), word(3...6, using: &random)], decode: text)
            var ids: [Int] = []
            var isEnded = false
            while !isEnded, ids.count < 200, let token = tokens.randomElement(using: &random) {
                isEnded = strings.isCompleted(by: token, after: ids[...])
                ids.append(token)
                let whole = text(ids)
                #expect(isEnded == strings.strings.contains { whole.contains($0) }, "\(strings.strings) in \(whole)")
            }
        }
    }

    @Test("Of a long text only the end is decoded")
    func decodesTails() {
        let most = Mutex(0)
        let strings = StopStrings(["zz"]) { [text] ids in
            most.withLock { $0 = max($0, ids.count) }
            return text(ids)
        }
        let ids = Array(repeating: 4, count: 2000)
        #expect(!strings.isCompleted(by: 5, after: ids[...]))
        #expect(most.withLock { $0 } < 20)
    }

    @Test("A character whose bytes are spread over tokens ends a text when it is whole")
    func joinsBytes() {
        let strings = StopStrings(["…"]) { ids in String(decoding: ids.map { UInt8($0) }, as: UTF8.self) }
        let ids = Array(repeating: 0xF0, count: 40) + [0xE2, 0x80, 0xA6]
        for count in 0..<ids.count {
            #expect(strings.isCompleted(by: ids[count], after: ids[..<count]) == (count == ids.count - 1))
        }
    }

    @Test("They are equal by their strings")
    func equality() {
        #expect(StopStrings(["a"]) { _ in "" } == StopStrings(["a"]) { _ in "b" })
        #expect(stopStrings(["a"]) != stopStrings(["b"]))
    }

    // MARK: Strategies

    /// Options of each way to search.
    enum Search: CaseIterable {
        case greedy, sampling, beams, groups

        var options: GenerationOptions {
            var options = GenerationOptions(maxNewTokens: 8)
            switch self {
            case .greedy: break
            case .sampling: options.sampling = .init(seed: 1)
            case .beams: options.beamCount = 3
            case .groups: (options.beamCount, options.beamGroupCount, options.diversityPenalty) = (4, 2, 0.5)
            }
            return options
        }
    }

    @Test("A text ends with the token that completes a stop string, however it is searched", arguments: Search.allCases)
    func ends(_ search: Search) throws {
        var options = search.options
        #expect(write(options) == [0, 1, 2, 3, 0, 1, 2, 3])
        options.stopStrings = stopStrings(["dd", "cda"])
        #expect(write(options) == [0, 1, 2, 3, 0])
        options.stopStrings = stopStrings(["dd", "é"])
        #expect(write(options) == [0, 1, 2, 3, 0, 1, 2, 3])
        options.stopStrings = stopStrings(["a"])
        #expect(write(options) == [0])
    }

    /// What comes out where abcd is by far the likeliest again and again.
    private func write(_ options: GenerationOptions) -> [Int] {
        var strategy = options.strategy(endTokens: [])
        var texts = [TokenSequence(context: [7])]
        while !texts.isEmpty {
            let logits = texts.map { text in
                let logits = Logits.allocate(capacity: Self.letters.count)
                logits.initialize(repeating: -30)
                logits[text.newCount % 4] = 0
                return logits
            }
            defer { for logits in logits { logits.deallocate() } }
            let continuations = strategy.advance(zip(texts, logits).map(ScoredHypothesis.init))
            texts = continuations.map { texts[$0.parent].appending($0) }
        }
        return strategy.results.first?.ids ?? []
    }
}
