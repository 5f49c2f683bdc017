import Foundation

@testable import Tokenization

/// A small tokenizer.json in parts, so that a test can break one of them.
struct Draft: Sendable {
    var vocabulary = #"{"a": 0, "b": 1, "ab": 2, "</s>": 3}"#
    var merges = #"["a b"]"#
    var modelOptions = #""type": "BPE""#
    var addedTokens = "[]"
    var normalizer = "null"
    var preTokenizer = #"{"type": "ByteLevel", "add_prefix_space": false}"#
    var postProcessor = "null"
    var decoder = #"{"type": "ByteLevel"}"#

    var text: String {
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": \(addedTokens),
         "normalizer": \(normalizer), "pre_tokenizer": \(preTokenizer), "post_processor": \(postProcessor),
         "decoder": \(decoder), "model": {\(modelOptions), "vocab": \(vocabulary), "merges": \(merges)}}
        """
    }

    /// A draft with one part changed.
    init(_ change: (inout Draft) -> Void = { _ in }) {
        change(&self)
    }

    func load() throws -> any Tokenizing {
        try loadTokenizer(from: ["tokenizer.json": text])
    }
}

/// Loads a tokenizer from a folder of its own that holds these files and is gone afterwards.
func loadTokenizer(from files: [String: String]) throws -> any Tokenizing {
    try withFolder { folder in
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        return try TokenizerFile.load(folder: folder)
    }
}

/// Runs `body` with a new folder that is removed afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tokenization-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
