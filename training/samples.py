"""Draws the repository's sample pictures, all from seeds never trained on: `python -m training.samples`."""

from __future__ import annotations

import argparse
from pathlib import Path

from .dataset import TEST_SEEDS
from .scenes import describe, draw

SAMPLES = {  # file name: number among the test seeds
    "harbour-evening": 3778,
    "beach-day": 4755,
    "city-rain-night": 8825,
    "forest-fog-morning": 19761,
    "mountains-snow": 17436,
    "fireworks-night": 1104,
    "meadow-flowers": 3882,
    "storm-at-sea": 8229,
    "campfire-night": 2776,
    "balloons-morning": 4424,
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
