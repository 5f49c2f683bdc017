import Foundation
import Testing

@testable import Tokenization

/// A small Unigram tokenizer.json in parts, so that a test can break one of them.
struct UnigramDraft: Sendable {
    var pieces = #"[["<unk>", 0], ["▁", -2], ["a", -3], ["b", -3], ["ab", -1], ["▁a", -2.5]]"#
    var modelOptions = #""unk_id": 0"#
    var normalizer = "null"
    var preTokenizer = #"{"type": "Metaspace", "replacement": "▁"}"#
    var decoder = #"{"type": "Metaspace", "replacement": "▁"}"#

    var text: String {
        """
        {"added_tokens": [], "normalizer": \(normalizer), "pre_tokenizer": \(preTokenizer), "post_processor": null,
         "decoder": \(decoder), "model": {"type": "Unigram", \(modelOptions), "vocab": \(pieces)}}
        """
    }

    init(_ change: (inout UnigramDraft) -> Void = { _ in }) {
        change(&self)
    }

    func load() throws -> any Tokenizing {
        try loadTokenizer(from: ["tokenizer.json": text])
    }
}

@Suite("Unigram tokenizer")
struct UnigramTokenizerTests {
    @Test("Takes the most likely pieces, not the longest")
    func likeliest() throws {
        let tokenizer = try UnigramDraft().load()
        #expect(tokenizer.encode("ab", addingSpecialTokens: false) == [1, 4])
        #expect(tokenizer.encode("aab", addingSpecialTokens: false) == [5, 4])
        #expect(tokenizer.tokenID(of: "▁a") == 5)
        #expect(tokenizer.vocabularySize == 6)
    }

    @Test("Joins consecutive unknown characters into one unknown token")
    func joinsUnknown() throws {
        let tokenizer = try UnigramDraft().load()
        #expect(tokenizer.encode("axyb", addingSpecialTokens: false) == [5, 0, 3])
    }

    @Test("Tells canonically equivalent pieces apart")
    func tellsEquivalentPieces() throws {
        let tokenizer = try UnigramDraft {
            $0.pieces = #"[["<unk>", 0], ["é", -1], ["e\u0301", -1]]"#
            $0.preTokenizer = "null"
        }.load()
        #expect(tokenizer.encode("e\u{301}é", addingSpecialTokens: false) == [2, 1])
    }

    @Test("A hundred thousand characters without a space are encoded and come back")
    func longText() throws {
        let tokenizer = try Fixture("t5").tokenizer
        let text = String(repeating: "the", count: 34_000)
        let ids = tokenizer.encode(text, addingSpecialTokens: false)
        #expect(ids.count < text.count)
        #expect(tokenizer.decode(ids, skippingSpecialTokens: false) == text)
    }

    @Test("Streams word by word, the first without its space")
    func streams() throws {
        let tokenizer = try Fixture("t5").tokenizer
        var stream = DecodeStream(tokenizer, skippingSpecialTokens: true)
        let ids = tokenizer.encode("a dog", addingSpecialTokens: true)
        let pieces = ids.map { stream.append($0) }
        #expect(pieces.first == "a")
        #expect(pieces.joined() + stream.finish() == "a dog")
    }
}

@Suite("Refused Unigram tokenizers")
struct RefusedUnigramTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let code: TokenizationError.Code
        /// What the message must name.
        let naming: String
        let draft: UnigramDraft

        init(_ code: TokenizationError.Code, naming: String, _ change: (inout UnigramDraft) -> Void) {
            self.code = code
            self.naming = naming
            draft = UnigramDraft(change)
        }

        var testDescription: String { "\(code): \(naming)" }
    }

    static let refusals = [
        Refusal(.unsupportedModel, naming: "unk_id") { $0.modelOptions = #""unk_id": null"# },
        Refusal(.invalidVocabulary, naming: "unk_id") { $0.modelOptions = #""unk_id": 6"# },
        Refusal(.invalidVocabulary, naming: "unk_id") { $0.modelOptions = #""unk_id": -1"# },
        Refusal(.invalidVocabulary, naming: "0 pieces") { $0.pieces = "[]" },
        Refusal(.malformedFile, naming: "model.vocab") { $0.pieces = #"{"a": 1}"# },
        Refusal(.malformedFile, naming: "model.vocab.1") { $0.pieces = #"[["a", 1], ["b"]]"# },
        Refusal(.malformedFile, naming: "model.vocab.0") { $0.pieces = #"[["a", "b"]]"# },
        Refusal(.unsupportedComponent, naming: #"pre-tokeniser "ByteLevel""#) {
            $0.preTokenizer = #"{"type": "ByteLevel"}"#
        },
        Refusal(.unsupportedComponent, naming: #"replacement "ab""#) {
            $0.preTokenizer = #"{"type": "Metaspace", "replacement": "ab"}"#
        },
        Refusal(.unsupportedComponent, naming: "add_prefix_space") {
            $0.preTokenizer = #"{"type": "Metaspace", "replacement": "▁", "add_prefix_space": false}"#
        },
        Refusal(.malformedFile, naming: "prepend_scheme") {
            $0.preTokenizer = #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "last"}"#
        },
        Refusal(.unsupportedComponent, naming: #"decoder "none""#) { $0.decoder = "null" },
        Refusal(.unsupportedComponent, naming: #"decoder "WordPiece""#) { $0.decoder = #"{"type": "WordPiece"}"# },
        Refusal(.unsupportedComponent, naming: #"content "  ""#) {
            $0.decoder = #"{"type": "Strip", "content": "  ", "start": 1, "stop": 0}"#
        },
        Refusal(.unsupportedComponent, naming: "[a-z]+") {
            $0.normalizer = #"{"type": "Replace", "pattern": {"Regex": "[a-z]+"}, "content": ""}"#
        },
        Refusal(.malformedFile, naming: "strip_left") { $0.normalizer = #"{"type": "Strip"}"# },
        Refusal(.malformedFile, naming: "not base64") {
            $0.normalizer = #"{"type": "Precompiled", "precompiled_charsmap": "!"}"#
        },
        Refusal(.malformedFile, naming: "cut off") {
            $0.normalizer = #"{"type": "Precompiled", "precompiled_charsmap": ""}"#
        },
        Refusal(.malformedFile, naming: "cut off") {
            $0.normalizer = #"{"type": "Precompiled", "precompiled_charsmap": "/////wAAAAA="}"#
        },
    ]

    @Test("Refuses an unsupported or broken part of a Unigram tokenizer by name", arguments: refusals)
    func refusesParts(refusal: Refusal) throws {
        let error = try #require(throws: TokenizationError.self) { try refusal.draft.load() }
        #expect(error.code == refusal.code)
        #expect(error.message.contains(refusal.naming), "\(error.message)")
        #expect(error.description.contains("tokenizer.json: "))
    }

    @Test("Survives a character map whose trie points outside", arguments: 0..<32)
    func survivesWildMaps(seed: UInt8) throws {
        var state = UInt64(seed) &+ 1
        var bytes: [UInt8] = [64, 0, 0, 0]
        for _ in 0..<80 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes.append(UInt8(truncatingIfNeeded: state >> 33))
        }
        let map = try CharacterMap(base64: Data(bytes).base64EncodedString())
        // What comes out is of no matter; that something does is.
        #expect(map.normalize("").isEmpty)
        _ = map.normalize("The quick brown fox é e\u{301} 漢字 🙂 \u{0}")
    }
}
