import Foundation
import Testing

@testable import Tokenization

@Suite("Refused tokenizer files")
struct RefusedFileTests {
    static let vocabulary = #"{"a": 0, "b": 1, "ab": 2}"#

    @Test("Refuses a folder without a tokenizer, and says what it lacks")
    func emptyFolder() throws {
        let error = try #require(throws: TokenizationError.self) { try loadTokenizer(from: [:]) }
        #expect(error.code == .missingFile)
        #expect(error.message.contains("tokenizer.json, or vocab.json and merges.txt"))
    }

    @Test("Refuses a vocab.json without merges.txt, naming merges.txt")
    func noMerges() throws {
        let error = try #require(throws: TokenizationError.self) {
            try loadTokenizer(from: ["vocab.json": Self.vocabulary])
        }
        #expect(error.code == .missingFile)
        #expect(error.message.contains("merges.txt"))
    }

    @Test(
        "Refuses a file that is not JSON, naming it",
        arguments: ["", "{", "not json", "[]", "\u{0}", #"{"model": {"type": "BPE""#, "\u{FEFF}{}"])
    func notJSON(text: String) throws {
        let error = try #require(throws: TokenizationError.self) {
            try loadTokenizer(from: ["tokenizer.json": text])
        }
        #expect(error.code == .malformedFile)
        #expect(error.message.contains("tokenizer.json: "))
    }

    @Test("Refuses JSON nested too deep")
    func nested() throws {
        let text = String(repeating: "[", count: 100_000)
        let error = try #require(throws: TokenizationError.self) {
            try loadTokenizer(from: ["tokenizer.json": text])
        }
        #expect(error.code == .malformedFile)
    }

    @Test("Refuses a file over the size limit before reading it", arguments: ["tokenizer.json", "vocab.json"])
    func tooLarge(name: String) throws {
        try withFolder { folder in
            let file = folder.appending(path: name)
            try Data().write(to: file)
            let handle = try FileHandle(forWritingTo: file)
            // A hole in the file: no bytes are written.
            try handle.truncate(atOffset: UInt64(JSONFile.largestSize) + 1)
            try handle.close()
            let error = try #require(throws: TokenizationError.self) { try TokenizerFile.load(folder: folder) }
            #expect(error.code == .fileTooLarge)
            #expect(error.message.contains(name))
        }
    }

    @Test("Refuses a folder named tokenizer.json")
    func folderInPlace() throws {
        try withFolder { folder in
            let file = folder.appending(path: "tokenizer.json")
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
            let error = try #require(throws: TokenizationError.self) { try TokenizerFile.load(folder: folder) }
            #expect(error.code == .unreadableFile)
        }
    }

    @Test("Refuses a merges.txt that is not UTF-8")
    func mergesNotText() throws {
        try withFolder { folder in
            try Data(Self.vocabulary.utf8).write(to: folder.appending(path: "vocab.json"))
            try Data([0x61, 0x20, 0xFF, 0x0A]).write(to: folder.appending(path: "merges.txt"))
            let error = try #require(throws: TokenizationError.self) { try TokenizerFile.load(folder: folder) }
            #expect(error.code == .malformedFile)
            #expect(error.message.contains("merges.txt"))
        }
    }

    @Test(
        "Checks vocab.json and merges.txt like tokenizer.json",
        arguments: [
            ("vocab.json", #"{"a": 0, "b": 0}"#, TokenizationError.Code.invalidVocabulary, "vocab.json: the tokens"),
            ("vocab.json", #"["a"]"#, .malformedFile, "vocab.json"),
            ("merges.txt", "#version: 0.2\na b\nb\n", .invalidMerge, "merge 2"),
            ("merges.txt", "a z\n", .invalidMerge, "\"z\""),
            ("tokenizer_config.json", #"{"add_prefix_space": "no"}"#, .malformedFile, "add_prefix_space"),
            ("special_tokens_map.json", #"{"eos_token": 7}"#, .malformedFile, "special_tokens_map.json"),
            ("added_tokens.json", "{", .malformedFile, "added_tokens.json"),
        ])
    func olderFiles(name: String, text: String, code: TokenizationError.Code, naming: String) throws {
        var files = ["vocab.json": Self.vocabulary, "merges.txt": "a b\n"]
        files[name] = text
        let error = try #require(throws: TokenizationError.self) { try loadTokenizer(from: files) }
        #expect(error.code == code)
        #expect(error.message.contains(naming), "\(error.message)")
    }
}
