"""Times captions of transformers and of image-to-song on the same checkpoint, in one run, turn by turn.

    python Benchmarks/compare_transformers.py .build/release/image-to-song Models/demo
    python Benchmarks/compare_transformers.py BINARY CHECKPOINT --precisions int8,int4 --dtypes bfloat16 --json

Every precision of ours and every dtype of theirs is a process of its own that stays. They take turns at one picture, one
picture with three beams, and four and eight pictures at once, from pixels to token ids, with the same number of new tokens. What does
not fit into memory together is measured in blocks, one after the other, and its ratios are marked.
Needs the Python packages torch and transformers.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

# Pictures side by side, and beams of each.
TASKS = {"1 picture, greedy": (1, 1), "1 picture, 3 beams": (1, 3), "4 pictures, greedy": (4, 1),
         "8 pictures, greedy": (8, 1)}
# Bytes that a process takes for each number of the checkpoint, roughly: what decides who fits beside whom.
BYTES = {"fp32": 4.4, "fp16": 2.4, "int8": 1.4, "int4": 1.1, "float32": 4.6, "bfloat16": 2.6, "float16": 2.6}


# MARK: transformers, in a process of its own


def memory() -> dict[str, int]:
    """This process's memory, by the names that `image-to-song bench` has for it."""
    names = {"RssAnon": "rss_anon_bytes", "RssFile": "rss_file_bytes", "VmRSS": "rss_bytes", "VmHWM": "peak_rss_bytes"}
    lines = (line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {names[name]: int(value.split()[0]) * 1024 for name, value in lines if name in names}


def work(checkpoint: str, dtype: str, tokens: int, threads: int) -> None:
    """Loads a model, then takes a turn for each line of standard input, as `image-to-song bench turns` does."""
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    start = time.perf_counter()
    kind = json.loads((Path(checkpoint) / "config.json").read_text())["architectures"][0]
    model = getattr(transformers, kind).from_pretrained(
        checkpoint, dtype=getattr(torch, dtype), local_files_only=True).eval()
    loaded = time.perf_counter()
    side = getattr(model.config.vision_config, "image_size", 768)

    def turn(pictures: int, beams: int) -> float:
        pixels = torch.randn(1, 3, side, side).to(model.dtype).expand(pictures, -1, -1, -1).contiguous()
        begin = time.perf_counter()
        with torch.inference_mode():
            made = model.generate(
                pixel_values=pixels, **prompt(model, pictures), num_beams=beams, do_sample=False,
                min_new_tokens=tokens, max_new_tokens=tokens)
        seconds = time.perf_counter() - begin
        if made.shape[0] != pictures or made.shape[1] < tokens:
            raise SystemExit(f"transformers made {tuple(made.shape)} tokens where {pictures} × {tokens} were asked for.")
        return seconds

    first = turn(1, 1)
    load = {"seconds": loaded - start, "first_caption_seconds": first, "memory": memory(), "was_compiled": True}
    print(json.dumps({"load": load}), flush=True)
    for line in sys.stdin:
        pictures, beams = (int(word) for word in line.split())
        print(json.dumps({"seconds": turn(pictures, beams), "memory": memory()}), flush=True)


def prompt(model, pictures: int) -> dict:
    """What a model is asked where it has to be asked: as many tokens as a short question has."""
    import torch

    kind = type(model).__name__
    if kind == "BlipForQuestionAnswering":
        return {"input_ids": torch.tensor([[101, 2054, 2003, 1999, 1996, 3861, 1029, 102]] * pictures)}
    if kind == "Florence2ForConditionalGeneration":
        text = [model.config.image_token_id] * 577 + [0, 2264, 473, 5, 2274, 6190, 116, 2]
        return {"input_ids": torch.tensor([text] * pictures)}
    if kind == "InstructBlipForConditionalGeneration":
        image = [model.config.image_token_index] * model.config.num_query_tokens
        text = [[3, 1, 5, 7, 9, 11, 13, 1]] * pictures
        return {"input_ids": torch.tensor([image + row for row in text]), "qformer_input_ids": torch.tensor(text)}
    return {}


# MARK: Both


@dataclass
class Contender:
    """A process that captions once for each line it is sent."""

    name: str
    is_ours: bool
    command: list[str]
    bytes_needed: float
    block: int = 0
    ready_seconds: float = 0
    load: dict = field(default_factory=dict)
    turns: dict[str, list[float]] = field(default_factory=dict)
    process: subprocess.Popen | None = None

    def start(self) -> None:
        self.errors = tempfile.TemporaryFile("w+")
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.load = self.answer()["load"]
        self.ready_seconds = time.perf_counter() - begin
        if not self.load["was_compiled"]:
            # Compiling happens once in a model's life: the next start is what counts.
            self.stop()
            self.start()

    def answer(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            said = "\n".join(self.errors.read().strip().splitlines()[-5:])
            raise SystemExit(f"{self.name} ended with status {self.process.returncode}:\n{said}")
        return json.loads(line)

    def turn(self, pictures: int, beams: int) -> float:
        self.process.stdin.write(f"{pictures} {beams}\n")
        self.process.stdin.flush()
        answer = self.answer()
        if answer.get("memory"):
            self.load["memory"]["peak_rss_bytes"] = answer["memory"]["peak_rss_bytes"]
        return answer["seconds"]

    def stop(self) -> None:
        if self.process:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()
            self.errors.close()
            self.process = None

    def median(self, task: str) -> float:
        return statistics.median(self.turns[task])


def parameter_count(checkpoint: Path) -> int:
    """Numbers in all tensors, from the headers of the safetensors files."""
    count = 0
    for path in checkpoint.glob("*.safetensors"):
        with path.open("rb") as file:
            header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        for name, tensor in header.items():
            if name != "__metadata__":
                size = 1
                for length in tensor["shape"]:
                    size *= length
                count += size
    if count == 0:
        raise SystemExit(f"{checkpoint} holds no safetensors file: name a checkpoint's folder.")
    return count


def blocks(contenders: list[Contender]) -> list[list[Contender]]:
    """Those that fit into memory together, in as many blocks as that takes."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    available = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    room = 0.9 * available - (1 << 30)
    found: list[list[Contender]] = []
    for contender in contenders:
        for block in found:
            if sum(one.bytes_needed for one in block) + contender.bytes_needed <= room:
                block.append(contender)
                break
        else:
            found.append([contender])
    for number, block in enumerate(found):
        for contender in block:
            contender.block = number
    return found


def measure(block: list[Contender], repetitions: int) -> None:
    try:
        for contender in block:
            print(f"loading {contender.name}", file=sys.stderr)
            contender.start()
        for task, (pictures, beams) in TASKS.items():
            for repetition in range(repetitions + 1):
                for contender in block:
                    # Threads that spin after a turn go to sleep, and do not slow the next one down.
                    time.sleep(0.05)
                    seconds = contender.turn(pictures, beams)
                    # The first one warms up.
                    if repetition:
                        contender.turns.setdefault(task, []).append(seconds)
            print(f"{task}: " + ", ".join(f"{one.name} {one.median(task):.3f} s" for one in block), file=sys.stderr)
    finally:
        for contender in block:
            contender.stop()


# MARK: What came out


def ratios(contenders: list[Contender]) -> list[dict]:
    return [
        {
            "task": task, "ours": ours.name, "theirs": theirs.name, "alternated": ours.block == theirs.block,
            "ratio": theirs.median(task) / ours.median(task),
        }
        for theirs in contenders if not theirs.is_ours
        for ours in contenders if ours.is_ours
        for task in TASKS
    ]


def table(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.rjust(width) if column else cell.ljust(width)
                  for column, (cell, width) in enumerate(zip(row, widths))) for row in rows)


def tables(contenders: list[Contender]) -> str:
    names = [one.name for one in contenders]
    seconds = [["seconds"] + names]
    seconds += [[task] + [f"{one.median(task):.4f}" for one in contenders] for task in TASKS]
    start = [["start and memory"] + names]
    start.append(["from the command to the first caption, s"] + [f"{one.ready_seconds:.2f}" for one in contenders])
    start.append(["loading the model, s"] + [f"{one.load['seconds']:.2f}" for one in contenders])
    start.append(["first caption, s"] + [f"{one.load['first_caption_seconds']:.2f}" for one in contenders])
    for title, key in [
        ("resident after it, MB", "rss_bytes"), ("its own (RssAnon), MB", "rss_anon_bytes"),
        ("mapped files (RssFile), MB", "rss_file_bytes"), ("at most, to the end, MB", "peak_rss_bytes"),
    ]:
        start.append([title] + [f"{one.load['memory'][key] / 1e6:.0f}" for one in contenders])
    compared = ratios(contenders)
    pairs = list(dict.fromkeys((one["theirs"], one["ours"]) for one in compared))
    faster = [["times as fast"] + list(TASKS)]
    for theirs, ours in pairs:
        cells = [one for one in compared if (one["theirs"], one["ours"]) == (theirs, ours)]
        faster.append([f"{ours} than {theirs}"] + [f"{one['ratio']:.2f}{'' if one['alternated'] else ' *'}" for one in cells])
    text = "\n\n".join(table(rows) for rows in (seconds, faster, start))
    if not all(one["alternated"] for one in compared):
        text += "\n\n* not in turns: the two do not fit into memory together"
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description="Times transformers and image-to-song on the same checkpoint, turn by turn.")
    parser.add_argument("binary", type=Path, help="the program image-to-song")
    parser.add_argument("checkpoint", type=Path, help="a folder with a checkpoint")
    parser.add_argument("--precisions", default="int8,int4,fp32", help="of ours (%(default)s)")
    parser.add_argument("--dtypes", default="bfloat16,float32", help="of transformers (%(default)s)")
    parser.add_argument("--tokens", type=int, default=11, help="new tokens of each caption (%(default)s)")
    parser.add_argument("--repeat", type=int, default=5, help="turns that each median is of (%(default)s)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of torch; all cores by default")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return work(str(arguments.checkpoint), arguments.worker, arguments.tokens, arguments.threads)

    missing = [name for name in ("torch", "transformers") if importlib.util.find_spec(name) is None]
    if missing:
        raise SystemExit(
            f"{sys.executable} lacks {' and '.join(missing)}: `pip install -r Benchmarks/requirements.txt`, or use a Python that has both.")
    if not os.access(arguments.binary, os.X_OK) or arguments.binary.is_dir():
        raise SystemExit(f"{arguments.binary} is no program: build it with `swift build -c release` and name it here.")
    if arguments.repeat < 1 or arguments.tokens < 2:
        parser.error("--repeat may be 1 or more, --tokens 2 or more")
    unknown = [name for name in f"{arguments.precisions},{arguments.dtypes}".split(",") if name not in BYTES]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; known are {', '.join(BYTES)}")
    count = parameter_count(arguments.checkpoint)
    common = ["--tokens", str(arguments.tokens)]
    theirs = [
        Contender(
            f"transformers {dtype}", False,
            [sys.executable, __file__, str(arguments.binary), str(arguments.checkpoint), "--worker", dtype,
             "--threads", str(arguments.threads)] + common, count * BYTES[dtype])
        for dtype in arguments.dtypes.split(",")
    ]
    ours = [
        Contender(
            precision, True,
            [str(arguments.binary), "bench", "turns", "--model", str(arguments.checkpoint), "--precision", precision]
            + common, count * BYTES[precision])
        for precision in arguments.precisions.split(",")
    ]
    # Those that people run today first, so that the block of the first dtype has as many of ours as fit.
    contenders = theirs[:1] + ours + theirs[1:]
    for block in blocks(contenders):
        measure(block, arguments.repeat)
    contenders = theirs + ours
    if not arguments.json:
        return print(tables(contenders))
    from importlib.metadata import version
    print(json.dumps({
        "model": str(arguments.checkpoint), "parameters": count, "tokens": arguments.tokens, "repeat": arguments.repeat,
        "threads": arguments.threads, "torch": version("torch"), "transformers": version("transformers"),
        "contenders": [
            {"name": one.name, "block": one.block, "ready_seconds": one.ready_seconds, "load": one.load,
             "median_seconds": {task: one.median(task) for task in TASKS}} for one in contenders
        ],
        "ratios": ratios(contenders),
    }))


if __name__ == "__main__":
    main()
