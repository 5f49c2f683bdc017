import Checkpoint
import Devices
import Foundation
import Generation
import Networks
import ONNXRuntime
import StandIns
import Testing

@testable import Florence2

@Suite("Florence-2: broken checkpoints", .heavy)
struct SpoiltCheckpointTests {
    /// A way to spoil a copy of a fixture, and what the refusal must say.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fixture: String
        let words: [String]
        let spoil: @Sendable (URL) throws -> Void

        init(
            _ name: String, in fixture: String = "base-form", _ words: String...,
            spoil: @escaping @Sendable (URL) throws -> Void
        ) {
            (testDescription, self.fixture, self.words, self.spoil) = (name, fixture, words, spoil)
        }
    }

    private static let all: [Case] = [
        Case(
            "a missing tensor", "model.vision_tower.blocks.2.1.channel_block.channel_attn.qkv.weight",
            "model.safetensors", "Download it again"
        ) { folder in
            let name = "blocks.2.1.channel_block.channel_attn.qkv"
            try folder.appendingPathComponent("model.safetensors").replace("\(name).weight", with: "\(name).height")
        },
        Case(
            "a missing tensor of the older dialect", in: "older",
            "model.language_model.encoder.layernorm_embedding.bias", "model.safetensors"
        ) { folder in
            try folder.appendingPathComponent("model.safetensors").replace(
                "language_model.model.encoder.layernorm_embedding.bias",
                with: "language_model.model.encoder.layernorm_embedding.tias")
        },
        Case("no embedding table", "model.language_model.shared.weight", "model.safetensors") { folder in
            try folder.appendingPathComponent("model.safetensors").replace(
                "model.language_model.shared.weight", with: "model.language_model.shared.height")
        },
        Case(
            "a head that is not tied and not there", in: "bf16-sharded", "lm_head.weight", "safetensors"
        ) { folder in
            try folder.appendingPathComponent("config.json").replace(
                #""tie_word_embeddings": true"#, with: #""tie_word_embeddings": false"#)
        },
        Case("a wrong shape", "fc1.weight", "[64, 32]", "[80, 32]", "model.safetensors") { folder in
            try folder.appendingPathComponent("config.json").replace(
                #""encoder_ffn_dim": 64"#, with: #""encoder_ffn_dim": 80"#)
        },
        Case("half a shard", in: "bf16-sharded", "model-00002-of", "cut off", "Download") { folder in
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.contains("00002-of") })
            let file = folder.appendingPathComponent(name)
            let bytes = try Data(contentsOf: file)
            try bytes.prefix(bytes.count / 2).write(to: file)
        },
        Case("a Git LFS pointer instead of weights in a .bin", "pytorch_model.bin", "Git LFS") { folder in
            try FileManager.default.removeItem(at: folder.appendingPathComponent("model.safetensors"))
            try Data("version https://git-lfs.github.com/spec/v1\nsize 9\n".utf8)
                .write(to: folder.appendingPathComponent("pytorch_model.bin"))
        },
        Case("another image token", "tokenizer.json", "<image>", "image_token_id", "1344", "1343") { folder in
            try folder.appendingPathComponent("config.json").replace(
                #""image_token_id": 1344"#, with: #""image_token_id": 1343"#)
        },
        Case("more tokens than embeddings", "tokenizer.json", "1345", "vocab_size", "download its files again") {
            folder in
            try folder.appendingPathComponent("config.json").replace(
                #""image_token_id": 1344"#, with: #""image_token_id": 1300"#)
            try folder.appendingPathComponent("config.json").replace(
                #""vocab_size": 1408"#, with: #""vocab_size": 1340"#)
        },
        Case("a tokenizer without a beginning", "tokenizer.json", "<s>", "bos_token_id") { folder in
            let file = folder.appendingPathComponent("tokenizer.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacing("\"<s>\"", with: "\"<S>\"").write(to: file, atomically: true, encoding: .utf8)
            let settings = folder.appendingPathComponent("tokenizer_config.json")
            let other = try String(contentsOf: settings, encoding: .utf8)
            try other.replacing("\"<s>\"", with: "\"<S>\"").write(to: settings, atomically: true, encoding: .utf8)
        },
        Case("another number of image tokens", "preprocessor_config.json", "image_seq_length", "577", "5") { folder in
            try folder.appendingPathComponent("preprocessor_config.json").replace(
                #""image_seq_length": 5"#, with: #""image_seq_length": 577"#)
        },
        Case("pictures without positions", "2000 × 2000", "12 × 12") { folder in
            let file = folder.appendingPathComponent("preprocessor_config.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacing("64", with: "2000").write(to: file, atomically: true, encoding: .utf8)
        },
        Case("no image processor", "preprocessor_config.json", "Download") { folder in
            try FileManager.default.removeItem(at: folder.appendingPathComponent("preprocessor_config.json"))
        },
        Case("no tokenizer", "tokenizer.json") { folder in
            try FileManager.default.removeItem(at: folder.appendingPathComponent("tokenizer.json"))
        },
        Case("no room behind the picture", "positions", "no room") { folder in
            try folder.appendingPathComponent("config.json").replace(
                #""max_position_embeddings": 96"#, with: #""max_position_embeddings": 8"#)
        },
        Case("a bad value in generation_config.json", "generation_config.json", "num_beams", "0") { folder in
            try folder.appendingPathComponent("generation_config.json").replace(
                #""num_beams": 3"#, with: #""num_beams": 0"#)
        },
        Case("a bias of the logits", in: "older", "final_logits_bias", "florence-community/Florence-2-base") {
            folder in
            try folder.appendingPathComponent("model.safetensors").setLastNumber(of: "language_model.final_logits_bias")
        },
    ]

    @Test("Refuses a broken checkpoint before compiling, with the file, the problem and what to do", arguments: all)
    func isRefused(_ spoilt: Case) throws {
        let place = try TemporaryFolder()
        let folder = try place.copy(of: spoilt.fixture)
        try spoilt.spoil(folder)
        let cache = place.url.appendingPathComponent("cache")
        let error = try #require(throws: (any Error).self) {
            let checkpoint = try Florence2Checkpoint(folder)
            if spoilt.fixture == "base-form" { try checkpoint.checkCaptions() }
            _ = try Florence2Model(checkpoint, cache: cache, execution: Execution(.cpu, .fp32))
        }
        let message = "\(error)"
        #expect(message.contains(folder.path), "the folder is not named: \(message)")
        for word in spoilt.words { #expect(message.contains(word), "\(word) is not in: \(message)") }
        #expect(!FileManager.default.fileExists(atPath: cache.path), "Nothing is written.")
    }

    @Test("Refuses pixels of another size, naming both")
    func refusesPixels() throws {
        let place = try TemporaryFolder()
        let model = try Florence2Model(folder: Fixtures.checkpoint("base-form"), cache: place.url)
        let other = try Tensor(.float32, shape: [3, 3, 50, 50])
        let error = try #require(throws: Florence2Error.self) { try model.encode(other) }
        #expect(error.code == .invalidInput)
        #expect(error.message.contains("[3, 3, 50, 50]") && error.message.contains("64, 64"))
    }

    @Test("Another size of pictures is compiled anew")
    func compilesAnew() throws {
        let place = try TemporaryFolder()
        let folder = try place.copy(of: "padded-windows")
        let cache = place.url.appendingPathComponent("cache")
        let first = try Florence2Model(folder: folder, cache: cache)
        let file = folder.appendingPathComponent("preprocessor_config.json")
        let changed = try String(contentsOf: file, encoding: .utf8).replacing("th\": 50", with: "th\": 66")
            .replacing("height\": 50", with: "height\": 66")
            .replacing("image_seq_length\": 66", with: "image_seq_length\": 82")
        try changed.write(to: file, atomically: true, encoding: .utf8)
        let second = try Florence2Model(folder: folder, cache: cache)
        #expect(first.compiled.isNew && second.compiled.isNew)
        #expect(second.decoder.imageTokenCount == 82)
        #expect(try !Florence2Model(folder: folder, cache: cache).compiled.isNew)
    }
}

extension URL {
    /// Changes one passage of a file of text or bytes, whose length stays where it is a safetensors file.
    fileprivate func replace(_ old: String, with new: String) throws {
        var bytes = try Data(contentsOf: self)
        let place = try #require(bytes.range(of: Data(old.utf8)), "\(old) is not in \(path)")
        bytes.replaceSubrange(place, with: Data(new.utf8))
        try bytes.write(to: self)
    }

    /// Sets the last number of a tensor of 32-bit floats in a safetensors file to 1.
    fileprivate func setLastNumber(of tensor: String) throws {
        var bytes = try Data(contentsOf: self)
        let start = 8 + Int(bytes.prefix(8).enumerated().reduce(0) { $0 + UInt64($1.element) << (8 * $1.offset) })
        let header = try #require(try JSONSerialization.jsonObject(with: bytes[8..<start]) as? [String: Any])
        let offsets = try #require((header[tensor] as? [String: Any])?["data_offsets"] as? [Int])
        bytes.replaceSubrange(start + offsets[1] - 4..<start + offsets[1], with: [0, 0, 0x80, 0x3f])
        try bytes.write(to: self)
    }
}
