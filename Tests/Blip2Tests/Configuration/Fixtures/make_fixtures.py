"""Writes configurations.json: partial configuration files beside the values that transformers completes them with.

Needs transformers 5 and pillow. Run it in this folder.
"""

import json

from transformers import Blip2Config
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

OPT_2_7B = {
    "_name_or_path": "facebook/opt-2.7b", "activation_dropout": 0.0, "architectures": ["OPTForCausalLM"],
    "eos_token_id": 50118, "ffn_dim": 10240, "hidden_size": 2560, "model_type": "opt", "num_attention_heads": 32,
    "num_hidden_layers": 32, "prefix": "</s>", "torch_dtype": "float16", "vocab_size": 50304,
    "word_embed_proj_dim": 2560,
}  # fmt: skip

CONFIGURATIONS = {
    "nothing": {},
    "as Salesforce/blip2-opt-2.7b is published": {
        "architectures": ["Blip2ForConditionalGeneration"],
        "image_text_hidden_size": 256,
        "image_token_index": 50265,
        "initializer_factor": 1.0,
        "initializer_range": 0.02,
        "model_type": "blip-2",
        "num_query_tokens": 32,
        "qformer_config": {"classifier_dropout": None, "model_type": "blip_2_qformer"},
        "text_config": OPT_2_7B,
        "torch_dtype": "float32",
        "use_decoder_only_language_model": True,
        "vision_config": {"dropout": 0.0, "initializer_factor": 1.0, "model_type": "blip_2_vision_model",
                          "num_channels": 3, "projection_dim": 512},
    },
    "an old file of empty sections": {
        "model_type": "blip-2",
        "num_query_tokens": 8,
        "qformer_config": {},
        "text_config": {"model_type": "opt"},
        "vision_config": {},
    },
    "sections of null": {"vision_config": None, "qformer_config": None, "text_config": None},
    "a text section without a model type": {"text_config": {"hidden_size": 64, "num_attention_heads": 4}},
    "another vision tower": {
        "vision_config": {"hidden_size": 96, "intermediate_size": 200, "num_hidden_layers": 3,
                          "num_attention_heads": 6, "image_size": 75, "patch_size": 16, "hidden_act": "quick_gelu",
                          "layer_norm_eps": 1e-5, "qkv_bias": False},
    },
    "another Q-Former, whose encoder_hidden_size is overruled": {
        "vision_config": {"hidden_size": 48, "num_attention_heads": 4},
        "qformer_config": {"vocab_size": 77, "hidden_size": 40, "num_hidden_layers": 5, "num_attention_heads": 8,
                           "intermediate_size": 90, "hidden_act": "gelu_new", "layer_norm_eps": 1e-6,
                           "cross_attention_frequency": 3, "encoder_hidden_size": 999, "use_qformer_text_input": True},
    },
    "OPT as opt-350m has it": {
        "text_config": {"model_type": "opt", "hidden_size": 1024, "ffn_dim": 4096, "num_attention_heads": 16,
                        "num_hidden_layers": 24, "do_layer_norm_before": False, "word_embed_proj_dim": 512},
    },
    "OPT with every switch the other way": {
        "image_token_index": 98,
        "text_config": {"model_type": "opt", "hidden_size": 24, "ffn_dim": 50, "num_attention_heads": 3,
                        "num_hidden_layers": 2, "vocab_size": 99, "max_position_embeddings": 70,
                        "activation_function": "silu", "_remove_final_layer_norm": True, "enable_bias": False,
                        "layer_norm_elementwise_affine": False, "tie_word_embeddings": False,
                        "word_embed_proj_dim": None},
    },
    "special tokens of null": {
        "text_config": {"model_type": "opt", "pad_token_id": None, "bos_token_id": None, "eos_token_id": None},
    },
    "several ends, the image token by its other name": {
        "image_token_id": 12,
        "text_config": {"model_type": "opt", "pad_token_id": 0, "bos_token_id": 5, "eos_token_id": [7, 50118]},
    },
}

PROCESSORS = {
    "nothing": {},
    "as Salesforce/blip2-opt-2.7b is published": {
        "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True,
        "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_processor_type": "BlipImageProcessor",
        "image_std": [0.26862954, 0.26130258, 0.27577711], "processor_class": "Blip2Processor", "resample": 3,
        "rescale_factor": 0.00392156862745098, "size": {"height": 224, "width": 224},
    },
    "one number for the size": {"size": 64},
    "another filter and no normalisation": {"resample": 2, "do_normalize": False, "rescale_factor": 0.5},
    "a size that is not square": {"size": {"height": 48, "width": 80}, "do_rescale": False, "do_convert_rgb": False},
    "a crop": {"size": {"shortest_edge": 70}, "do_center_crop": True, "crop_size": {"height": 56, "width": 64}},
    "a crop by one number": {"size": {"height": 70, "width": 70}, "do_center_crop": True, "crop_size": 56},
    "grey": {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.5, 1]},
}  # fmt: skip

VISION = ["hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "image_size", "patch_size",
          "hidden_act", "layer_norm_eps", "qkv_bias"]
QFORMER = ["vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act",
           "layer_norm_eps", "cross_attention_frequency", "encoder_hidden_size", "use_qformer_text_input"]
TEXT = ["vocab_size", "hidden_size", "num_hidden_layers", "ffn_dim", "num_attention_heads", "max_position_embeddings",
        "activation_function", "do_layer_norm_before", "_remove_final_layer_norm", "word_embed_proj_dim",
        "enable_bias", "layer_norm_elementwise_affine", "tie_word_embeddings", "pad_token_id", "bos_token_id",
        "eos_token_id"]
PROCESSOR = ["do_convert_rgb", "do_resize", "size", "resample", "do_center_crop", "crop_size", "do_rescale",
             "rescale_factor", "do_normalize", "image_mean", "image_std"]


def plain(value):
    """A size without the edges that are not set; anything else as it is."""
    if hasattr(value, "items") or hasattr(value, "shortest_edge"):
        return {key: edge for key, edge in dict(value).items() if edge is not None}
    return value


def completed(partial):
    config = Blip2Config(**json.loads(json.dumps(partial)))
    return {
        "vision": {key: getattr(config.vision_config, key) for key in VISION},
        "qformer": {key: getattr(config.qformer_config, key) for key in QFORMER},
        "text": {key: getattr(config.text_config, key) for key in TEXT},
        "num_query_tokens": config.num_query_tokens,
        "image_token_index": config.image_token_index,
    }


def completed_processor(partial):
    processor = BlipImageProcessorPil(**json.loads(json.dumps(partial)))
    return {key: plain(getattr(processor, key, None)) for key in PROCESSOR}


fixture = {
    "configurations": [
        {"name": name, "file": partial, "expected": completed(partial)} for name, partial in CONFIGURATIONS.items()
    ],
    "processors": [
        {"name": name, "file": partial, "expected": completed_processor(partial)} for name, partial in PROCESSORS.items()
    ],
}
with open("configurations.json", "w") as file:
    json.dump(fixture, file, indent=1)
    file.write("\n")
