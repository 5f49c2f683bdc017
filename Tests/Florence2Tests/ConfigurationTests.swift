import Checkpoint
import Foundation
import Networks
import StandIns
import Testing

@testable import Florence2

@Suite("Florence-2: configuration")
struct ConfigurationTests {
    @Test("Absent keys take transformers' defaults")
    func defaults() throws {
        // The defaults of the two parts do not fit each other's vocabulary: no image token is left out in a real file.
        let configuration = try Florence2Configuration(.example(#"{"image_token_id": 7}"#))
        let vision = configuration.vision
        #expect(vision.stages.map(\.width) == [128, 256, 512, 1024])
        #expect(vision.stages.map(\.depth) == [1, 1, 9, 1])
        #expect(vision.stages.map(\.headCount) == [4, 8, 16, 32])
        #expect(vision.stages.map(\.groupCount) == [4, 8, 16, 32])
        #expect(vision.stages.map(\.kernelSize) == [7, 3, 3, 3])
        #expect(vision.stages.map(\.stride) == [4, 2, 2, 2])
        #expect(vision.stages.map(\.padding) == [3, 1, 1, 1])
        #expect(vision.stages.map(\.normsBefore) == [false, true, true, true])
        #expect(vision.stages.map(\.innerWidth) == [512, 1024, 2048, 4096])
        #expect(vision.windowSize == 12 && vision.qkvBias && vision.activation == .gelu)
        #expect(vision.projectionSize == 1024 && vision.maximumPositions == 50 && vision.temporalPositionCount == 100)
        let text = configuration.text
        #expect(text.vocabularySize == 50265 && text.hiddenSize == 1024 && text.maximumPositions == 1024)
        #expect(text.encoderLayerCount == 12 && text.decoderLayerCount == 12)
        #expect(text.encoderHeadCount == 16 && text.decoderHeadCount == 16)
        #expect(text.encoderFeedForwardSize == 4096 && text.decoderFeedForwardSize == 4096)
        #expect(text.embeddingScale == 1 && text.activation == .gelu)
        #expect(text.bosTokenID == 0 && text.padTokenID == 1 && text.eosTokenIDs == [2])
        #expect(text.decoderStartTokenID == 2)
        #expect(configuration.imageTokenID == 7 && configuration.tiesWordEmbeddings && !configuration.isOlder)
        #expect(vision.grid(height: 768, width: 768).map { [$0.rows, $0.columns] } == [24, 24])
        let published = try Florence2Configuration(.example(#"{"text_config": {"vocab_size": 51328}}"#))
        #expect(published.imageTokenID == 51289)
    }

    @Test("BART's keys may have the second names that transformers gives them")
    func otherNames() throws {
        let text = try Florence2Configuration(
            .example(
                """
                {"image_token_id": 7, "vision_config": {"projection_dim": 24}, "text_config": {"hidden_size": 24,
                 "num_hidden_layers": 3, "num_attention_heads": 2, "decoder_attention_heads": 4, "scale_embedding": true}}
                """)
        ).text
        #expect(text.hiddenSize == 24 && text.encoderLayerCount == 3 && text.encoderHeadCount == 2)
        #expect(text.embeddingScale == Float(24).squareRoot() && text.decoderHeadSize == 6)
    }

    @Test("The dialect of the remote code is read by its own keys")
    func older() throws {
        let configuration = try Florence2Checkpoint(Fixtures.checkpoint("older")).configuration
        #expect(configuration.isOlder && configuration.imageTokenID == nil)
        #expect(configuration.vision.stages.map(\.width) == [16, 24])
        #expect(configuration.vision.maximumPositions == 12 && configuration.vision.temporalPositionCount == 5)
    }

    @Test(
        "What cannot be built is refused by key and value",
        arguments: [
            (#"{"model_type": "florence3"}"#, ["florence3", "florence2"]),
            (#"{"architectures": ["Florence2ForTokens"]}"#, ["Florence2ForTokens"]),
            (#"{"quantization_config": {}}"#, ["quantised", "F16"]),
            (#"{"vision_config": {"model_type": "vit"}}"#, ["vit", "florence-community/Florence-2-base"]),
            (#"{"text_config": {"model_type": "t5"}}"#, ["t5", "bart"]),
            (
                #"{"vision_config": {"num_heads": [4, 8, 16]}}"#,
                ["vision_config.num_heads", "[4, 8, 16]", "4 whole numbers"]
            ),
            (#"{"vision_config": {"num_groups": [4, 8, 16, 31]}}"#, ["vision_config.num_groups", "31", "1024"]),
            (#"{"vision_config": {"depths": [1]}}"#, ["vision_config.depths", "4"]),
            (#"{"vision_config": {"embed_dim": []}}"#, ["vision_config.embed_dim"]),
            (
                #"{"vision_config": {"embed_dim": [5], "num_heads": [1], "num_groups": [1]}}"#,
                ["vision_config.embed_dim", "even"]
            ),
            (#"{"vision_config": {"patch_prenorm": [0, 1, 1, 1]}}"#, ["vision_config.patch_prenorm", "true"]),
            (#"{"vision_config": {"window_size": 0}}"#, ["vision_config.window_size", "0"]),
            (#"{"vision_config": {"in_channels": 4}}"#, ["vision_config.in_channels", "4"]),
            (#"{"vision_config": {"mlp_ratio": -1}}"#, ["vision_config.mlp_ratio", "-1"]),
            (#"{"vision_config": {"activation_function": "mish"}}"#, ["activation_function", "mish"]),
            (#"{"vision_config": {"projection_dim": 768}}"#, ["vision_config.projection_dim", "768", "1024"]),
            (#"{"text_config": {"decoder_attention_heads": 7}}"#, ["text_config.decoder_attention_heads", "7"]),
            (#"{"text_config": {"encoder_layers": 0}}"#, ["text_config.encoder_layers", "0"]),
            (#"{"text_config": {"decoder_start_token_id": 60000}}"#, ["decoder_start_token_id", "60000"]),
            (#"{"text_config": {"normalize_before": true}}"#, ["text_config.normalize_before"]),
            (#"{"image_token_id": 51289}"#, ["image_token_id", "51289"]),
            (
                #"{"vision_config": {"dim_embed": [128, 256, 512, 1024], "image_feature_source": ["last_frame"]}}"#,
                ["image_feature_source", "last_frame", "temporal_avg_pool"]
            ),
            (
                #"{"vision_config": {"model_type": "davit", "image_pos_embed": {"type": "sine"}}}"#,
                ["image_pos_embed.type", "sine"]
            ),
        ] as [(String, [String])])
    func refuses(_ text: String, _ words: [String]) throws {
        let error = try #require(throws: Florence2Error.self) { try Florence2Configuration(.example(text)) }
        for word in ["/models/m/config.json"] + words {
            #expect(error.message.contains(word), "\(word) is not in: \(error.message)")
        }
    }

    @Test(
        "The outline has the tensors and shapes of a checkpoint that transformers saved",
        arguments: ["base-form", "bf16-sharded", "outliers"])
    func outline(_ name: String) throws {
        let folder = try CheckpointFolder(Fixtures.checkpoint(name))
        let weights = try folder.weights()
        let outline = try Florence2Configuration(folder.configuration).outline()
        // The temporal positions are a table of sines, which is read where it is there.
        #expect(outline.map(\.name).sorted() == weights.names.filter { !$0.contains("pos_idx_to_embed") })
        for tensor in outline { _ = try weights.tensor(tensor.name, shape: tensor.shape) }
    }

    @Test("The published shapes have as many parameters as transformers counts")
    func counts() throws {
        let base = """
            {"vision_config": {"projection_dim": 768}, "text_config": {"vocab_size": 51328, "d_model": 768,
             "encoder_layers": 6, "decoder_layers": 6, "encoder_attention_heads": 12, "decoder_attention_heads": 12,
             "encoder_ffn_dim": 3072, "decoder_ffn_dim": 3072}}
            """
        let large = """
            {"vision_config": {"embed_dim": [256, 512, 1024, 2048], "num_heads": [8, 16, 32, 64],
             "num_groups": [8, 16, 32, 64]}, "text_config": {"vocab_size": 51328}}
            """
        for (text, count) in [(base, 231_443_968), (large, 770_213_888)] {
            let outline = try Florence2Configuration(.example(text)).outline()
            #expect(outline.reduce(0) { $0 + $1.elementCount } == count)
        }
    }

    @Test("Names of the remote code become current ones, and current ones stay")
    func names() throws {
        let older = try CheckpointFolder(Fixtures.checkpoint("older")).weights().names
        let current = try CheckpointFolder(Fixtures.checkpoint("base-form")).weights().names
        #expect(older.count > 60)
        for name in older where name != "image_projection" && !name.contains("final_logits_bias") {
            #expect(Florence2Names.current(name) != name)
        }
        for name in current {
            #expect(Florence2Names.current(name) == name)
            // What a Florence2Model saves by itself.
            if name.hasPrefix("model.") {
                #expect(Florence2Names.current(String(name.dropFirst("model.".count))) == name)
            }
        }
    }
}
