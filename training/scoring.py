"""How right captions of drawn scenes are. Words are judged by `checker.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .checker import check
from .scenes import Scene

PARTS = ("kind", "time", "weather")


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
