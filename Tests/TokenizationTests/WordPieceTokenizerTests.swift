import Foundation
import Testing

@testable import Tokenization

@Suite("WordPiece")
struct WordPieceTokenizerTests {
    /// What the tokenizers package cuts and fills up; made by `make_wordpiece_fixtures.py`.
    struct Cuts: Decodable {
        struct Row: Decodable {
            let text: String
            let truncation: Truncation
            let ids: [Int]

            init(from decoder: any Decoder) throws {
                var row = try decoder.unkeyedContainer()
                text = try row.decode(String.self)
                let length = try row.decode(Int.self)
                truncation = Truncation(
                    maximumLength: length, direction: try row.decode(Truncation.Direction.self))
                ids = try row.decode([Int].self)
            }
        }

        let cut: [Row]
        let batch: [String]
        let padded: [[Int]]?

        init(_ name: String) throws {
            let file = Fixture.folder.appending(path: name).appending(path: "cut.json")
            self = try JSONDecoder().decode(Cuts.self, from: Data(contentsOf: file))
        }
    }

    private static let names = ["wordpiece", "wordpiece_cased", "wordpiece_accents"]

    private func tokenizer(_ name: String) throws -> WordPieceTokenizer {
        try #require(try TokenizerFile.load(folder: Fixture.folder.appending(path: name)) as? WordPieceTokenizer)
    }

    @Test("Truncates texts as the tokenizers package does, at either end", arguments: names)
    func cuts(_ name: String) throws {
        let tokenizer = try tokenizer(name)
        for row in try Cuts(name).cut {
            let ids = tokenizer.encode(row.text, addingSpecialTokens: true, truncation: row.truncation)
            #expect(ids == row.ids, "\(name): \(row.text.prefix(40)) \(row.truncation)")
        }
    }

    @Test("Truncates and pads batches as the file says", arguments: names.prefix(2))
    func fillsUp(_ name: String) throws {
        let (tokenizer, cuts) = (try tokenizer(name), try Cuts(name))
        let padding = try #require(tokenizer.padding)
        let rows = cuts.batch.map {
            tokenizer.encode($0, addingSpecialTokens: true, truncation: tokenizer.truncation)
        }
        #expect(padding.apply(to: rows) == cuts.padded)
    }

    @Test("Neither truncates nor pads if the file says nothing about it")
    func leavesAlone() throws {
        let tokenizer = try tokenizer("wordpiece_accents")
        #expect(tokenizer.truncation == nil && tokenizer.padding == nil)
    }

    private static func draft(_ change: (inout Draft) -> Void = { _ in }) -> Draft {
        Draft {
            $0.modelOptions = #""type": "WordPiece", "unk_token": "a""#
            $0.preTokenizer = #"{"type": "BertPreTokenizer"}"#
            $0.decoder = #"{"type": "WordPiece"}"#
            $0.merges = "[]"
            change(&$0)
        }
    }

    @Test("Uses BERT's defaults for what the file leaves out")
    func hasDefaults() throws {
        let tokenizer = try Self.draft { $0.vocabulary = ###"{"a": 0, "b": 1, "##b": 2}"### }.load()
        #expect(tokenizer.encode("bb bc b", addingSpecialTokens: true) == [1, 2, 0, 1])
        #expect(tokenizer.decode([1, 2, 1], skippingSpecialTokens: false) == "bb b")
        #expect(tokenizer.encode(String(repeating: "b", count: 101), addingSpecialTokens: false) == [0])
        #expect(tokenizer.encode(String(repeating: "b", count: 100), addingSpecialTokens: false).count == 100)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let code: TokenizationError.Code
        let naming: String
        let draft: Draft
        var testDescription: String { naming }
    }

    private static let refusals = [
        Refusal(
            code: .unsupportedComponent, naming: #"pre-tokeniser "Whitespace""#,
            draft: draft { $0.preTokenizer = #"{"type": "Whitespace"}"# }),
        Refusal(
            code: .unsupportedComponent, naming: #"pre-tokeniser "none""#, draft: draft { $0.preTokenizer = "null" }),
        Refusal(
            code: .unsupportedComponent, naming: #"decoder "ByteLevel""#,
            draft: draft { $0.decoder = #"{"type": "ByteLevel"}"# }),
        Refusal(
            code: .invalidVocabulary, naming: #""[UNK]" that stands for unknown words"#,
            draft: draft { $0.modelOptions = #""type": "WordPiece""# }),
        Refusal(
            code: .invalidVocabulary, naming: "2 tokens and ids up to 2",
            draft: draft { $0.vocabulary = #"{"a": 0, "b": 2}"# }),
        Refusal(
            code: .invalidVocabulary, naming: "how their accents are spelt",
            draft: draft { $0.vocabulary = #"{"a": 0, "\u00e9": 1, "e\u0301": 2, "b": 3}"# }),
        Refusal(
            code: .malformedFile, naming: "model.vocab", draft: draft { $0.vocabulary = #"["a"]"# }),
        Refusal(
            code: .malformedFile, naming: "clean_text",
            draft: draft { $0.normalizer = #"{"type": "BertNormalizer", "lowercase": true}"# }),
    ]

    @Test("Refuses an unsupported or broken part of a WordPiece tokenizer by name", arguments: refusals)
    func refuses(_ refusal: Refusal) throws {
        let error = try #require(throws: TokenizationError.self) { try refusal.draft.load() }
        #expect(error.code == refusal.code)
        #expect(error.message.contains(refusal.naming), "\(error.message)")
    }
}
