import Checkpoint
import Networks
import StandIns
import Testing

@testable import Blip2

@Suite("Model configuration")
struct ConfigurationTests {
    @Test(
        "The model's configuration equals what transformers reads from the same file",
        arguments: try ConfigurationFixture.all("configurations"))
    func likeTransformers(_ fixture: ConfigurationFixture) throws {
        let configuration = try Blip2Configuration(fixture.file)
        try expectVision(configuration.vision, #require(try fixture.expected.section("vision")))
        try expectQFormer(configuration.qFormer, #require(try fixture.expected.section("qformer")))
        let text = try #require(try fixture.expected.section("text"))
        switch configuration.text {
        case .opt(let opt): try expectOPT(opt, text)
        case .t5(let t5): try expectT5(t5, text)
        }
        #expect(try configuration.queryTokenCount == fixture.expected.integer("num_query_tokens"))
        #expect(try configuration.imageTokenIndex == fixture.expected.integer("image_token_index"))
    }

    private func expectVision(_ vision: VisionConfiguration, _ expected: ConfigurationFile) throws {
        #expect(try vision.hiddenSize == expected.integer("hidden_size"))
        #expect(try vision.intermediateSize == expected.integer("intermediate_size"))
        #expect(try vision.layerCount == expected.integer("num_hidden_layers"))
        #expect(try vision.headCount == expected.integer("num_attention_heads"))
        #expect(try vision.imageSize == expected.integer("image_size"))
        #expect(try vision.patchSize == expected.integer("patch_size"))
        #expect(try vision.activation.rawValue == expected.string("hidden_act"))
        #expect(try vision.layerNormEpsilon == expected.number("layer_norm_eps"))
        #expect(try vision.qkvBias == expected.boolean("qkv_bias"))
    }

    private func expectQFormer(_ qFormer: QFormerConfiguration, _ expected: ConfigurationFile) throws {
        #expect(try qFormer.vocabularySize == expected.integer("vocab_size"))
        #expect(try qFormer.hiddenSize == expected.integer("hidden_size"))
        #expect(try qFormer.layerCount == expected.integer("num_hidden_layers"))
        #expect(try qFormer.headCount == expected.integer("num_attention_heads"))
        #expect(try qFormer.intermediateSize == expected.integer("intermediate_size"))
        #expect(try qFormer.activation.rawValue == expected.string("hidden_act"))
        #expect(try qFormer.layerNormEpsilon == expected.number("layer_norm_eps"))
        #expect(try qFormer.crossAttentionFrequency == expected.integer("cross_attention_frequency"))
        #expect(try qFormer.encoderHiddenSize == expected.integer("encoder_hidden_size"))
        #expect(try qFormer.usesTextInput == expected.boolean("use_qformer_text_input"))
    }

    private func expectOPT(_ text: OPTConfiguration, _ expected: ConfigurationFile) throws {
        #expect(try text.vocabularySize == expected.integer("vocab_size"))
        #expect(try text.hiddenSize == expected.integer("hidden_size"))
        #expect(try text.layerCount == expected.integer("num_hidden_layers"))
        #expect(try text.feedForwardSize == expected.integer("ffn_dim"))
        #expect(try text.headCount == expected.integer("num_attention_heads"))
        #expect(try text.maximumPositions == expected.integer("max_position_embeddings"))
        #expect(try text.activation.rawValue == expected.string("activation_function"))
        #expect(try text.doesLayerNormBefore == expected.boolean("do_layer_norm_before"))
        #expect(try text.removesFinalLayerNorm == expected.boolean("_remove_final_layer_norm"))
        #expect(try text.wordEmbeddingSize == expected.integer("word_embed_proj_dim"))
        #expect(try text.hasBias == expected.boolean("enable_bias"))
        #expect(try text.layerNormIsAffine == expected.boolean("layer_norm_elementwise_affine"))
        #expect(try text.tiesWordEmbeddings == expected.boolean("tie_word_embeddings"))
        #expect(try text.padTokenID == expected.integer("pad_token_id"))
        #expect(try text.bosTokenID == expected.integer("bos_token_id"))
        #expect(try text.eosTokenIDs == expected.integers("eos_token_id") ?? [])
    }

    private func expectT5(_ text: T5Configuration, _ expected: ConfigurationFile) throws {
        #expect(try text.vocabularySize == expected.integer("vocab_size"))
        #expect(try text.hiddenSize == expected.integer("d_model"))
        #expect(try text.headSize == expected.integer("d_kv"))
        #expect(try text.headCount == expected.integer("num_heads"))
        #expect(try text.feedForwardSize == expected.integer("d_ff"))
        #expect(try text.encoderLayerCount == expected.integer("num_layers"))
        #expect(try text.decoderLayerCount == expected.integer("num_decoder_layers"))
        #expect(try text.relativePositions.count == expected.integer("relative_attention_num_buckets"))
        #expect(try text.relativePositions.maximumDistance == expected.integer("relative_attention_max_distance"))
        #expect(try text.layerNormEpsilon == expected.number("layer_norm_epsilon"))
        #expect(try text.activation == Activation(name: expected.string("dense_act_fn") ?? ""))
        #expect(try text.isGated == expected.boolean("is_gated_act"))
        #expect(try text.scalesOutput == expected.boolean("scale_decoder_outputs"))
        #expect(try text.padTokenID == expected.integer("pad_token_id"))
        #expect(try text.bosTokenID == expected.integer("bos_token_id"))
        #expect(try text.eosTokenIDs == expected.integers("eos_token_id") ?? [])
        #expect(try text.decoderStartTokenID == expected.integer("decoder_start_token_id"))
    }

    /// The OPT model that a text describes.
    private func opt(_ text: String) throws -> OPTConfiguration {
        guard case .opt(let opt) = try Blip2Configuration(.example(text)).text else { throw WrongFamily() }
        return opt
    }

    private struct WrongFamily: Error {}

    @Test("Counts only whole patches, as transformers does")
    func patches() throws {
        let file = try ConfigurationFile.example(#"{"vision_config": {"image_size": 75, "patch_size": 16}}"#)
        let vision = try Blip2Configuration(file).vision
        #expect(vision.patchesPerEdge == 4 && vision.patchCount == 16 && vision.tokenCount == 17)
        #expect(vision.headSize == 88 && vision.channelCount == 3)
        #expect(try Blip2Configuration(.example("{}")).vision.tokenCount == 257)
    }

    @Test("Tells which Q-Former layers have cross-attention, and whether the decoder has a final norm")
    func derived() throws {
        let plain = try Blip2Configuration(.example("{}"))
        #expect((0..<4).map(plain.qFormer.hasCrossAttention) == [true, false, true, false])
        #expect(try opt("{}").hasFinalLayerNorm && opt("{}").headSize == 64 && plain.qFormer.headSize == 64)
        for key in [#""do_layer_norm_before": false"#, #""_remove_final_layer_norm": true"#] {
            #expect(try !opt(#"{"text_config": {\#(key)}}"#).hasFinalLayerNorm)
        }
    }

    @Test(
        "Accepts each of transformers' names for an activation",
        arguments: [
            ("gelu", Activation.gelu), ("gelu_python", .gelu), ("gelu_new", .geluTanh), ("gelu_fast", .geluTanh),
            ("gelu_pytorch_tanh", .geluTanh), ("gelu_python_tanh", .geluTanh), ("gelu_accurate", .geluTanh),
            ("quick_gelu", .quickGELU), ("relu", .relu), ("relu2", .relu2), ("relu6", .relu6), ("silu", .silu),
            ("swish", .silu), ("sigmoid", .sigmoid), ("tanh", .tanh), ("linear", .linear),
        ])
    func activations(name: String, activation: Activation) throws {
        #expect(try opt(#"{"text_config": {"activation_function": "\#(name)"}}"#).activation == activation)
    }
}
