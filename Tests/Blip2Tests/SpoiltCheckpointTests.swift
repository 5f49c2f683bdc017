import Blip2
import Checkpoint
import Foundation
import StandIns
import Testing

@Suite("A checkpoint that something is wrong with", .heavy)
struct SpoiltCheckpointTests {
    /// A way to spoil a copy of a fixture, and what the refusal must say.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fixture: String
        let words: [String]
        let spoil: @Sendable (URL) throws -> Void

        init(
            _ name: String, in fixture: String = "opt-pre-norm", _ words: String...,
            spoil: @escaping @Sendable (URL) throws -> Void
        ) {
            (testDescription, self.fixture, self.words, self.spoil) = (name, fixture, words, spoil)
        }

        /// Another value for a key of `config.json`, at the end of a path of keys; nil for none.
        static func configured(
            _ name: String, _ path: [String], _ value: (any Sendable)?, _ words: String...
        ) -> Case {
            var made = Case(name) { folder in
                let file = folder.appendingPathComponent("config.json")
                let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
                let changed = Self.set(path[...], value, in: object)
                try JSONSerialization.data(withJSONObject: changed).write(to: file)
            }
            made = Case(made, words: ["config.json"] + words)
            return made
        }

        private init(_ other: Case, words: [String]) {
            (testDescription, fixture, spoil) = (other.testDescription, other.fixture, other.spoil)
            self.words = words
        }

        private static func set(_ path: ArraySlice<String>, _ value: Any?, in object: Any) -> Any {
            guard let key = path.first, var members = object as? [String: Any] else { return value ?? NSNull() }
            members[key] =
                path.count == 1 ? value : set(path.dropFirst(), value, in: members[key] ?? [String: Any]())
            return members
        }
    }

    private static let all: [Case] =
        [
            Case("a tensor is missing", "qformer.layernorm.weight", "model.safetensors", "Download it again") {
                folder in
                try folder.appendingPathComponent("model.safetensors").replace(
                    "qformer.layernorm.weight", with: "qformer.layernorm.height")
            },
            Case("half a shard", in: "bf16-sharded", "model-00002-of-00004.safetensors", "cut off", "Download") {
                folder in
                let file = folder.appendingPathComponent("model-00002-of-00004.safetensors")
                let bytes = try Data(contentsOf: file)
                try bytes.prefix(bytes.count / 2).write(to: file)
            },
            Case("a shard that is not there", in: "bf16-sharded", "model-00003-of-00004.safetensors", "Download") {
                folder in
                try FileManager.default.removeItem(
                    at: folder.appendingPathComponent("model-00003-of-00004.safetensors"))
            },
            Case("a web page for a shard", in: "bf16-sharded", "model-00001-of-00004.safetensors", "web page") {
                folder in
                try Data("<!DOCTYPE html><title>404</title>".utf8)
                    .write(to: folder.appendingPathComponent("model-00001-of-00004.safetensors"))
            },
            Case("a configuration that is not JSON", "config.json", "JSON") { folder in
                try Data("model: blip-2\n".utf8).write(to: folder.appendingPathComponent("config.json"))
            },
            Case("no configuration", "config.json") { folder in
                try FileManager.default.removeItem(at: folder.appendingPathComponent("config.json"))
            },
            Case("no weights", "model.safetensors", "pytorch_model.bin") { folder in
                try FileManager.default.removeItem(at: folder.appendingPathComponent("model.safetensors"))
            },
            Case("an adapter for weights", "adapter_model.safetensors", "merge_and_unload") { folder in
                try FileManager.default.moveItem(
                    at: folder.appendingPathComponent("model.safetensors"),
                    to: folder.appendingPathComponent("adapter_model.safetensors"))
            },
            Case("more words than embeddings", "tokenizer.json", "328", "download its files again") { folder in
                let file = folder.appendingPathComponent("tokenizer.json")
                try file.replace("\"vocab\":{", with: "\"vocab\":{\"zebra\":9999,")
            },
            Case("another image token", "tokenizer", "<image>", "image_token_index", "320") { folder in
                try folder.appendingPathComponent("config.json").replace(
                    "\"image_token_index\": 320", with: "\"image_token_index\": 319")
            },
            Case("no tokenizer", "tokenizer.json") { folder in
                for name in ["tokenizer.json", "tokenizer_config.json"] {
                    try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
                }
            },
        ] + [
            .configured(
                "a wrong shape", ["vision_config", "intermediate_size"], 80,
                "vision_model.encoder.layers.0.mlp.fc1.weight", "[72, 32]", "[80, 32]", "model.safetensors"),
            .configured(
                "more pictures' positions than there are", ["vision_config", "image_size"], 42,
                "vision_model.embeddings.position_embedding", "[1, 5, 32]", "[1, 10, 32]"),
            .configured("another kind of model", ["model_type"], "llava", "llava", "blip-2"),
            .configured("another language model", ["text_config", "model_type"], "llama", "llama", "opt"),
            .configured(
                "a model that does not caption", ["architectures"], ["Blip2ForImageTextRetrieval"], "Retrieval"),
            .configured("quantised weights", ["quantization_config"], ["load_in_8bit": true], "quantised", "F16"),
            .configured(
                "a first token that the tokenizer lacks", ["text_config", "bos_token_id"], 325, "325", "bos_token_id"),
        ]

    @Test("is refused with its file, what is wrong and the way out, and leaves nothing behind", arguments: all)
    func isRefused(_ spoilt: Case) throws {
        let place = try TemporaryFolder()
        let folder = try place.copy(of: spoilt.fixture)
        try spoilt.spoil(folder)
        let cache = place.url.appendingPathComponent("cache")
        let error = try #require(throws: (any Error).self) {
            _ = try Blip2Model(folder: folder, cache: cache).tokenizer()
        }
        let message = "\(error)"
        #expect(message.contains(folder.path), "the folder is not named: \(message)")
        for word in spoilt.words { #expect(message.contains(word), "\(word) is not in: \(message)") }
        #expect(!message.contains("NSCocoaErrorDomain"), "\(message)")
        #expect(try cache.drafts().isEmpty)
    }
}

extension URL {
    /// Changes one passage of a file of text or bytes.
    fileprivate func replace(_ old: String, with new: String) throws {
        var bytes = try Data(contentsOf: self)
        let place = try #require(bytes.range(of: Data(old.utf8)))
        bytes.replaceSubrange(place, with: Data(new.utf8))
        try bytes.write(to: self)
    }

    /// What compiling has begun and not ended below this cache.
    fileprivate func drafts() throws -> [String] {
        (FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []).filter {
            $0.hasSuffix(".draft") || $0.contains(".draft/")
        }
    }
}
