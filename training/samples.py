"""Draws the repository's sample pictures, all from seeds never trained on: `python -m training.samples`."""

from __future__ import annotations

import argparse
from pathlib import Path

from .scenes import describe, draw
from .seeds import TEST_SEEDS

# File name: number among the test seeds. Chosen for looks, and most for being described wholly right: no measure of
# the checkpoint, which `evaluate.py` takes on scenes that nobody chose.
SAMPLES = {
    "harbour-evening": 3778,
    "beach-day": 17416,
    "city-rain-night": 8825,
    "forest-fog-morning": 15095,
    "mountains-snow": 5392,
    "fireworks-night": 1104,
    "meadow-flowers": 9417,
    "storm-at-sea": 8229,
    "campfire-night": 6014,
    "balloons-morning": 2184,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--out", type=Path, default=Path("Samples"))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name, number in SAMPLES.items():
        scene = describe(TEST_SEEDS[number])
        draw(scene, args.height).save(args.out / f"{name}.jpg", quality=86)
        print(f"{name}.jpg: {scene}")


if __name__ == "__main__":
    main()
