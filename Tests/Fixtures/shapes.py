"""The shapes of the tiny BLIP-2 checkpoints: the named ones that are committed, and random ones for fuzzing."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any


OUTLIER_GAIN = 40


@dataclass(frozen=True)
class Shape:
    """All that sets one tiny checkpoint apart from another; the three dictionaries go to the configuration classes.

    The text dictionary may name its `model_type`; it is OPT's otherwise.
    """

    name: str
    note: str
    vision: dict[str, Any]
    qformer: dict[str, Any]
    text: dict[str, Any]
    queries: int
    batch: int = 2
    dtype: str = "F32"  # F32, F16, BF16, or mixed: vision F16, Q-Former F32, language model BF16
    shards: int = 1
    prompt: int = 0  # ids that follow the image tokens; 0: bos alone, as `generate` fills it in
    generation: dict[str, Any] = field(default_factory=lambda: {"num_beams": 1, "max_new_tokens": 12})
    ends: int = 1  # how many eos ids; where there is more than one, config.json holds a list
    tied_head_stored: bool = False  # the tied lm_head also stands in the file, as in older checkpoints
    generation_config: bool = True  # whether generation_config.json stays
    older: str = ""  # one of the forms of older.py; the current one otherwise
    tokenizer: bool = False  # adds tokenizer.json, preprocessor_config.json and their like
    outliers: int = 0  # so many gains of each norm of the vision tower and of the language model are OUTLIER_GAIN times as large

    @property
    def is_t5(self) -> bool:
        return self.text.get("model_type") == "t5"


def vision(
    width: int, heads: int, layers: int, ffn: int, size: int, patch: int, act: str = "gelu", **more: Any
) -> dict:
    return dict(hidden_size=width, num_attention_heads=heads, num_hidden_layers=layers, intermediate_size=ffn,
                image_size=size, patch_size=patch, hidden_act=act, **more)


def qformer(width: int, heads: int, layers: int, ffn: int, frequency: int, act: str = "gelu", **more: Any) -> dict:
    return dict(hidden_size=width, num_attention_heads=heads, num_hidden_layers=layers, intermediate_size=ffn,
                cross_attention_frequency=frequency, hidden_act=act, **more)


def opt(width: int, heads: int, layers: int, ffn: int, vocabulary: int, act: str = "relu", **more: Any) -> dict:
    return dict(hidden_size=width, num_attention_heads=heads, num_hidden_layers=layers, ffn_dim=ffn,
                vocab_size=vocabulary, activation_function=act, max_position_embeddings=64, **more)


def t5(width: int, heads: int, size: int, layers: int, ffn: int, vocabulary: int, act: str = "gated-gelu",
       **more: Any) -> dict:
    """A T5 language model; `size` is the width of a head. Its texts begin with the padding token, as everywhere."""
    return dict(model_type="t5", d_model=width, num_heads=heads, d_kv=size, num_layers=layers, d_ff=ffn,
                vocab_size=vocabulary, feed_forward_proj=act, decoder_start_token_id=0, **more)


def greedy(new: int, **more: Any) -> dict[str, Any]:
    return {"num_beams": 1, "max_new_tokens": new, **more}


NAMED: list[Shape] = [
    Shape("opt-pre-norm", "the published layout in small; has a tokenizer",
          vision(32, 4, 2, 72, 28, 14), qformer(24, 3, 2, 56, 2), opt(40, 2, 2, 96, 328),
          queries=4, tokenizer=True),
    Shape("opt-350m-form", "layer norms after; embeddings narrower than the layers, so project_in and project_out",
          vision(32, 2, 2, 48, 42, 14), qformer(24, 4, 3, 40, 2),
          opt(48, 4, 2, 64, 120, do_layer_norm_before=False, word_embed_proj_dim=32),
          queries=6, batch=2, prompt=4, generation=greedy(14)),
    Shape("opt-350m-form-single", "the same form for one picture, F16, with the head not tied",
          vision(24, 3, 1, 48, 28, 7), qformer(40, 2, 2, 40, 1),
          opt(40, 5, 2, 64, 96, do_layer_norm_before=False, word_embed_proj_dim=24, tie_word_embeddings=False),
          queries=3, batch=1, dtype="F16", generation=greedy(16)),
    Shape("opt-post-norm", "layer norms after, embeddings as wide as the layers; head size 12; no generation_config",
          vision(48, 4, 3, 64, 64, 16, "quick_gelu"), qformer(36, 3, 3, 60, 3, "gelu_new"),
          opt(36, 3, 3, 72, 144, do_layer_norm_before=False),
          queries=5, batch=2, dtype="F16", generation=greedy(10), generation_config=False),
    Shape("opt-projected-embeddings", "layer norms before, and project_in and project_out",
          vision(30, 6, 2, 44, 42, 14), qformer(28, 7, 2, 52, 1, "relu"),
          opt(49, 7, 2, 64, 110, "gelu", word_embed_proj_dim=30),
          queries=7, batch=3, generation=greedy(9)),
    Shape("no-biases", "no qkv bias, no biases in OPT, layer norms in OPT without gain and bias; head size 5",
          vision(25, 5, 2, 50, 30, 10, "relu", qkv_bias=False), qformer(20, 4, 2, 36, 2, "quick_gelu"),
          opt(30, 6, 2, 64, 90, "gelu_new", enable_bias=False, layer_norm_elementwise_affine=False),
          queries=2, batch=3, generation=greedy(12)),
    Shape("no-final-layer-norm", "_remove_final_layer_norm; the head not tied; other epsilons",
          vision(36, 3, 2, 54, 48, 12, "gelu_new", layer_norm_eps=1e-3), qformer(32, 2, 4, 48, 2, layer_norm_eps=1e-4),
          opt(32, 2, 2, 60, 100, _remove_final_layer_norm=True, tie_word_embeddings=False),
          queries=8, batch=2, generation=greedy(12)),
    Shape("bf16-sharded", "BF16 in several shards; four layers; cross-attention in every third",
          vision(48, 3, 4, 64, 64, 16), qformer(40, 4, 4, 48, 3), opt(48, 3, 4, 96, 160),
          queries=9, batch=3, dtype="BF16", shards=3, generation=greedy(10)),
    Shape("mixed-dtypes-sharded", "vision F16, Q-Former F32, language model BF16; shards; the tied head is stored too",
          vision(40, 5, 2, 80, 70, 14), qformer(44, 2, 3, 52, 2), opt(40, 8, 2, 100, 130, "gelu"),
          queries=10, batch=1, dtype="mixed", shards=4, tied_head_stored=True, prompt=3, generation=greedy(20)),
    Shape("single-query", "one query token, one layer of each; head size 20; one picture",
          vision(20, 1, 1, 28, 14, 14), qformer(20, 1, 1, 24, 1), opt(20, 1, 1, 40, 70),
          queries=1, batch=1, generation=greedy(8)),
    Shape("several-ends", "three eos ids, four pictures, a prompt; rows end at different steps",
          vision(32, 2, 2, 40, 32, 8), qformer(24, 2, 2, 40, 2), opt(48, 3, 2, 64, 80),
          queries=3, batch=4, ends=3, prompt=5, generation=greedy(16)),
    Shape("uneven-patches-min-length", "50 pixels in patches of 16; twelve queries; min_new_tokens; has a tokenizer",
          vision(44, 4, 2, 56, 50, 16, "quick_gelu"), qformer(40, 5, 2, 48, 2), opt(48, 6, 2, 72, 336),
          queries=12, batch=2, tokenizer=True, dtype="F16", generation=greedy(14, min_new_tokens=8)),
    Shape("opt-coco-form", "26 × 26 patches, as 364 pixels in patches of 14 are",
          vision(24, 3, 2, 40, 52, 2), qformer(24, 2, 2, 40, 2), opt(40, 4, 2, 64, 90),
          queries=4, batch=2, dtype="F16", generation=greedy(10)),
    Shape("older-base-prefix", "all names below \"blip.\"; layer norms with gamma and beta",
          vision(24, 2, 2, 40, 28, 14), qformer(28, 2, 2, 40, 2), opt(40, 2, 2, 60, 90),
          queries=5, batch=2, generation=greedy(10), older="base-prefix"),
    Shape("older-separate-biases", "q_bias and v_bias in the place of qkv.bias",
          vision(30, 3, 2, 44, 28, 14), qformer(24, 2, 2, 36, 1), opt(36, 3, 2, 56, 80),
          queries=3, batch=2, dtype="BF16", generation=greedy(10), older="separate-biases"),
    Shape("older-no-image-token", "no image_token_index, no num_query_tokens in the processor; stored head and buffers",
          vision(32, 4, 2, 48, 28, 14), qformer(24, 3, 2, 40, 2), opt(40, 4, 2, 72, 328),
          queries=6, batch=2, prompt=4, tokenizer=True, generation=greedy(12), older="no-image-token"),
    Shape("older-head-alone", "the tied table under the name of the head alone",
          vision(24, 4, 1, 40, 28, 14), qformer(20, 2, 2, 36, 2), opt(32, 4, 2, 64, 84),
          queries=4, batch=2, generation=greedy(10), older="head-alone"),
    Shape("t5-flan-form", "T5 as the published checkpoints have it: gated, exact GELU by dense_act_fn, a head of its own, "
          "heads wider together than the layers; has a tokenizer",
          vision(32, 4, 2, 72, 28, 14), qformer(24, 3, 2, 56, 2),
          t5(32, 3, 16, 2, 48, 336, dense_act_fn="gelu", tie_word_embeddings=False),
          queries=4, batch=3, tokenizer=True, generation=greedy(14)),
    Shape("t5-tied-relu", "T5 1.0: plain relu, the head tied and scaled; a prompt; fewer decoder layers than encoder layers",
          vision(24, 3, 1, 48, 28, 7), qformer(40, 2, 2, 40, 1),
          t5(40, 5, 8, 3, 64, 90, "relu", num_decoder_layers=2),
          queries=3, batch=4, prompt=5, generation=greedy(12)),
    Shape("t5-far-positions", "T5 with few buckets and short distances, so that far positions share one; gated tanh GELU; "
          "head size 5; F16; another start token; long texts",
          vision(48, 4, 2, 64, 64, 16, "quick_gelu"), qformer(36, 3, 3, 60, 3, "gelu_new"),
          {**t5(30, 4, 5, 2, 60, 80, relative_attention_num_buckets=10, relative_attention_max_distance=13,
                layer_norm_epsilon=1e-4), "decoder_start_token_id": 7},
          queries=9, batch=2, dtype="F16", prompt=8, generation=greedy(30, min_new_tokens=24)),
    Shape("t5-bf16-sharded", "T5 in BF16 and several shards; gated SiLU; the head tied and not scaled; one picture",
          vision(40, 5, 2, 80, 70, 14), qformer(44, 2, 3, 52, 2),
          t5(48, 3, 24, 3, 56, 120, "gated-silu", scale_decoder_outputs=False),
          queries=10, batch=1, dtype="BF16", shards=4, generation=greedy(16)),
    Shape("t5-several-ends", "T5 with two eos ids and no generation_config; no decoder_start_token_id, so bos starts texts",
          vision(20, 1, 1, 28, 14, 14), qformer(20, 1, 1, 24, 1),
          {key: value for key, value in t5(24, 2, 12, 2, 40, 70, "gated-relu", tie_word_embeddings=False).items()
           if key != "decoder_start_token_id"},
          queries=1, batch=3, ends=2, prompt=2, generation=greedy(16), generation_config=False),
    Shape("outliers-opt", "three outlier channels in each norm of the vision tower and of the decoder",
          vision(64, 4, 3, 64, 42, 14), qformer(24, 2, 2, 40, 1), opt(64, 4, 2, 64, 96),
          queries=4, dtype="F16", generation=greedy(8), outliers=3),
    Shape("outliers-opt-many", "twelve outlier channels in each norm; layers wider than a block of the decoder",
          vision(80, 5, 2, 64, 42, 14), qformer(24, 2, 2, 40, 2), opt(132, 3, 2, 64, 90),
          queries=4, dtype="F16", generation=greedy(8), outliers=12),
    Shape("outliers-t5", "three outlier channels in each norm of the vision tower, and of T5's encoder and decoder",
          vision(48, 4, 3, 64, 42, 14), qformer(24, 2, 2, 40, 2), t5(48, 4, 12, 2, 64, 90),
          queries=4, dtype="F16", generation=greedy(8), outliers=3),
]


def random_shape(number: int, seed: int) -> Shape:
    """A shape drawn from all that a BLIP-2 checkpoint with OPT may vary in; equal arguments give equal shapes."""
    draw = random.Random(f"{seed}/{number}")
    acts = ["gelu", "gelu", "quick_gelu", "gelu_new", "relu"]

    def width(smallest: int = 1) -> tuple[int, int]:
        heads, size = draw.randint(1, 6), draw.choice([4, 5, 7, 8, 10, 12, 16, 20, 24, 32])
        while heads * size < smallest or heads * size > 100:
            heads, size = draw.randint(1, 6), draw.choice([4, 5, 7, 8, 10, 12, 16, 20, 24, 32])
        return heads * size, heads

    def ffn() -> int:
        return draw.randint(12, 140)

    patch = draw.choice([4, 7, 8, 14, 16])
    size = patch * draw.randint(1, 5) + draw.choice([0, 0, draw.randint(0, patch - 1)])
    v, vh = width(12)
    q, qh = width(12)
    t, th = width(24)
    text = opt(t, th, draw.randint(1, 4), ffn(), draw.randint(60, 300), draw.choice(["relu", *acts]),
               do_layer_norm_before=draw.random() < 0.6, enable_bias=draw.random() < 0.8,
               layer_norm_elementwise_affine=draw.random() < 0.85, tie_word_embeddings=draw.random() < 0.6,
               _remove_final_layer_norm=draw.random() < 0.2)
    if draw.random() < 0.3:
        text["word_embed_proj_dim"] = draw.randint(t // 2, t - 1)
    new = draw.randint(6, 20)
    more = {"min_new_tokens": draw.randint(2, new)} if draw.random() < 0.3 else {}
    return Shape(
        f"random-{seed}-{number:02}", "random",
        vision(v, vh, draw.randint(1, 4), ffn(), size, patch, draw.choice(acts), qkv_bias=draw.random() < 0.8,
               layer_norm_eps=draw.choice([1e-6, 1e-6, 1e-5])),
        qformer(q, qh, draw.randint(1, 5), ffn(), draw.randint(1, 3), draw.choice(acts)),
        text, queries=draw.randint(1, 16), batch=draw.randint(1, 4),
        dtype=draw.choice(["F32", "F16", "BF16", "mixed"]), shards=draw.choice([1, 1, 2, 3, 5]),
        prompt=draw.choice([0, 0, 1, 3, 6]), generation=greedy(new, **more), ends=draw.choice([1, 1, 2, 3]),
        tied_head_stored=draw.random() < 0.3, generation_config=draw.random() < 0.8)


def random_t5_shape(number: int, seed: int) -> Shape:
    """The same with T5: vision tower and Q-Former of `random_shape`, and another language model behind them."""
    shape, draw = random_shape(number, seed), random.Random(f"t5/{seed}/{number}")
    heads, layers = draw.randint(1, 5), draw.randint(1, 4)
    act = draw.choice(["relu", "gated-gelu", "gated-gelu", "gated-silu", "gelu", "gated-relu"])
    text = t5(draw.randint(16, 64), heads, draw.choice([4, 5, 8, 12, 16, 20]), layers, draw.randint(20, 120),
              draw.randint(60, 300), act, num_decoder_layers=draw.randint(1, layers),
              layer_norm_epsilon=draw.choice([1e-6, 1e-5]), tie_word_embeddings=draw.random() < 0.5,
              relative_attention_num_buckets=draw.choice([32, 32, 8, 20]),
              relative_attention_max_distance=draw.choice([128, 128, 18, 40]))
    return replace(shape, name=f"random-t5-{seed}-{number:02}", text=text, tied_head_stored=False)
