import Blip2
import Checkpoint
import Devices
import Foundation
import Networks
import StandIns
import Testing

@Suite("Broken checkpoints", .heavy)
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

        /// The header of `model.safetensors` with other names or entries.
        static func headed(
            _ name: String, _ words: String...,
            change: @escaping @Sendable (String, [String: Any]) -> (String, [String: Any])
        ) -> Case {
            let made = Case(name) { folder in
                try folder.appendingPathComponent("model.safetensors").rewriteHeader { header in
                    Dictionary(
                        uniqueKeysWithValues: header.map { key, value in
                            guard let entry = value as? [String: Any], key != "__metadata__" else {
                                return (key, value)
                            }
                            return change(key, entry)
                        })
                }
            }
            return Case(made, words: ["model.safetensors"] + words)
        }

        /// A folder with files of these names in the place of all others.
        static func holding(_ files: [String], _ words: String...) -> Case {
            let made = Case(files.joined(separator: ", ")) { folder in
                for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                    try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
                }
                for name in files { try Data("{}".utf8).write(to: folder.appendingPathComponent(name)) }
            }
            return Case(made, words: words)
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
            Case("a missing tensor", "qformer.layernorm.weight", "model.safetensors", "Download it again") {
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
            Case("a missing shard", in: "bf16-sharded", "model-00003-of-00004.safetensors", "Download") {
                folder in
                try FileManager.default.removeItem(
                    at: folder.appendingPathComponent("model-00003-of-00004.safetensors"))
            },
            Case("a web page instead of a shard", in: "bf16-sharded", "model-00001-of-00004.safetensors", "web page") {
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
                for name in ["model.safetensors", "reference.safetensors"] {
                    try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
                }
            },
            Case("an adapter instead of weights", "adapter_model.safetensors", "merge_and_unload") { folder in
                try FileManager.default.moveItem(
                    at: folder.appendingPathComponent("model.safetensors"),
                    to: folder.appendingPathComponent("adapter_model.safetensors"))
            },
            Case("more tokens than embeddings", "tokenizer.json", "328", "download its files again") { folder in
                let file = folder.appendingPathComponent("tokenizer.json")
                try file.replace("\"vocab\":{", with: "\"vocab\":{\"zebra\":9999,")
            },
            Case("another image token", "tokenizer", "<image>", "image_token_index", "320") { folder in
                try folder.appendingPathComponent("config.json").replace(
                    "\"image_token_index\": 320", with: "\"image_token_index\": 319")
            },
            Case("safetensors under PyTorch's name", "pytorch_model.bin", "Rename it to model.safetensors") { folder in
                try folder.move("model.safetensors", to: "pytorch_model.bin")
            },
            Case("a pickle under another name", "blip2.pth", "rename it to pytorch_model.bin", "save_pretrained") {
                folder in
                try folder.move("model.safetensors", to: "blip2.pth")
            },
            Case("a pickle that runs a command", "pytorch_model.bin", "posix.system", "weights_only") { folder in
                try FileManager.default.removeItem(at: folder.appendingPathComponent("model.safetensors"))
                try FileManager.default.copyItem(
                    at: Fixtures.folder.appendingPathComponent("torch/harm.bin"),
                    to: folder.appendingPathComponent("pytorch_model.bin"))
            },
            Case("an ONNX export instead of weights", "model.onnx", "ONNX") { folder in
                try folder.move("model.safetensors", to: "model.onnx")
            },
            Case("TensorFlow weights", "tf_model.h5", "TensorFlow") { folder in
                try folder.move("model.safetensors", to: "tf_model.h5")
            },
            Case("weights under another file name", "blip2.safetensors", "rename") { folder in
                try folder.move("model.safetensors", to: "blip2.safetensors")
            },
            Case("shards without their index", in: "bf16-sharded", "index", "Download") { folder in
                try FileManager.default.removeItem(at: folder.appendingPathComponent("model.safetensors.index.json"))
            },
            Case("a Git LFS pointer instead of a tokenizer", "tokenizer.json", "Git LFS", "git lfs pull") { folder in
                try Data("version https://git-lfs.github.com/spec/v1\nsize 9\n".utf8)
                    .write(to: folder.appendingPathComponent("tokenizer.json"))
            },
            Case("a web page instead of a configuration", "config.json", "web page", "Download") { folder in
                try Data("<!DOCTYPE html><title>Sign in</title>".utf8)
                    .write(to: folder.appendingPathComponent("config.json"))
            },
            Case("no image processor", "preprocessor_config.json", "Download") { folder in
                for name in ["preprocessor_config.json", "processor_config.json"] {
                    try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
                }
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
                "more image positions than in the checkpoint", ["vision_config", "image_size"], 42,
                "vision_model.embeddings.position_embedding", "[1, 5, 32]", "[1, 10, 32]", "model.safetensors"),
            .configured("another kind of model", ["model_type"], "llava", "llava", "blip-2"),
            .configured("another language model", ["text_config", "model_type"], "llama", "llama", "opt"),
            .configured(
                "a model that does not caption", ["architectures"], ["Blip2ForImageTextRetrieval"], "Retrieval"),
            .configured("quantised weights", ["quantization_config"], ["load_in_8bit": true], "quantised", "F16"),
            .headed("names of torch.compile", "torch.compile", "_orig_mod.", "save_pretrained") {
                ("_orig_mod.\($0)", $1)
            },
            .headed("a part wrapped by torch.compile", "torch.compile", "_orig_mod.") { name, entry in
                (name.replacingOccurrences(of: "vision_model.", with: "vision_model._orig_mod."), entry)
            },
            .headed("names of DataParallel", "DataParallel", "module.", "save_pretrained") { ("module.\($0)", $1) },
            .headed("names of FSDP", "FSDP", "full state") { ("_fsdp_wrapped_module.\($0)", $1) },
            .headed("an unmerged adapter", "LoRA", "merge_and_unload") { name, entry in
                let part = name.replacingOccurrences(of: "q_proj.weight", with: "q_proj.base_layer.weight")
                return ("base_model.model.\(part)", entry)
            },
            .headed("an adapter beside all weights", "LoRA", "merge_and_unload") { name, entry in
                // One name is an adapter's, all others are those of whole weights.
                (name == "query_tokens" ? "language_model.lora_A.default.weight" : name, entry)
            },
            .headed("GPTQ weights", "quantised", "GPTQ", "F16") { name, entry in
                (name.replacingOccurrences(of: "q_proj.weight", with: "q_proj.qweight"), entry)
            },
            .headed("names of LAVIS", "LAVIS", "convert_blip_2_original_to_pytorch") { name, entry in
                (name.replacingOccurrences(of: "vision_model.", with: "visual_encoder."), entry)
            },
            .headed("integer weights", "I32", "quantised", "F16") { name, entry in
                name.contains("fc1.weight") ? (name, entry.merging(["dtype": "I32"]) { $1 }) : (name, entry)
            },
            .holding(["adapter_config.json", "adapter_model.safetensors", "README.md"], "LoRA", "merge_and_unload"),
            .holding(["adapter_config.json", "adapter_model.bin"], "LoRA", "merge_and_unload"),
            .holding(["blip2.Q4_K_M.gguf"], "GGUF", "llama.cpp", "safetensors"),
            .holding(["model_index.json", "README.md"], "diffusers"),
            .configured(
                "a first token that the tokenizer lacks", ["text_config", "bos_token_id"], 325, "325", "bos_token_id"),
        ]

    @Test("Refuses a broken checkpoint before compiling, with the file, the problem and what to do", arguments: all)
    func isRefused(_ spoilt: Case) throws {
        let place = try TemporaryFolder()
        let folder = try place.copy(of: spoilt.fixture)
        try spoilt.spoil(folder)
        let cache = place.url.appendingPathComponent("cache")
        let error = try #require(throws: (any Error).self) {
            let checkpoint = try Blip2Checkpoint(folder)
            // The other fixtures have neither; networks alone need none.
            if spoilt.fixture == "opt-pre-norm" { _ = try (checkpoint.tokenizer(), checkpoint.imageProcessor()) }
            _ = try Blip2Model(checkpoint, cache: cache, execution: Execution(.cpu, .fp32))
        }
        let message = "\(error)"
        #expect(message.contains(folder.path), "the folder is not named: \(message)")
        for word in spoilt.words { #expect(message.contains(word), "\(word) is not in: \(message)") }
        #expect(!message.contains("NSCocoaErrorDomain"), "\(message)")
        #expect(!FileManager.default.fileExists(atPath: cache.path), "Nothing is written.")
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

    /// Gives a file of this folder another name.
    fileprivate func move(_ file: String, to other: String) throws {
        try FileManager.default.moveItem(at: appendingPathComponent(file), to: appendingPathComponent(other))
    }

    /// Changes the header of a safetensors file, and leaves its data.
    fileprivate func rewriteHeader(_ change: ([String: Any]) -> [String: Any]) throws {
        let original = try Data(contentsOf: self)
        let length = original.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        let header = try #require(try JSONSerialization.jsonObject(with: original[8..<8 + length]) as? [String: Any])
        let changed = try JSONSerialization.data(withJSONObject: change(header))
        try (withUnsafeBytes(of: UInt64(changed.count).littleEndian) { Data($0) } + changed + original[(8 + length)...])
            .write(to: self)
    }
}
