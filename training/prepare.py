"""Draws the training pictures into the cache: `python -m training.prepare --count 40000`."""

from __future__ import annotations

import argparse
from pathlib import Path

from .dataset import DEFAULT_CACHE, Pictures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    Pictures(args.cache, args.count).fill(args.workers)


if __name__ == "__main__":
    main()
