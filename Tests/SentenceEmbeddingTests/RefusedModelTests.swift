import Devices
import Foundation
import Networks
import SentenceEmbedding
import StandIns
import Testing

@Suite("Refused embedding models", .heavy)
struct RefusedModelTests {
    /// One file of a model, spoilt.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let code: SentenceEmbeddingError.Code
        /// What the sentence must name.
        let naming: String
        var file = "config.json"
        /// What is replaced; nothing for the whole file.
        var part = ""
        /// What stands there then; nil where the file goes.
        let replacement: String?

        var testDescription: String { "\(file): \(naming)" }
    }

    static let configurations = [
        Refusal(code: .unsupportedModel, naming: "\"gpt2\"", part: "\"bert\"", replacement: "\"gpt2\""),
        Refusal(
            code: .unsupportedModel, naming: "relative_key", part: "\"use_cache\": true",
            replacement: #""position_embedding_type": "relative_key""#),
        Refusal(
            code: .unsupportedModel, naming: "is_decoder", part: "\"is_decoder\": false",
            replacement: "\"is_decoder\": true"),
        Refusal(
            code: .unsupportedModel, naming: "quantization_config", part: "\"use_cache\": true",
            replacement: #""quantization_config": {"bits": 4}"#),
        Refusal(
            code: .invalidConfiguration, naming: "\"num_attention_heads\"", part: "\"num_attention_heads\": 4",
            replacement: "\"num_attention_heads\": 5"),
        Refusal(
            code: .invalidConfiguration, naming: "hidden_act", part: "\"hidden_act\": \"gelu\"",
            replacement: "\"hidden_act\": \"swoosh\""),
        Refusal(code: .invalidConfiguration, naming: "config.json", replacement: "[]"),
        Refusal(code: .missingFile, naming: "config.json", replacement: nil),
        Refusal(
            code: .mismatchedTokenizer, naming: "vocab_size", part: "\"vocab_size\": 150",
            replacement: "\"vocab_size\": 149"),
        Refusal(
            code: .invalidWeights, naming: "word_embeddings", part: "\"vocab_size\": 150",
            replacement: "\"vocab_size\": 151"),
        Refusal(
            code: .invalidWeights, naming: "encoder.layer.2", part: "\"num_hidden_layers\": 2",
            replacement: "\"num_hidden_layers\": 3"),
    ]

    static let others = [
        Refusal(code: .missingFile, naming: "model.safetensors", file: "model.safetensors", replacement: nil),
        Refusal(code: .invalidWeights, naming: "model.safetensors", file: "model.safetensors", replacement: "<html>"),
        Refusal(code: .missingFile, naming: "tokenizer", file: "tokenizer.json", replacement: nil),
        Refusal(code: .unreadableTokenizer, naming: "not valid JSON", file: "tokenizer.json", replacement: "{"),
        Refusal(
            code: .unreadableTokenizer, naming: "WordLevel", file: "tokenizer.json",
            part: "\"type\":\"WordPiece\",\"unk",
            replacement: "\"type\":\"WordLevel\",\"unk"),
        Refusal(code: .invalidConfiguration, naming: "modules.json", file: "modules.json", replacement: "{}"),
        Refusal(
            code: .unsupportedModel, naming: "Dense", file: "modules.json", part: "models.Normalize",
            replacement: "models.Dense"),
        Refusal(
            code: .invalidConfiguration, naming: "../elsewhere", file: "modules.json", part: "\"1_Pooling\"",
            replacement: "\"../elsewhere\""),
        Refusal(
            code: .unsupportedModel, naming: "max_tokens", file: "1_Pooling/config.json",
            part: "\"pooling_mode_max_tokens\": false", replacement: "\"pooling_mode_max_tokens\": true"),
        Refusal(
            code: .unsupportedModel, naming: "none", file: "1_Pooling/config.json",
            part: "\"pooling_mode_mean_tokens\": true", replacement: "\"pooling_mode_mean_tokens\": false"),
        Refusal(code: .missingFile, naming: "1_Pooling", file: "1_Pooling/config.json", replacement: nil),
        Refusal(
            code: .invalidConfiguration, naming: "max_seq_length", file: "sentence_bert_config.json", part: ": 24",
            replacement: ": 0"),
        Refusal(
            code: .unsupportedModel, naming: "default_prompt_name", file: "config_sentence_transformers.json",
            replacement: #"{"default_prompt_name": "query"}"#),
    ]

    @Test("Names a file that is missing, broken or asks for something unsupported", arguments: configurations + others)
    func refuses(_ refusal: Refusal) throws {
        let folder = try TemporaryFolder()
        let model = try folder.copy(of: "mean")
        let file = model.appendingPathComponent(refusal.file)
        if let replacement = refusal.replacement {
            var text = replacement
            if !refusal.part.isEmpty {
                let whole = try String(contentsOf: file, encoding: .utf8)
                try #require(whole.contains(refusal.part))
                text = whole.replacing(refusal.part, with: replacement)
            }
            try Data(text.utf8).write(to: file)
        } else {
            try FileManager.default.removeItem(at: file)
        }
        let error = try #require(throws: SentenceEmbeddingError.self) { try folder.embedder(model) }
        #expect(error.code == refusal.code, "\(error)")
        #expect(error.message.contains(refusal.naming) && error.message.contains(model.path), "\(error.message)")
    }

    @Test("Names a missing model folder")
    func namesFolders() throws {
        let folder = try TemporaryFolder()
        let error = try #require(throws: SentenceEmbeddingError.self) {
            try folder.embedder(folder.url.appendingPathComponent("nowhere"))
        }
        #expect(error.code == .missingFile && error.message.contains("nowhere"))
    }

    @Test("Refuses fp16, which is for GPUs")
    func refusesPrecisions() throws {
        let folder = try TemporaryFolder()
        let error = try #require(throws: SentenceEmbeddingError.self) {
            try folder.embedder(EmbeddingFixture.model("mean"), .fp16)
        }
        #expect(error.code == .invalidPrecision && error.message.contains("fp16"))
    }

    @Test("Names MODEL_CACHE_DIR when the cache of an embedding model cannot be written")
    func namesCaches() throws {
        let error = try #require(throws: SentenceEmbeddingError.self) {
            try SentenceEmbedder(folder: EmbeddingFixture.model("mean").path, cacheFolder: "/dev/null/models")
        }
        #expect(error.code == .cache)
        #expect(error.message.contains("/dev/null/models") && error.message.contains("MODEL_CACHE_DIR"))
    }

    @Test("Compiles an embedding model again when a file is damaged", arguments: ["sentence.onnx", "sentence.weights"])
    func repairsDamage(file: String) throws {
        let folder = try TemporaryFolder()
        let model = EmbeddingFixture.model("mean")
        let first = try folder.embedder(model)
        let vector = try first.embed(["a boat"])
        let place = first.compiled.folder.appendingPathComponent(file)
        try Data(repeating: 0xA5, count: try Data(contentsOf: place).count).write(to: place)
        let second = try folder.embedder(model)
        #expect(second.compiled.wasDamaged == place.path)
        #expect(try second.embed(["a boat"]) == vector)
    }

    @Test("Refuses a vector that differs from the one when the model was compiled")
    func refusesOtherAnswers() throws {
        let folder = try TemporaryFolder()
        let model = EmbeddingFixture.model("mean")
        let manifest = try folder.embedder(model).compiled.folder.appendingPathComponent("manifest.json")
        var object = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: manifest)) as? [String: Any])
        let answers = try #require(object["answers"] as? [String: [String: [[String: Any]]]])
        object["answers"] = answers.mapValues { answer in
            answer.mapValues { stages in
                stages.map { stage in
                    stage.merging(["numbers": (stage["numbers"] as? [Double] ?? []).map { -$0 }]) { $1 }
                }
            }
        }
        try JSONSerialization.data(withJSONObject: object).write(to: manifest)
        let error = try #require(throws: SentenceEmbeddingError.self) { try folder.embedder(model) }
        #expect(error.code == .invalidOutput && error.message.contains("another vector"))
    }
}
