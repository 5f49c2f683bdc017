"""Draws what is random: the weights of a tiny checkpoint, its pictures and its prompts."""

from __future__ import annotations

import torch
from transformers import Blip2Config, Blip2ForConditionalGeneration, Blip2QFormerConfig, Blip2VisionConfig, OPTConfig, T5Config

from shapes import OUTLIER_GAIN, Shape
from tokenizer import image_token

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
MIXED = {"vision_model": torch.float16, "language_projection": torch.float32, "language_model": torch.bfloat16}
BOS, PAD = 2, 1  # of OPT
T5_BOS, T5_PAD = 1, 0

Tensors = dict[str, torch.Tensor]


def configuration(shape: Shape) -> Blip2Config:
    """The configuration of `shape`. The image token is the third-last id, or the tokenizer's own."""
    image = image_token(shape) if shape.tokenizer else shape.text["vocab_size"] - 3
    return Blip2Config(
        vision_config=Blip2VisionConfig(**shape.vision), qformer_config=Blip2QFormerConfig(**shape.qformer),
        text_config=text_configuration(shape), num_query_tokens=shape.queries, image_token_index=image)


def text_configuration(shape: Shape) -> OPTConfig | T5Config:
    if not shape.is_t5:
        return OPTConfig(**shape.text, eos_token_id=None, bos_token_id=BOS, pad_token_id=PAD)
    text = {key: value for key, value in shape.text.items() if key != "model_type"}
    return T5Config(**text, eos_token_id=None, bos_token_id=T5_BOS, pad_token_id=T5_PAD)


def bos(shape: Shape) -> int:
    return T5_BOS if shape.is_t5 else BOS


def stored_dtype(shape: Shape, name: str) -> torch.dtype:
    if shape.dtype != "mixed":
        return DTYPES[shape.dtype]
    return MIXED.get(name.split(".")[0], torch.float32)


@torch.no_grad()
def draw_weights(model: Blip2ForConditionalGeneration, shape: Shape, dice: torch.Generator) -> None:
    """Fills every parameter with random values that its stored type can hold."""
    for name, weight in model.named_parameters():
        noise = torch.randn(weight.shape, generator=dice)
        if weight.ndim == 1 and name.endswith("weight"):  # the gain of a layer norm
            value = 1 + 0.25 * noise
            if shape.outliers and not name.startswith("qformer"):
                value[torch.randperm(len(value), generator=dice)[: shape.outliers]] *= OUTLIER_GAIN
        elif weight.ndim == 1:
            value = 0.2 * noise
        elif "embed_tokens" in name or "shared" in name:
            value = 0.5 * noise
        elif "relative_attention_bias" in name:
            value = 1.5 * noise
        elif shape.is_t5 and name.startswith("language_model"):
            value = t5_weight(name, noise)
        elif "embed_positions" in name or name.endswith(("class_embedding", "position_embedding")):
            value = noise
        elif name == "query_tokens":
            value = noise
        else:
            # Sharper attention and layers that outweigh what they are added to: else a tied head repeats its input.
            strong = any(part in name for part in ("qkv", "q_proj", "k_proj", ".query.", ".key.", "out_proj", "fc2"))
            value = (1.8 if strong else 1.3) * noise / weight[0].numel() ** 0.5
        if shape.outliers and weight.ndim == 2 and follows_outliers(name):
            # As large sums as without outliers: else attention is all or nothing, and any rounding tips it over.
            value = value / (1 + shape.outliers * (OUTLIER_GAIN**2 - 1) / weight.shape[1]) ** 0.5
        weight.copy_(value.to(stored_dtype(shape, name)).float())


def follows_outliers(name: str) -> bool:
    """Whether a matrix multiplies what a norm with outlier channels gives."""
    if name.startswith("qformer"):
        return "crossattention.attention.key" in name or "crossattention.attention.value" in name
    return any(f".{part}." in name for part in (
        "qkv", "fc1", "q_proj", "k_proj", "v_proj", "SelfAttention.q", "SelfAttention.k", "SelfAttention.v",
        "EncDecAttention.q", "EncDecAttention.k", "EncDecAttention.v", "wi", "wi_0", "wi_1"))


def t5_weight(name: str, noise: torch.Tensor) -> torch.Tensor:
    """T5 does not scale its scores, so that queries are small; what layers add outweighs the tokens, as in OPT."""
    gains = {"q": 0.6, "k": 1.0, "v": 1.6, "o": 3.0, "wo": 3.0}
    gain = gains.get(name.split(".")[-2], 1.6)
    return gain * noise / noise[0].numel() ** 0.5


def draw_inputs(shape: Shape, dice: torch.Generator) -> Tensors:
    """Pictures that differ in colour, in slope and in noise, and prompts that differ from row to row."""
    size, rows = shape.vision["image_size"], shape.batch
    ramp = torch.linspace(-1, 1, size)
    colour, across, down = (torch.randn(rows, 3, 1, 1, generator=dice) for _ in range(3))
    noise = torch.randn(rows, 3, size, size, generator=dice)
    inputs = {"pixel_values": (colour + across * ramp + down * ramp[:, None] + 0.5 * noise).contiguous()}
    if shape.prompt:
        words = torch.randint(4, shape.text["vocab_size"] - 3, (rows, shape.prompt - 1), generator=dice)
        special = torch.full((rows, 1), bos(shape))  # OPT has it in front, T5 behind
        inputs["prompt_ids"] = torch.cat([words, special] if shape.is_t5 else [special, words], dim=1)
    return inputs
