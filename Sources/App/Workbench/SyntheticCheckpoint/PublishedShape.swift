import Foundation

/// The shape of a published captioner: its small files without the tokenizer's words.
///
/// Source: the `config.json` of each; what equals transformers' defaults is left out here as it is there.
struct PublishedShape {
    /// What `bench make-checkpoint --like` calls it.
    let name: String
    /// Its files by their paths below the checkpoint's folder, each a JSON object.
    let files: [String: [String: Any]]

    static var all: [PublishedShape] { blip + blip2 + instructBLIP + florence2 }

    /// Names of all shapes, for help and errors.
    static var names: String { all.map(\.name).joined(separator: ", ") }

    /// The shape of that name.
    init?(named name: String) {
        guard let shape = Self.all.first(where: { $0.name == name }) else { return nil }
        self = shape
    }

    private init(
        _ name: String, configuration: [String: Any], generation: [String: Any], preprocessor: [String: Any],
        tokenizer: [String: Any], others: [String: [String: Any]] = [:]
    ) {
        self.name = name
        files = others.merging([
            "config.json": configuration, "generation_config.json": generation,
            "preprocessor_config.json": preprocessor, "tokenizer.json": tokenizer,
        ]) { $1 }
    }

    // MARK: BLIP

    private static var blip: [PublishedShape] {
        let large: [String: Any] = [
            "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16,
        ]
        return [
            blip("blip-base", "BlipForConditionalGeneration", vision: [:]),
            blip("blip-large", "BlipForConditionalGeneration", vision: large),
            blip("blip-vqa-base", "BlipForQuestionAnswering", vision: [:]),
        ]
    }

    private static func blip(_ name: String, _ architecture: String, vision: [String: Any]) -> PublishedShape {
        PublishedShape(
            name,
            configuration: [
                "architectures": [architecture], "model_type": "blip", "vision_config": vision,
                "text_config": ["num_attention_heads": 12],
            ], generation: ["bos_token_id": 30522, "eos_token_id": 2, "pad_token_id": 0],
            preprocessor: preprocessor(imageSize: 384, processor: "BlipProcessor"), tokenizer: SyntheticTokenizer.bert)
    }

    // MARK: Florence-2

    private static var florence2: [PublishedShape] {
        [
            florence2("florence-2-base", width: 768, layers: 6, heads: 12, inner: 3072, vision: [:]),
            florence2(
                "florence-2-large", width: 1024, layers: 12, heads: 16, inner: 4096,
                vision: [
                    "embed_dim": [256, 512, 1024, 2048], "num_heads": [8, 16, 32, 64], "num_groups": [8, 16, 32, 64],
                ]),
        ]
    }

    private static func florence2(
        _ name: String, width: Int, layers: Int, heads: Int, inner: Int, vision: [String: Any]
    ) -> PublishedShape {
        var preprocessor = preprocessor(imageSize: 768, processor: "Florence2Processor")
        preprocessor.merge([
            "image_processor_type": "CLIPImageProcessor", "do_center_crop": false, "image_seq_length": 577,
            "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225],
        ]) { $1 }
        return PublishedShape(
            name,
            configuration: [
                "architectures": ["Florence2ForConditionalGeneration"], "model_type": "florence2",
                "vision_config": vision.merging(["model_type": "florence_vision", "projection_dim": width]) { $1 },
                "text_config": [
                    "model_type": "bart", "vocab_size": 51328, "d_model": width, "encoder_layers": layers,
                    "decoder_layers": layers, "encoder_attention_heads": heads, "decoder_attention_heads": heads,
                    "encoder_ffn_dim": inner, "decoder_ffn_dim": inner,
                ] as [String: Any],
            ],
            generation: [
                "bos_token_id": 0, "decoder_start_token_id": 2, "early_stopping": true, "eos_token_id": 2,
                "forced_bos_token_id": 0, "forced_eos_token_id": 2, "no_repeat_ngram_size": 3, "num_beams": 3,
                "pad_token_id": 1,
            ], preprocessor: preprocessor, tokenizer: SyntheticTokenizer.florence2)
    }

    // MARK: BLIP-2

