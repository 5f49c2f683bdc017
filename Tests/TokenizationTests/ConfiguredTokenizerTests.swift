import Foundation
import Testing

@testable import Tokenization

@Suite("tokenizer_config.json")
struct ConfiguredTokenizerTests {
    /// A tokenizer of the Fixtures folder with another `tokenizer_config.json`, and what transformers says of it; made by
    /// `make_config_fixtures.py`.
    struct Configured: Decodable, Sendable, CustomTestStringConvertible {
        struct Case: Decodable, Sendable {
            let text: String
            let ids: [Int]
            /// Without special tokens, and with them.
            let decoded: [String]

            init(from decoder: any Decoder) throws {
                var row = try decoder.unkeyedContainer()
                text = try row.decode(String.self)
                ids = try row.decode([Int].self)
                decoded = [try row.decode(String.self), try row.decode(String.self)]
            }
        }

        let base: String
        let name: String
        let config: String
        let cases: [Case]

        var testDescription: String { "\(base): \(name)" }

        static let all: [Configured] = {
            let file = Fixture.folder.appending(path: "configured.json")
            return (try? JSONDecoder().decode([Configured].self, from: Data(contentsOf: file))) ?? []
        }()
    }

    private func tokenizer(_ configured: Configured) throws -> any Tokenizing {
        let folder = FileManager.default.temporaryDirectory.appending(path: "image-to-song-tokenizer-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(at: Fixture.folder.appending(path: configured.base), to: folder)
        try Data(configured.config.utf8).write(to: folder.appending(path: "tokenizer_config.json"))
        return try TokenizerFile.load(folder: folder)
    }

    @Test("Has at least 13 references")
    func isThere() {
        #expect(Configured.all.count >= 13)
    }

    @Test("Special tokens and space clean-up equal those of transformers", arguments: Configured.all)
    func agrees(_ configured: Configured) throws {
        let tokenizer = try tokenizer(configured)
        for expected in configured.cases {
            #expect(tokenizer.encode(expected.text, addingSpecialTokens: false) == expected.ids, "\(expected.text)")
            for (skipping, decoded) in zip([true, false], expected.decoded) {
                let ours = tokenizer.decode(expected.ids, skippingSpecialTokens: skipping)
                #expect(sameScalars(ours, decoded), "\(expected.text): \(ours), not \(decoded)")
            }
        }
    }

    @Test("Streams the cleaned text", arguments: Configured.all)
    func streams(_ configured: Configured) throws {
        let tokenizer = try tokenizer(configured)
        for expected in configured.cases {
            var stream = DecodeStream(tokenizer, skippingSpecialTokens: true)
            var text = expected.ids.reduce(into: "") { $0 += stream.append($1) }
            text += stream.finish()
            #expect(sameScalars(text, expected.decoded[0]), "\(expected.text): \(text)")
        }
    }

    @Test("New tokens get ids in the file's order")
    func keepsOrder() throws {
        let configured = try #require(Configured.all.first { $0.name == "extra_special_tokens is an object" })
        let tokenizer = try tokenizer(configured)
        let ids = ["<zz>", "<aa>"].compactMap(tokenizer.tokenID)
        #expect(ids.count == 2 && ids[0] < ids[1])
    }

    @Test(
        "Says what a file is that is not a tokenizer's",
        arguments: [
            ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n", "Git LFS"),
            ("<!DOCTYPE html><title>Sign in</title>", "web page"),
        ], ["tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt"])
    func tellsForeignFiles(_ foreign: (text: String, word: String), _ file: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "image-to-song-tokenizer-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let base = file == "tokenizer.json" ? "opt_like" : "older_files"
        try FileManager.default.copyItem(at: Fixture.folder.appending(path: base), to: folder)
        try Data(foreign.text.utf8).write(to: folder.appending(path: file))
        let error = try #require(throws: TokenizationError.self) { try TokenizerFile.load(folder: folder) }
        #expect(error.message.contains(file) && error.message.contains(foreign.word), "\(error)")
    }

    @Test("Refuses an added token of more than 1,000 bytes")
    func refusesLongTokens() throws {
        let vocabulary = try Vocabulary(["a": 0])
        func add(_ count: Int) throws(TokenizationError) {
            let token = AddedToken(content: String(repeating: "x", count: count))
            _ = try AddedTokenVocabulary([token], vocabulary: vocabulary, normalizer: nil)
        }
        try add(1000)
        #expect(#expect(throws: TokenizationError.self) { try add(1001) }?.code == .invalidSpecialToken)
    }
}
