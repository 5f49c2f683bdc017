import Captioning
import Checkpoint
import Devices
import Foundation
import Generation
import Networks
import StandIns
import Testing
import Tokenization

@testable import Blip

@Suite("BLIP checkpoints", .heavy)
struct BlipCheckpointTests {
    @Test("Keys that config.json leaves out take the defaults of transformers")
    func defaults() throws {
        let configuration = try BlipConfiguration(.example(#"{"model_type": "blip"}"#))
        let (vision, text) = (configuration.vision, configuration.text)
        #expect(configuration.task == .captioning)
        #expect(vision.hiddenSize == 768 && vision.layerCount == 12 && vision.headCount == 12)
        #expect(vision.imageSize == 384 && vision.patchSize == 16 && vision.layerNormEpsilon == 1e-5 && vision.qkvBias)
        #expect(text.vocabularySize == 30524 && text.hiddenSize == 768 && text.layerCount == 12)
        #expect(text.headCount == 8 && text.intermediateSize == 3072 && text.maximumPositions == 512)
        #expect(text.layerNormEpsilon == 1e-12 && text.tiesWordEmbeddings)
        #expect(text.bosTokenID == 30522 && text.sepTokenID == 102 && text.padTokenID == 0)
    }

    @Test(
        "A head has weights of its own only where both keys say so",
        arguments: [(true, true, true), (true, false, true), (false, true, true), (false, false, false)])
    func ties(whole: Bool, text: Bool, isTied: Bool) throws {
        let file = try ConfigurationFile.example(
            #"{"tie_word_embeddings": \#(whole), "text_config": {"tie_word_embeddings": \#(text)}}"#)
        #expect(try BlipConfiguration(file).text.tiesWordEmbeddings == isTied)
    }

    @Test(
        "Refuses a config.json that no captioner can be built from, and says what is wrong",
        arguments: [
            (#"{"model_type": "clip"}"#, BlipError.Code.unsupportedArchitecture, "model type \"clip\""),
            (
                #"{"architectures": ["BlipForImageTextRetrieval"]}"#, .unsupportedArchitecture,
                "which does not caption; supported: BlipForConditionalGeneration"
            ),
            (#"{"quantization_config": {}}"#, .unsupportedArchitecture, "quantised"),
            (#"{"text_config": {"num_attention_heads": 7}}"#, .invalidConfiguration, "text_config.num_attention_heads"),
            (#"{"text_config": {"hidden_act": "glu"}}"#, .invalidConfiguration, "text_config.hidden_act"),
            (#"{"text_config": {"bos_token_id": null}}"#, .invalidConfiguration, "text_config.bos_token_id"),
            (#"{"text_config": {"sep_token_id": 30524}}"#, .invalidConfiguration, "text_config.sep_token_id"),
            (#"{"vision_config": {"image_size": 8}}"#, .invalidConfiguration, "vision_config.patch_size"),
            (
                #"{"architectures": ["BlipForQuestionAnswering"], "text_config": {"hidden_size": 512}}"#,
                .invalidConfiguration, "needs both alike"
            ),
        ])
    func refuses(text: String, code: BlipError.Code, words: String) throws {
        let file = try ConfigurationFile.example(text)
        let error = try #require(throws: BlipError.self) { try BlipConfiguration(file) }
        #expect(error.code == code && error.message.contains(words), "\(error)")
    }

    @Test("Names every tensor of the checkpoint, and no other")
    func outline() throws {
        for name in BlipFixtures.names {
            let folder = try CheckpointFolder(BlipFixtures.checkpoint(name))
            let outline = try BlipCheckpoint(folder).outline()
            let weights = try folder.weights()
            for tensor in outline { #expect(try weights.tensor(tensor.name).shape == tensor.shape, "\(tensor.name)") }
            // What is tied may stand in the file twice, and what counts positions is not a weight.
            let unused = Set(weights.names).subtracting(outline.map(\.name))
            let spare = ["predictions.bias", "decoder.bias", "decoder.weight", "position_ids"]
            #expect(unused.allSatisfy { name in spare.contains { name.hasSuffix($0) } }, "\(unused)")
        }
    }

    @Test("Refuses a checkpoint without a tensor, or with one of another shape, before compiling")
    func spoiltWeights() throws {
        try BlipFixtures.withCopy(of: "base-form") { folder in
            let config = folder.appendingPathComponent("config.json")
            let text = try String(contentsOf: config, encoding: .utf8)
            for (from, to, words) in [
                (#""num_hidden_layers": 2,"#, #""num_hidden_layers": 3,"#, "encoder.layer"),
                (#""intermediate_size": 56"#, #""intermediate_size": 57"#, "[57, 24]"),
            ] {
                try #require(text.contains(from))
                try Data(text.replacingOccurrences(of: from, with: to).utf8).write(to: config)
                let cache = folder.appendingPathComponent("cache")
                let checkpoint = try BlipCheckpoint(try CheckpointFolder(folder))
                let error = try #require(throws: CheckpointError.self) {
                    try checkpoint.load(
                        cache: cache, execution: .init(.cpu, .fp32), progress: { _ in }, waiting: {})
                }
                #expect(error.message.contains(words), "\(error)")
                #expect(!FileManager.default.fileExists(atPath: cache.appendingPathComponent("compiled").path))
            }
        }
    }

    @Test("Refuses a tokenizer with more tokens than embeddings, and one without the end token")
    func spoiltTokenizers() throws {
        try BlipFixtures.withCopy(of: "base-form") { folder in
            let other = folder.deletingLastPathComponent().appendingPathComponent("tokenizer.json")
            try FileManager.default.moveItem(at: folder.appendingPathComponent("tokenizer.json"), to: other)
            let file = folder.appendingPathComponent("tokenizer.json")
            var object = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: other)) as? [String: Any])
            var model = try #require(object["model"] as? [String: Any])
            var vocabulary = try #require(model["vocab"] as? [String: Int])
            for id in vocabulary.count..<130 { vocabulary["##x\(id)"] = id }
            model["vocab"] = vocabulary
            object["model"] = model
            try JSONSerialization.data(withJSONObject: object).write(to: file)
            let error = try #require(throws: BlipError.self) { try BlipCheckpoint(try CheckpointFolder(folder)) }
            #expect(
                error.code == .mismatchedTokenizer && error.message.contains("129") && error.message.contains("122"))

            try FileManager.default.removeItem(at: file)
            #expect(throws: TokenizationError.self) {
                try BlipCheckpoint(try CheckpointFolder(folder)).checkCaptions()
            }
            try FileManager.default.moveItem(at: other, to: file)
            let config = folder.appendingPathComponent("config.json")
            let text = try String(contentsOf: config, encoding: .utf8)
            try Data(text.replacingOccurrences(of: #""sep_token_id": 3"#, with: #""sep_token_id": 121"#).utf8)
                .write(to: config)
            let missing = try #require(throws: BlipError.self) {
                try BlipCheckpoint(try CheckpointFolder(folder)).checkCaptions()
            }
            #expect(missing.message.contains("no token 121, which is sep_token_id"))
        }
    }
}
