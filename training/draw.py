"""Draws one scene, or a sheet of many: `python -m training.draw --seed 7 --out x.png`."""

from __future__ import annotations

import argparse
import random

from PIL import Image

from .captions import caption
from .scenes import describe, draw


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--sheet", type=int, default=0, help="draw so many seeds on one sheet")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    if not args.sheet:
        scene = describe(args.seed)
        draw(scene, args.height).save(args.out)
        print(scene)
        print(caption(scene, random.Random(args.seed)))
        return
    across = 8
    sheet = Image.new("RGB", (across * 240, -(-args.sheet // across) * 180))
    for k in range(args.sheet):
        picture = draw(describe(args.seed + k), 180 * 2).resize((240, 180))
        sheet.paste(picture, (k % across * 240, k // across * 180))
    sheet.save(args.out)


if __name__ == "__main__":
    main()
