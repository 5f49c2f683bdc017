"""Writes configurations.json: partial configuration files beside the values that transformers completes them with;
and position_buckets.json: the buckets of T5's relative positions.

Needs transformers 5 and pillow. Run it in this folder.
"""

import json

import torch
from transformers import Blip2Config
from transformers.models.t5.modeling_t5 import T5Attention
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

OPT_2_7B = {
    "_name_or_path": "facebook/opt-2.7b", "activation_dropout": 0.0, "architectures": ["OPTForCausalLM"],
    "eos_token_id": 50118, "ffn_dim": 10240, "hidden_size": 2560, "model_type": "opt", "num_attention_heads": 32,
    "num_hidden_layers": 32, "prefix": "</s>", "torch_dtype": "float16", "vocab_size": 50304,
    "word_embed_proj_dim": 2560,
}  # fmt: skip

FLAN_T5_XL = {
    "_name_or_path": "google/flan-t5-xl", "architectures": ["T5ForConditionalGeneration"], "bos_token_id": 1, "d_ff": 5120,
    "d_kv": 64, "d_model": 2048, "decoder_start_token_id": 0, "dense_act_fn": "gelu", "feed_forward_proj": "gated-gelu",
    "is_encoder_decoder": True, "is_gated_act": True, "model_type": "t5", "n_positions": 512, "num_decoder_layers": 24,
    "num_heads": 32, "num_layers": 24, "output_past": True, "tie_word_embeddings": False, "torch_dtype": "float32",
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

def t5(**values):
    return {"text_config": {"model_type": "t5", "decoder_start_token_id": 0, **values}}


CONFIGURATIONS |= {
    "as Salesforce/blip2-flan-t5-xl is published": {"image_token_index": 32100, "text_config": FLAN_T5_XL},
    "T5 of defaults": t5(),
    "T5 with fewer encoder layers than decoder layers": t5(num_layers=2, num_decoder_layers=3, d_kv=10),
    "T5 with gated GELU": t5(feed_forward_proj="gated-gelu"),
    "T5 with gated SiLU, not scaled": t5(feed_forward_proj="gated-silu", tie_word_embeddings=False),
    "T5 that is scaled though untied": t5(tie_word_embeddings=False, scale_decoder_outputs=True),
    "T5 with a gate by its own key": t5(feed_forward_proj="gelu", is_gated_act=True, dense_act_fn="relu"),
    "T5 with other positions and tokens": t5(
        relative_attention_num_buckets=20, relative_attention_max_distance=50, layer_norm_epsilon=1e-5, bos_token_id=9,
        eos_token_id=[1, 5], pad_token_id=None, vocab_size=77),
}

# How many buckets, and the distance from which on there is one.
BUCKETS = [(32, 128), (10, 13), (4, 5), (16, 20), (33, 129), (64, 512), (32, 1000), (8, 4096), (6, 100), (128, 256), (12, 64)]

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
T5 = ["vocab_size", "d_model", "d_kv", "num_heads", "d_ff", "num_layers", "num_decoder_layers",
      "relative_attention_num_buckets", "relative_attention_max_distance", "layer_norm_epsilon", "dense_act_fn",
      "is_gated_act", "scale_decoder_outputs", "pad_token_id", "bos_token_id", "eos_token_id", "decoder_start_token_id"]
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
        "text": {key: getattr(config.text_config, key, None)
                 for key in (T5 if config.text_config.model_type == "t5" else TEXT)},
        "num_query_tokens": config.num_query_tokens,
        "image_token_index": config.image_token_index,
    }


def completed_processor(partial):
    processor = BlipImageProcessorPil(**json.loads(json.dumps(partial)))
    return {key: plain(getattr(processor, key, None)) for key in PROCESSOR}


def buckets(count, most):
    """Runs of equal buckets, [bucket, length], by distance: before a causal query, and on both sides of another."""
    def runs(distances, bidirectional):
        found = T5Attention._relative_position_bucket(
            distances, bidirectional=bidirectional, num_buckets=count, max_distance=most)
        return [[int(value), int(length)] for value, length in zip(*torch.unique_consecutive(found, return_counts=True))]

    return {"count": count, "maximum_distance": most, "causal": runs(-torch.arange(0, most + 1), False),
            "bidirectional": runs(torch.arange(-most, most + 1), True)}


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
with open("position_buckets.json", "w") as file:
    json.dump([buckets(count, most) for count, most in BUCKETS], file)
    file.write("\n")