    private static var blip2: [PublishedShape] {
        [
            blip2("blip2-opt-2.7b", text: opt(width: 2560, inner: 10240)),
            blip2("blip2-opt-2.7b-coco", text: opt(width: 2560, inner: 10240)),
            blip2("blip2-opt-6.7b", text: opt(width: 4096, inner: 16384)),
            blip2("blip2-opt-6.7b-coco", text: opt(width: 4096, inner: 16384)),
            blip2("blip2-flan-t5-xl", text: t5(width: 2048, inner: 5120, heads: 32)),
            blip2("blip2-flan-t5-xl-coco", text: t5(width: 2048, inner: 5120, heads: 32)),
            blip2("blip2-flan-t5-xxl", text: t5(width: 4096, inner: 10240, heads: 64)),
        ]
    }

    private static func blip2(_ name: String, text: [String: Any]) -> PublishedShape {
        let isT5 = name.contains("t5")
        // Those that were fine-tuned on COCO look more closely.
        let imageSize = name.hasSuffix("coco") ? 364 : 224
        return PublishedShape(
            name,
            configuration: [
                "architectures": ["Blip2ForConditionalGeneration"], "model_type": "blip-2", "num_query_tokens": 32,
                "image_token_index": isT5 ? 32100 : 50265, "text_config": text,
                "qformer_config": ["model_type": "blip_2_qformer"],
                "vision_config": ["model_type": "blip_2_vision_model", "image_size": imageSize],
            ],
            generation: isT5
                ? ["bos_token_id": 1, "decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 0]
                : ["bos_token_id": 2, "eos_token_id": 50118, "pad_token_id": 1],
            preprocessor: preprocessor(imageSize: imageSize, processor: "Blip2Processor"),
            tokenizer: isT5 ? SyntheticTokenizer.t5 : SyntheticTokenizer.opt,
            others: ["processor_config.json": ["num_query_tokens": 32, "processor_class": "Blip2Processor"]])
    }

    // MARK: InstructBLIP

    private static var instructBLIP: [PublishedShape] {
        [
            instructBLIP("instructblip-flan-t5-xl", text: t5(width: 2048, inner: 5120, heads: 32)),
            instructBLIP("instructblip-flan-t5-xxl", text: t5(width: 4096, inner: 10240, heads: 64)),
        ]
    }

    private static func instructBLIP(_ name: String, text: [String: Any]) -> PublishedShape {
        PublishedShape(
            name,
            configuration: [
                "architectures": ["InstructBlipForConditionalGeneration"], "model_type": "instructblip",
                "num_query_tokens": 32, "image_token_index": 32100, "text_config": text,
                // A token more than BERT has: the published tokenizer adds one for the beginning of texts.
                "qformer_config": ["model_type": "instructblip_qformer", "vocab_size": 30523],
                "vision_config": ["model_type": "instructblip_vision_model"],
            ],
            generation: ["bos_token_id": 1, "decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 0],
            preprocessor: preprocessor(imageSize: 224, processor: "InstructBlipProcessor"),
            tokenizer: SyntheticTokenizer.t5,
            others: [
                "processor_config.json": ["num_query_tokens": 32, "processor_class": "InstructBlipProcessor"],
                "qformer_tokenizer/tokenizer.json": SyntheticTokenizer.bert,
                "qformer_tokenizer/tokenizer_config.json": [
                    "cls_token": "[CLS]", "do_lower_case": true, "mask_token": "[MASK]", "pad_token": "[PAD]",
                    "sep_token": "[SEP]", "tokenizer_class": "BertTokenizer", "unk_token": "[UNK]",
                ],
            ])
    }

    // MARK: Parts

    private static func opt(width: Int, inner: Int) -> [String: Any] {
        [
            "model_type": "opt", "vocab_size": 50304, "eos_token_id": 50118, "hidden_size": width, "ffn_dim": inner,
            "num_attention_heads": 32, "num_hidden_layers": 32, "word_embed_proj_dim": width,
        ]
    }

    private static func t5(width: Int, inner: Int, heads: Int) -> [String: Any] {
        [
            "model_type": "t5", "vocab_size": 32128, "d_model": width, "d_ff": inner, "d_kv": 64, "num_heads": heads,
            "num_layers": 24, "num_decoder_layers": 24, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false,
            "decoder_start_token_id": 0, "bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 0,
        ]
    }

    private static func preprocessor(imageSize: Int, processor: String) -> [String: Any] {
        [
            "do_convert_rgb": true, "do_normalize": true, "do_rescale": true, "do_resize": true,
            "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711],
            "image_processor_type": "BlipImageProcessor", "processor_class": processor, "resample": 3,
            "rescale_factor": 1.0 / 255, "size": ["height": imageSize, "width": imageSize],
        ]
    }
}
