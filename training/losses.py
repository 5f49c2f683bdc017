"""What training compares: captions as token ids, and how wrong the model's answers are."""

from __future__ import annotations

import random

import torch
from torch import nn
from transformers import PreTrainedTokenizerFast

from .captions import NAMES, caption
from .model import QUERIES, Heads
from .scenes import Scene

IGNORED = -100


def encode(
    scenes: list[Scene], tokenizer: PreTrainedTokenizerFast, image: int, rng: random.Random
) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids (<image>…, bos, a new caption, eos) padded on the right, and where they are real."""
    head, end = [image] * QUERIES, tokenizer.eos_token_id
    texts = tokenizer([" " + caption(scene, rng) for scene in scenes])["input_ids"]
    rows = [[*head, *ids, end] for ids in texts]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [tokenizer.pad_token_id] * (longest - len(row)) for row in rows])
    real = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return ids, real


def caption_loss(logits: torch.Tensor, ids: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of each caption token given those before it."""
    targets = ids.masked_fill(real == 0, IGNORED)[:, QUERIES + 1 :]
    return nn.functional.cross_entropy(logits[:, QUERIES:-1].flatten(0, 1), targets.flatten(), ignore_index=IGNORED)


def class_loss(
    heads: Heads, states: torch.Tensor, truth: torch.Tensor, scenes: list[Scene]
) -> tuple[torch.Tensor, list[float]]:
    """How wrong the helper heads are, and each one's share of right answers."""
    scores, things = heads(states)
    there = torch.tensor([[float(scene.count(name) > 0) for name in NAMES] for scene in scenes])
    loss = 2.0 * nn.functional.binary_cross_entropy_with_logits(things, there)
    for part, score in enumerate(scores):
        loss = loss + nn.functional.cross_entropy(score, truth[:, part], label_smoothing=0.05)
    return loss, [(score.argmax(1) == truth[:, part]).float().mean().item() for part, score in enumerate(scores)]
