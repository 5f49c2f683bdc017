import Foundation
import Testing

@testable import Tokenization

/// A tokenizer of the Fixtures folder, and what the tokenizers package says about it; made by `make_fixtures.py`.
struct Fixture {
    /// What the package makes of one text.
    struct Case: Decodable {
        let ids: [Int]
        let before: [Int]
        let after: [Int]
        /// What the ids with special tokens decode to, without special tokens and with them; nil for the text itself.
        let decoded: [String?]

        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            ids = try row.decode([Int].self)
            before = try row.decode([Int].self)
            after = try row.decode([Int].self)
            decoded = try row.decode([String?].self)
        }
    }

    /// Ids that are no text, and what they decode to.
    struct Odd: Decodable {
        let ids: [Int]
        let text: String

        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            ids = try row.decode([Int].self)
            text = try row.decode(String.self)
        }
    }

    struct Reference: Decodable {
        let cases: [Case?]
        let decoding: [Odd]
        let size: Int
    }

    static let names = [
        "opt_like", "prefix_space", "added_tokens", "split_first", "unknown_fused", "unknown_dropped", "older_files",
        "newer_config", "t5", "t5_converted", "unigram_bytes", "unigram_first", "unigram_never",
        "wordpiece", "wordpiece_cased", "wordpiece_accents",
    ]
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    let tokenizer: any Tokenizing
    let reference: Reference
    let texts: [String]

    init(_ name: String) throws {
        let folder = Self.folder.appending(path: name)
        tokenizer = try TokenizerFile.load(folder: folder)
        reference = try Self.decode(Reference.self, folder.appending(path: "reference.json"))
        var texts = try Self.decode([String].self, Self.folder.appending(path: "texts.json"))
        if tokenizer is UnigramTokenizer {
            texts += try Self.decode([String].self, Self.folder.appending(path: "unigram_texts.json"))
        }
        if tokenizer is WordPieceTokenizer {
            texts += try Self.decode([String].self, Self.folder.appending(path: "wordpiece_texts.json"))
        }
        self.texts = texts
        try #require(texts.count >= 300 && reference.cases.count == texts.count)
    }

    /// The texts that the package was asked about, each with its answer.
    var cases: [(text: String, expected: Case)] {
        zip(texts, reference.cases).compactMap { text, expected in expected.map { (text, $0) } }
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ file: URL) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: file))
    }
}

/// Whether two texts have the same scalars; `==` would take canonically equivalent ones for equal.
func sameScalars(_ left: String, _ right: String) -> Bool {
    left.unicodeScalars.elementsEqual(right.unicodeScalars)
}
