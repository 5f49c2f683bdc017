import Checkpoint
import Generation
import Networks
import StandIns
import Testing

@testable import Blip2

@Suite("Invalid configurations")
struct ConfigurationErrorTests {
    private static func error(_ read: () throws(Blip2Error) -> Void) -> Blip2Error? {
        do throws(Blip2Error) {
            try read()
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "Refuses an invalid config.json with the path, the key and the allowed values",
        arguments: [
            (#"{"vision_config": {"hidden_size": 0}}"#, "vision_config.hidden_size", "from 1 to"),
            (#"{"vision_config": {"hidden_size": 99999999999}}"#, "vision_config.hidden_size", "from 1 to"),
            (
                #"{"vision_config": {"hidden_size": 100, "num_attention_heads": 3}}"#,
                "vision_config.num_attention_heads", "a divisor of hidden_size, which is 100"
            ),
            (#"{"vision_config": {"num_attention_heads": 0}}"#, "vision_config.num_attention_heads", "from 1"),
            (#"{"vision_config": {"image_size": 8}}"#, "vision_config.patch_size", "at most image_size, which is 8"),
            (#"{"vision_config": {"image_size": [224, 224]}}"#, "vision_config.image_size", "a whole number"),
            (#"{"vision_config": {"hidden_act": "prelu"}}"#, "vision_config.hidden_act", "quick_gelu"),
            (#"{"vision_config": {"layer_norm_eps": -1}}"#, "vision_config.layer_norm_eps", "from 0.0"),
            (#"{"vision_config": {"num_hidden_layers": null}}"#, "vision_config.num_hidden_layers", "a whole number"),
            (#"{"vision_config": []}"#, "vision_config", "a JSON object"),
            (#"{"qformer_config": {"num_attention_heads": 5}}"#, "qformer_config.num_attention_heads", "768"),
            (
                #"{"qformer_config": {"cross_attention_frequency": 0}}"#,
                "qformer_config.cross_attention_frequency", "from 1"
            ),
            (#"{"text_config": {"hidden_size": 50}}"#, "text_config.num_attention_heads", "50"),
            (#"{"text_config": {"word_embed_proj_dim": -1}}"#, "text_config.word_embed_proj_dim", "from 1"),
            (#"{"text_config": {"do_layer_norm_before": "yes"}}"#, "text_config.do_layer_norm_before", "true or false"),
            (#"{"text_config": {"bos_token_id": 50272}}"#, "text_config.bos_token_id", "from 0 to 50271"),
            (#"{"text_config": {"pad_token_id": -2}}"#, "text_config.pad_token_id", "from -1 to 50271"),
            (#"{"text_config": {"eos_token_id": "</s>"}}"#, "text_config.eos_token_id", "a whole number, or a list"),
            (
                #"{"text_config": {"model_type": "t5"}}"#, "text_config.decoder_start_token_id",
                "a token id, since texts need a beginning"
            ),
            (
                #"{"text_config": {"model_type": "t5", "decoder_start_token_id": 32128}}"#,
                "text_config.decoder_start_token_id", "from 0 to 32127"
            ),
            (
                #"{"text_config": {"model_type": "t5", "bos_token_id": 1, "feed_forward_proj": "gelu-gated"}}"#,
                "text_config.feed_forward_proj", "gated-gelu"
            ),
            (
                #"{"text_config": {"model_type": "t5", "bos_token_id": 1, "feed_forward_proj": "gated-prelu"}}"#,
                "text_config.feed_forward_proj", "gated-gelu"
            ),
            (
                #"{"text_config": {"model_type": "t5", "bos_token_id": 1, "relative_attention_num_buckets": 3}}"#,
                "text_config.relative_attention_num_buckets", "from 4"
            ),
            (
                #"{"text_config": {"model_type": "t5", "bos_token_id": 1, "relative_attention_max_distance": 16}}"#,
                "text_config.relative_attention_max_distance", "more than half of relative_attention_num_buckets"
            ),
            (#"{"text_config": {"model_type": "t5", "d_kv": 0}}"#, "text_config.d_kv", "from 1"),
            (#"{"num_query_tokens": 0}"#, "num_query_tokens", "from 1"),
            (#"{"image_token_index": 50272}"#, "image_token_index", "from 0 to 50271"),
            (#"{"architectures": "Blip2"}"#, "architectures", "a list of strings"),
        ])
    func invalid(text: String, key: String, expected: String) throws {
        let file = try ConfigurationFile.example(text)
        let error = try #require(Self.error { () throws(Blip2Error) in _ = try Blip2Configuration(file) })
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.hasPrefix("/models/m/config.json: \"\(key)\" is "), "\(error)")
        #expect(error.message.contains(expected), "\(error)")
    }

    @Test(
        "Refuses an unsupported architecture by name and lists the supported ones",
        arguments: [
            (#"{"model_type": "blip"}"#, "\"blip\"", "blip-2"),
            (#"{"model_type": null}"#, "null", "blip-2"),
            (#"{"text_config": {"model_type": "llama"}}"#, "\"llama\"", "opt, t5"),
            (#"{"text_config": {"model_type": 5}}"#, "5", "opt"),
            (
                #"{"architectures": ["Blip2ForImageTextRetrieval"]}"#, "Blip2ForImageTextRetrieval",
                "Blip2ForConditionalGeneration"
            ),
        ])
    func unsupported(text: String, name: String, supported: String) throws {
        let file = try ConfigurationFile.example(text)
        let error = try #require(Self.error { () throws(Blip2Error) in _ = try Blip2Configuration(file) })
        #expect(error.code == .unsupportedArchitecture)
        for word in ["/models/m/config.json", name, supported] {
            #expect(error.message.contains(word), "\(error)")
        }
    }

    @Test(
        "Refuses an invalid value in generation_config.json with its key",
        arguments: [
            (#"{"num_beams": 0}"#, "num_beams"), (#"{"max_new_tokens": -1}"#, "max_new_tokens"),
            (#"{"early_stopping": "soon"}"#, "early_stopping"), (#"{"repetition_penalty": 0}"#, "repetition_penalty"),
            (#"{"top_p": 1.5}"#, "top_p"), (#"{"do_sample": 1}"#, "do_sample"),
            (#"{"eos_token_id": {}}"#, "eos_token_id"),
        ])
    func generation(text: String, key: String) throws {
        let file = try ConfigurationFile.example(text)
        let error = try #require(throws: GenerationError.self) { try GenerationConfiguration(file) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains("\"\(key)\" is "), "\(error)")
    }

    @Test(
        "Refuses an invalid value in preprocessor_config.json with its key",
        arguments: [
            (#"{"size": {"shortest_edge": 64}}"#, "size"), (#"{"size": {"longest_edge": 64}}"#, "size"),
            (#"{"size": {"height": 64}}"#, "size"), (#"{"size": 0}"#, "size"), (#"{"size": [1, 2, 3]}"#, "size"),
            (#"{"size": {"height": 64, "width": 0}}"#, "size.width"), (#"{"size": "big"}"#, "size"),
            (#"{"image_processor_type": "CLIPImageProcessor"}"#, "size"),
            (#"{"do_center_crop": true, "size": 64}"#, "crop_size"), (#"{"resample": 6}"#, "resample"),
            (#"{"image_mean": [0.5, 0.5]}"#, "image_mean"), (#"{"image_std": [1, 1, 0]}"#, "image_std"),
            (#"{"do_resize": "yes"}"#, "do_resize"), (#"{"rescale_factor": "1/255"}"#, "rescale_factor"),
        ])
    func pictures(text: String, key: String) throws {
        let file = try ConfigurationFile.example(text)
        let error = try #require(throws: CheckpointError.self) { try ImageProcessorConfiguration(file) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains("\"\(key)\" is "), "\(error)")
    }
}
