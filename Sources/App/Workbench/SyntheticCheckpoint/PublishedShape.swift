import Foundation

/// The shapes of the published BLIP-2 captioners, by the names that they have below `Salesforce/`.
///
/// Source: the `config.json` of each; what equals transformers' defaults is left out here as it is there.
enum PublishedShape: String, CaseIterable {
    case smallOPT = "blip2-opt-2.7b"
    case smallOPTOnCOCO = "blip2-opt-2.7b-coco"
    case largeOPT = "blip2-opt-6.7b"
    case largeOPTOnCOCO = "blip2-opt-6.7b-coco"
    case smallT5 = "blip2-flan-t5-xl"
    case smallT5OnCOCO = "blip2-flan-t5-xl-coco"
    case largeT5 = "blip2-flan-t5-xxl"

    var isT5: Bool { rawValue.contains("t5") }

    /// Height and width of a picture: those that were fine-tuned on COCO look more closely.
    var imageSize: Int { rawValue.hasSuffix("coco") ? 364 : 224 }

    /// `config.json`, as a JSON object.
    var configuration: [String: Any] {
        [
            "architectures": ["Blip2ForConditionalGeneration"], "model_type": "blip-2", "num_query_tokens": 32,
            "image_token_index": isT5 ? 32100 : 50265, "text_config": isT5 ? t5 : opt,
            "qformer_config": ["model_type": "blip_2_qformer"],
            "vision_config": ["model_type": "blip_2_vision_model", "image_size": imageSize],
        ]
    }

    /// `generation_config.json`, as a JSON object.
    var generation: [String: Any] {
        isT5
            ? ["bos_token_id": 1, "decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 0]
            : ["bos_token_id": 2, "eos_token_id": 50118, "pad_token_id": 1]
    }

    /// `preprocessor_config.json`, as a JSON object.
    var preprocessor: [String: Any] {
        [
            "do_convert_rgb": true, "do_normalize": true, "do_rescale": true, "do_resize": true,
            "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711],
            "image_processor_type": "BlipImageProcessor", "processor_class": "Blip2Processor", "resample": 3,
            "rescale_factor": 1.0 / 255, "size": ["height": imageSize, "width": imageSize],
        ]
    }

    private var opt: [String: Any] {
        let isLarge = rawValue.contains("6.7b")
        return [
            "model_type": "opt", "vocab_size": 50304, "eos_token_id": 50118, "hidden_size": isLarge ? 4096 : 2560,
            "ffn_dim": isLarge ? 16384 : 10240, "num_attention_heads": 32, "num_hidden_layers": 32,
            "word_embed_proj_dim": isLarge ? 4096 : 2560,
        ]
    }

    private var t5: [String: Any] {
        let isLarge = self == .largeT5
        return [
            "model_type": "t5", "vocab_size": 32128, "d_model": isLarge ? 4096 : 2048, "d_ff": isLarge ? 10240 : 5120,
            "d_kv": 64, "num_heads": isLarge ? 64 : 32, "num_layers": 24, "num_decoder_layers": 24,
            "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false, "decoder_start_token_id": 0,
            "bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 0,
        ]
    }
}
