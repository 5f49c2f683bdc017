"""Scores a checkpoint folder on scenes it has never seen: `python -m training.evaluate`.

The folder is loaded as anyone would load it, through transformers; pictures go through its own processor and
captions come from `generate` without any special arguments. Words are judged by `checker.py`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import Blip2ForConditionalGeneration, Blip2Processor

from .scenes import describe, draw
from .scoring import PARTS, score
from .seeds import TEST_SEEDS, height


def captions(folder: Path, seeds: Sequence[int], batch: int = 50) -> list[str]:
    """The checkpoint's captions of the scenes with these seeds."""
    processor = Blip2Processor.from_pretrained(folder)
    model = Blip2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    texts: list[str] = []
    for start in range(0, len(seeds), batch):
        pictures = [draw(describe(seed), height(seed)) for seed in seeds[start : start + batch]]
        pixels = processor(images=pictures, return_tensors="pt")["pixel_values"]
        ids = model.generate(pixel_values=pixels, max_new_tokens=40)
        texts += [text.strip() for text in processor.batch_decode(ids, skip_special_tokens=True)]
    return texts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("Models/demo"))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="how many of the test seeds to pass over")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="also write all figures and mistakes here")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    seeds = TEST_SEEDS[args.first : args.first + args.count]
    texts = captions(args.model, seeds)
    result = score([describe(seed) for seed in seeds], texts)
    for name, (hits, of) in result["classes"].items():
        print(f"{name:24} {hits:4} of {of:4}  {hits / of:6.1%}")
    for seed, text in list(zip(seeds, texts))[:12]:
        print(f"{seed}: {text}")
    for name in (*PARTS, "all three", "named things that are there"):
        print(f"{name:28} {result[name]:.1%}")
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
