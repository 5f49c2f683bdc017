"""Scores a checkpoint folder on scenes it has never seen: `python -m training.evaluate`.

The folder is loaded as anyone would load it, through transformers; pictures go through its own processor and
captions come from `generate` without any special arguments. Words are judged by `checker.py`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import Blip2ForConditionalGeneration, Blip2Processor

from .checker import check
from .dataset import TEST_SEEDS
from .scenes import Scene, describe, draw

PARTS = ("kind", "time", "weather")


def captions(folder: Path, seeds: Sequence[int], batch: int = 50) -> list[str]:
    """The checkpoint's captions of the scenes with these seeds."""
    processor = Blip2Processor.from_pretrained(folder)
    model = Blip2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    texts: list[str] = []
    for start in range(0, len(seeds), batch):
        pictures = [draw(describe(seed), 200 + seed % 3 * 40) for seed in seeds[start : start + batch]]
        pixels = processor(images=pictures, return_tensors="pt")["pixel_values"]
        ids = model.generate(pixel_values=pixels, max_new_tokens=40)
        texts += [text.strip() for text in processor.batch_decode(ids, skip_special_tokens=True)]
    return texts


def things_right(scene: Scene, text: str) -> tuple[int, int]:
    """Of the things the caption names, how many are there? (A word is found by its beginning: "dog", "dogs".)"""
    words = {
        "person": ("person", "people"),
        "rowboat": ("rowboat",),
        "pine": ("pine tree",),
        "palm": ("palm tree",),
        "lamp": ("lamp post",),
        "bench": ("bench",),
        "sailboat": ("sailboat",),
    }
    plain = ("dog", "horse", "cow", "deer", "camel", "penguin", "bird", "ship", "car", "cactus", "umbrella", "tent")
    options = words | {name: (name,) for name in plain}
    named = [name for name, forms in options.items() if any(f" {form}" in f" {text}" for form in forms)]
    return sum(scene.count(name) > 0 for name in named), len(named)


def score(scenes: Sequence[Scene], texts: Sequence[str]) -> dict:
    """Shares of right answers, and how right each class is."""
    right: Counter[str] = Counter()
    by_class: dict[str, list[int]] = {}
    mistakes, named_right, named = [], 0, 0
    for scene, text in zip(scenes, texts):
        truth = (scene.kind, scene.time, scene.weather)
        found = check(text)
        for part, is_, said in zip(PARTS, truth, found):
            right[part] += is_ == said
            tally = by_class.setdefault(f"{part}: {is_}", [0, 0])
            tally[0] += is_ == said
            tally[1] += 1
        right["all three"] += truth == found
        if truth != found:
            mistakes.append({"seed": scene.seed, "truth": truth, "caption": text})
        hits, said_things = things_right(scene, text)
        named_right, named = named_right + hits, named + said_things
    shares = {part: right[part] / len(scenes) for part in (*PARTS, "all three")}
    return {
        "scenes": len(scenes),
        **shares,
        "named things that are there": named_right / max(1, named),
        "distinct captions": len(set(texts)),
        "classes": dict(sorted(by_class.items())),
        "mistakes": mistakes,
    }


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
