"""Draws what is random: the weights of a tiny checkpoint, its pictures and its prompts."""

from __future__ import annotations

import torch
from transformers import Blip2Config, Blip2ForConditionalGeneration, Blip2QFormerConfig, Blip2VisionConfig, OPTConfig

from shapes import Shape
from tokenizer import IMAGE_TOKEN

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
MIXED = {"vision_model": torch.float16, "language_projection": torch.float32, "language_model": torch.bfloat16}
BOS, PAD = 2, 1

Tensors = dict[str, torch.Tensor]


def configuration(shape: Shape) -> Blip2Config:
    """The configuration of `shape`. The image token is the third-last id, or the tokenizer's own."""
    image_token = IMAGE_TOKEN if shape.tokenizer else shape.text["vocab_size"] - 3
    return Blip2Config(
        vision_config=Blip2VisionConfig(**shape.vision), qformer_config=Blip2QFormerConfig(**shape.qformer),
        text_config=OPTConfig(**shape.text, eos_token_id=None, bos_token_id=BOS, pad_token_id=PAD),
        num_query_tokens=shape.queries, image_token_index=image_token)


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
        elif weight.ndim == 1:
            value = 0.2 * noise
        elif "embed_tokens" in name:
            value = 0.5 * noise
        elif "embed_positions" in name or name.endswith(("class_embedding", "position_embedding")):
            value = noise
        elif name == "query_tokens":
            value = noise
        else:
            # Sharper attention and layers that outweigh what they are added to: else a tied head repeats its input.
            strong = any(part in name for part in ("qkv", "q_proj", "k_proj", ".query.", ".key.", "out_proj", "fc2"))
            value = (1.8 if strong else 1.3) * noise / weight[0].numel() ** 0.5
        weight.copy_(value.to(stored_dtype(shape, name)).float())


def draw_inputs(shape: Shape, dice: torch.Generator) -> Tensors:
    """Pictures that differ in colour, in slope and in noise, and prompts that differ from row to row."""
    size, rows = shape.vision["image_size"], shape.batch
    ramp = torch.linspace(-1, 1, size)
    colour, across, down = (torch.randn(rows, 3, 1, 1, generator=dice) for _ in range(3))
    noise = torch.randn(rows, 3, size, size, generator=dice)
    inputs = {"pixel_values": (colour + across * ramp + down * ramp[:, None] + 0.5 * noise).contiguous()}
    if shape.prompt:
        words = torch.randint(4, shape.text["vocab_size"] - 3, (rows, shape.prompt - 1), generator=dice)
        inputs["prompt_ids"] = torch.cat([torch.full((rows, 1), BOS), words], dim=1)
    return inputs
