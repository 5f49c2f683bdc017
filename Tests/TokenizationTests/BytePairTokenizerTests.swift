import Foundation
import Testing

@testable import Tokenization

@Suite("Byte-pair tokenizer")
struct BytePairTokenizerTests {
    @Test("Finds a token by its spelling in the vocabulary")
    func tokenIDs() throws {
        let tokenizer = try Fixture("opt_like").tokenizer
        #expect(tokenizer.tokenID(of: "</s>") == 2)
        #expect(tokenizer.tokenID(of: "<image>") == 900)
        #expect(tokenizer.tokenID(of: "Ġis") == tokenizer.encode(" is", addingSpecialTokens: false).first)
        #expect(tokenizer.tokenID(of: " is") == nil)
    }

    @Test("Merges by rank, then from the left")
    func mergeOrder() throws {
        let tokenizer = try Draft {
            $0.vocabulary = #"{"a": 0, "b": 1, "aa": 2, "ab": 3, "aab": 4}"#
            $0.merges = #"["a a", "a b", "a ab"]"#
        }.load()
        #expect(tokenizer.encode("aaab", addingSpecialTokens: false) == [2, 3])
        #expect(tokenizer.encode("aaa", addingSpecialTokens: false) == [2, 0])
        #expect(tokenizer.encode("aab", addingSpecialTokens: false) == [2, 1])
    }

    @Test("Skips a merge whose symbols have been merged otherwise")
    func staleMerge() throws {
        let tokenizer = try Draft {
            $0.vocabulary = #"{"a": 0, "b": 1, "c": 2, "d": 3, "ab": 4, "bc": 5, "bcd": 6, "abc": 7}"#
            $0.merges = #"["b c", "a b", "bc d", "a bc"]"#
        }.load()
        #expect(tokenizer.encode("abcd", addingSpecialTokens: false) == [0, 6])
        #expect(tokenizer.encode("abc", addingSpecialTokens: false) == [7])
    }

    @Test("Streaming holds back the bytes of a character until it is complete")
    func streamsWholeCharacters() throws {
        let tokenizer = try #require(try Fixture("opt_like").tokenizer as? BytePairTokenizer)
        let wave = ["ð", "Ł", "Į", "Ĭ"].compactMap { tokenizer.tokenID(of: $0) }
        var stream = DecodeStream(tokenizer, skippingSpecialTokens: true)
        #expect(wave.map { stream.append($0) } == ["", "", "", "🌊"])
        #expect(stream.finish().isEmpty)

        _ = stream.append(wave[0])
        #expect(stream.finish() == "\u{FFFD}")
        #expect(stream.finish().isEmpty)
    }

    @Test("Decoding ignores unknown ids", arguments: [-1, 4, Int.max, Int.min])
    func unknownIDs(id: Int) throws {
        #expect(try Draft().load().decode([2, id, 0], skippingSpecialTokens: false) == "aba")
    }

    @Test("A hundred thousand characters without a space are encoded and come back")
    func longText() throws {
        let tokenizer = try Fixture("opt_like").tokenizer
        let text = String(repeating: "the", count: 34_000)
        let ids = tokenizer.encode(text, addingSpecialTokens: false)
        #expect(ids.count < text.count)
        #expect(tokenizer.decode(ids, skippingSpecialTokens: false) == text)
    }

    @Test("Reads files behind symbolic links, as in Hugging Face's cache")
    func symbolicLinks() throws {
        try withFolder { folder in
            try Data(Draft().text.utf8).write(to: folder.appending(path: "blob"))
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: "tokenizer.json"), withDestinationURL: folder.appending(path: "blob"))
            #expect(try TokenizerFile.load(folder: folder).encode("ab", addingSpecialTokens: false) == [2])
        }
    }

    @Test("Prefers tokenizer.json to vocab.json and merges.txt")
    func tokenizerFileFirst() throws {
        let tokenizer = try loadTokenizer(from: [
            "tokenizer.json": Draft().text, "vocab.json": #"{"a": 7, "b": 8}"#, "merges.txt": "",
        ])
        #expect(tokenizer.encode("ab", addingSpecialTokens: false) == [2])
    }

    @Test("Ignores Windows line ends and blank lines in merges.txt")
    func mergesLineEnds() throws {
        let tokenizer = try loadTokenizer(from: [
            "vocab.json": #"{"a": 0, "b": 1, "ab": 2}"#, "merges.txt": "#version: 0.2\r\na b\r\n\r\n",
        ])
        #expect(tokenizer.encode("ab", addingSpecialTokens: false) == [2])
    }
}
