"""Scores the program's own captions of scenes the model has never seen, at each precision.

    python -m training.evaluate_precisions --program .build/release/image-to-song

The pictures are drawn as PNG files; `image-to-song caption --json` says what they show. A precision fails that loses more
than --most-lost of a score that fp32, or whichever comes first, has; the exit status is then 1. Needs numpy, pillow and skia-python.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing import Pool
from pathlib import Path

from .scenes import describe, draw
from .scoring import PARTS, score
from .seeds import TEST_SEEDS, height

SCORES = (*PARTS, "all three", "named things that are there")


def paint(job: tuple[int, Path]) -> None:
    """Draws a scene into a file, unless it is there."""
    seed, path = job
    if not path.exists():
        draft = path.with_suffix(".part")
        draw(describe(seed), height(seed)).save(draft, format="PNG")
        draft.rename(path)


def paint_all(seeds: Sequence[int], folder: Path, workers: int) -> list[Path]:
    """The pictures of some scenes, in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{seed}.png" for seed in seeds]
    with Pool(workers) as pool:
        pool.map(paint, list(zip(seeds, paths)), chunksize=10)
    return paths


def captions(program: Path, model: Path, precision: str, pictures: Sequence[Path]) -> tuple[list[str], float]:
    """What the program says of each picture, and the middle of the seconds that it took for one."""
    command = [str(program), "caption", "--model", str(model), "--precision", precision, "--json", *map(str, pictures)]
    finished = subprocess.run(command, capture_output=True, text=True)
    if finished.returncode != 0:
        sys.exit(f"{program} failed at {precision}:\n{finished.stderr[-2000:]}")
    answers = [json.loads(line) for line in finished.stdout.splitlines()]
    seconds = sorted(answer["seconds"] for answer in answers)
    return [answer["caption"].strip() for answer in answers], seconds[len(seconds) // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=Path(".build/release/image-to-song"))
    parser.add_argument("--model", type=Path, default=Path("Models/demo"))
    parser.add_argument("--precisions", nargs="+", default=["fp32", "int8", "int4"])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--first", type=int, default=0, help="how many of the test seeds to pass over")
    parser.add_argument("--most-lost", type=float, default=0.01, help="of each of the checker's scores (default 0.01)")
    parser.add_argument("--workers", type=int, default=2, help="processes that draw")
    parser.add_argument("--pictures", type=Path, help="keep the pictures here, and take those that are there")
    parser.add_argument("--json", type=Path, help="also write all figures and captions here")
    args = parser.parse_args()
    seeds = TEST_SEEDS[args.first : args.first + args.count]
    with tempfile.TemporaryDirectory() as temporary:
        pictures = paint_all(seeds, args.pictures or Path(temporary), args.workers)
        told = {precision: captions(args.program, args.model, precision, pictures) for precision in args.precisions}
    scenes = [describe(seed) for seed in seeds]
    results = {precision: score(scenes, texts) for precision, (texts, _) in told.items()}
    reference = args.precisions[0]
    print(f"{len(seeds)} scenes{'':22}" + "".join(f"{precision:>10}" for precision in results))
    for name in SCORES:
        print(f"{name:32}" + "".join(f"{result[name]:10.1%}" for result in results.values()))
    same = [sum(map(str.__eq__, texts, told[reference][0])) / len(seeds) for texts, _ in told.values()]
    print(f"{'captions equal to ' + reference:32}" + "".join(f"{share:10.1%}" for share in same))
    print(f"{'seconds for a picture':32}" + "".join(f"{seconds:10.4f}" for _, seconds in told.values()))
    if args.json:
        figures = {precision: {**results[precision], "captions": texts} for precision, (texts, _) in told.items()}
        args.json.write_text(json.dumps(figures, indent=1) + "\n")
    # What the checker judges; the things named are shown beside it.
    lost = {
        precision: max(results[reference][name] - result[name] for name in (*PARTS, "all three"))
        for precision, result in results.items()
    }
    poor = [precision for precision, share in lost.items() if share > args.most_lost]
    for precision in poor:
        print(f"{precision} loses {lost[precision]:.1%} of a score; at most {args.most_lost:.1%} may be lost.")
    sys.exit(1 if poor else 0)


if __name__ == "__main__":
    main()
