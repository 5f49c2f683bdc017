"""Holds what transformers generates with the tiny checkpoints: writes generation.json beside this script.

    python make_generation.py
    python make_generation.py --cases 60 --out /some/file.json    # many more, for a long night

Needs torch, transformers 5 and safetensors. Equal versions of these give an equal file.

`checkpoints` is a list of {name, cases}. A case has `pictures` (rows of pixel_values in the checkpoint's
reference.safetensors), `prompts` (a row of ids for each picture, or null), `arguments` (of `generate`), and what came
out: `sequences` (the new tokens of each text up to its end, as many texts in a row as a picture gives) and `scores`
(null without beams).

`distributions` is a list of {arguments, beams, context, ids, logits, scores}: the raw scores of the token behind `ids`,
the first `context` of which are no new ones, and what transformers' processors make of them (null for -inf).

A case is taken only if it says something and rounding does not decide it; see `robust` and `telling`.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from transformers import Blip2ForConditionalGeneration, LogitsProcessor
from transformers.utils import logging

FOLDER = Path(__file__).parent
# Checkpoints, and how many cases are drawn for each.
SUBJECTS = {
    "opt-pre-norm": 8, "several-ends": 8, "opt-350m-form": 6, "opt-post-norm": 6, "uneven-patches-min-length": 5,
    "bf16-sharded": 5, "no-final-layer-norm": 5, "t5-flan-form": 7, "t5-tied-relu": 6, "t5-far-positions": 5,
    "t5-several-ends": 6,
}
NOISE = 1e-3  # relative noise on every score that must not change a text
SMALL_NOISE = 1e-4  # relative noise on every score that must not change what may be drawn
TRIES = 1000

Arguments = dict[str, Any]


class Noise(LogitsProcessor):
    """Moves every score by a little; what was ruled out or forced stays so."""

    def __init__(self, seed: int) -> None:
        self.dice = torch.Generator().manual_seed(seed)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return scores * (1 + NOISE * torch.randn(scores.shape, generator=self.dice, dtype=scores.dtype))


class Subject:
    """A checkpoint with its pictures, and what `generate` makes of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        load = dict(attn_implementation="eager")
        self.model = Blip2ForConditionalGeneration.from_pretrained(FOLDER / name, dtype=torch.float32, **load).eval()
        self.exact = Blip2ForConditionalGeneration.from_pretrained(FOLDER / name, dtype=torch.float64, **load).eval()
        self.pixels = load_file(FOLDER / name / "reference.safetensors")["pixel_values"]
        config = self.model.config
        self.has_encoder = self.model.language_model.config.is_encoder_decoder
        # Prompts are drawn from the ids below the image token, which stands behind all words.
        self.words = min(config.text_config.vocab_size - 3, config.image_token_index or config.text_config.vocab_size)
        # Where embeddings are narrower than the layers, a row depends on those before it; see README.md.
        width = getattr(config.text_config, "word_embed_proj_dim", None)
        self.whole_batches = width is not None and width != config.text_config.hidden_size
        self.image = [] if config.image_token_index is None else [config.image_token_index] * config.num_query_tokens

    @torch.no_grad()
    def generate(self, case: dict, arguments: Arguments, noise: int | None = None, exact: bool = False) -> Any:
        model = self.exact if exact else self.model
        given = {}
        if case["prompts"]:
            given["input_ids"] = torch.tensor([self.image + prompt for prompt in case["prompts"]])
        processors = [] if noise is None else [Noise(noise)]
        return model.generate(
            self.pixels[case["pictures"]].to(model.dtype), **given, **arguments, logits_processor=processors,
            return_dict_in_generate=True, output_scores=True, output_logits=True)

    def context(self, case: dict) -> int:
        """How many tokens of a sequence are not new."""
        if self.has_encoder:
            return 1
        return len(self.image) + (len(case["prompts"][0]) if case["prompts"] else 1)

    def texts(self, output: Any, case: dict, arguments: Arguments) -> list[list[int]]:
        """New tokens up to the end."""
        ends = arguments["eos_token_id"]
        ends = ends if isinstance(ends, list) else [ends]
        rows = output.sequences[:, self.context(case):].tolist()
        return [row[:next((at + 1 for at, token in enumerate(row) if token in ends), len(row))] for row in rows]


def draw_case(subject: Subject, dice: random.Random) -> dict:
    """Pictures, in batches too, and prompts of one length."""
    count = len(subject.pixels)
    pictures = list(range(count)) if subject.whole_batches else [
        dice.randrange(count) for _ in range(dice.choice([1, 1, 2, 3]))]
    length = dice.choice([0, 0, 2, 4])
    prompts = [[2] + [dice.randrange(4, subject.words) for _ in range(length - 1)] for _ in pictures]
    return {"pictures": pictures, "prompts": prompts if length else None}


def draw_arguments(subject: Subject, case: dict, dice: random.Random) -> Arguments:
    """Arguments of `generate`, most of which have something to do."""
    beams, new = dice.choice([1, 2, 2, 3, 3, 5]), dice.randrange(5, 13)
    arguments: Arguments = {"num_beams": beams, "max_new_tokens": new, "do_sample": False}
    free = subject.generate(case, {**arguments, "eos_token_id": -1, "num_return_sequences": beams})
    rows = free.sequences[:, subject.context(case):].tolist()
    arguments["eos_token_id"] = sorted({dice.choice(dice.choice(rows)[1:]) for _ in range(dice.choice([1, 1, 2, 3]))})
    if len(arguments["eos_token_id"]) == 1:
        arguments["eos_token_id"] = arguments["eos_token_id"][0]
    if beams > 1:
        arguments["early_stopping"] = dice.choice([False, True, "never"])
        arguments["length_penalty"] = dice.choice([-1.0, 0.0, 0.6, 1.0, 2.0])
        if dice.random() < 0.5:
            arguments["num_return_sequences"] = dice.randrange(2, beams + 1)
    row = dice.choice(rows)
    words = [[dice.choice(row)], row[1:3], row[0:3]]
    likely = {
        "min_new_tokens": lambda: dice.randrange(2, new + 1),
        "repetition_penalty": lambda: dice.choice([0.7, 1.3, 2.5]),
        "no_repeat_ngram_size": lambda: dice.choice([1, 2, 3]),
        "bad_words_ids": lambda: dice.sample(words, dice.choice([1, 2, 3])),
        "forced_eos_token_id": lambda: dice.choice(
            [dice.randrange(4, 60), sorted(dice.sample(range(4, 60), 2))] if beams == 1 else [dice.randrange(4, 60)]),
        "forced_bos_token_id": lambda: dice.randrange(4, 60),
    }
    for key, draw in likely.items():
        if dice.random() < 0.3:
            arguments[key] = draw()
    return arguments


def result(subject: Subject, case: dict, arguments: Arguments, **more: Any) -> tuple[list[list[int]], list | None]:
    output = subject.generate(case, arguments, **more)
    scores = output.sequences_scores.tolist() if arguments["num_beams"] > 1 else None
    return subject.texts(output, case, arguments), scores


def robust(subject: Subject, case: dict, arguments: Arguments, texts: list) -> bool:
    """Whether neither more precision nor a little noise changes a text."""
    return result(subject, case, arguments, exact=True)[0] == texts and all(
        result(subject, case, arguments, noise=seed)[0] == texts for seed in range(4))


def telling(subject: Subject, case: dict, arguments: Arguments, found: tuple) -> set[str]:
    """The arguments without which something else comes out."""
    keys = [key for key in arguments if key not in ("max_new_tokens", "eos_token_id", "do_sample")]

    def without(key: str) -> Arguments:
        if key != "num_beams":
            return {name: value for name, value in arguments.items() if name != key}
        beam_only = ("early_stopping", "length_penalty", "num_return_sequences")
        return {name: value for name, value in arguments.items() if name not in beam_only} | {"num_beams": 1}

    def differs(key: str) -> bool:
        texts, scores = result(subject, case, without(key))
        if texts != found[0] or (scores is None) != (found[1] is None):
            return True
        return scores is not None and any(abs(a - b) > 1e-3 for a, b in zip(scores, found[1]))

    return {key for key in keys if differs(key)}


# Each case says something of one of these at least, in turn.
FOCUS = ["early_stopping", "length_penalty", "no_repeat_ngram_size", "num_beams", "repetition_penalty", "bad_words_ids",
         "min_new_tokens", "early_stopping", "num_return_sequences", "forced_eos_token_id"]


def draw(subject: Subject, number: int, covered: dict[str, int]) -> dict:
    focus = FOCUS[(number + len(subject.name)) % len(FOCUS)]
    for attempt in range(TRIES):
        dice = random.Random(f"{subject.name}/{number}/{attempt}")
        case = draw_case(subject, dice)
        arguments = draw_arguments(subject, case, dice)
        texts, scores = found = result(subject, case, arguments)
        if focus not in arguments or (scores and not all(score > -1e6 for score in scores)):
            continue
        if not robust(subject, case, arguments, texts):
            continue
        says = telling(subject, case, arguments, found)
        if focus not in says or len(says) < 2:
            continue
        for key in says:
            value = arguments[key]
            name = f"{key}={value}" if key in ("num_beams", "early_stopping", "length_penalty") else key
            covered[name] = covered.get(name, 0) + 1
        return {**case, "arguments": arguments, "sequences": texts, "scores": scores}
    raise SystemExit(f"{subject.name}: no good case of {focus} in {TRIES} tries")


# What has to be held by at least one case.
WANTED = [
    "num_beams=2", "num_beams=3", "num_beams=5", "length_penalty=-1.0", "length_penalty=0.0", "length_penalty=0.6",
    "length_penalty=2.0", "early_stopping=True", "early_stopping=never", "num_return_sequences", "min_new_tokens",
    "repetition_penalty", "no_repeat_ngram_size", "bad_words_ids", "forced_eos_token_id", "forced_bos_token_id",
]

SAMPLING: list[Arguments] = [
    {"temperature": 0.7, "top_k": 12},
    {"temperature": 1.6, "top_k": 0, "top_p": 0.8},
    {"top_k": 20, "top_p": 0.6, "repetition_penalty": 1.4, "no_repeat_ngram_size": 2},
    {"top_k": 0, "min_p": 0.1, "min_new_tokens": 4, "bad_words_ids": [[9], [12, 31]]},
    {"top_k": 1, "top_p": 0.3, "num_beams": 3},
    {"temperature": 0.5, "top_k": 0, "top_p": 0.05, "num_beams": 2, "repetition_penalty": 0.8},
    {"top_k": 0, "min_p": 0.9, "num_beams": 2},
]


def floats(values: torch.Tensor) -> list[float | None]:
    return [None if math.isinf(value) else float(f"{value:.9g}") for value in values.tolist()]


def distributions(subject: Subject) -> list[dict]:
    """Scores before and behind the processors, at some steps of samples."""
    found, model = [], subject.model.language_model
    case = {"pictures": [0], "prompts": [[2, 20, 31, 20, 44]]}
    context = subject.context(case)
    for number, more in enumerate(SAMPLING):
        beams = more.get("num_beams", 1)
        arguments = {"num_beams": beams, "max_new_tokens": 8, "do_sample": True, "eos_token_id": [9, 78], **more}
        torch.manual_seed(number)
        output = subject.generate(case, arguments)
        config, _ = model._prepare_generation_config(None, **arguments)
        model._prepare_special_tokens(config, device="cpu")
        config.max_length = context + 8
        processors = model._get_logits_processor(config, input_ids_seq_length=context, model_kwargs={}, device="cpu")
        # Which beam has which tokens is not told, so that beams are held at their first step.
        steps = 0
        for step in range(1 if beams > 1 else len(output.scores)):
            ids, logits = output.sequences[:1, :context + step], output.logits[step][:1]

            def processed(logits: torch.Tensor) -> torch.Tensor:
                return processors(ids, logits.log_softmax(-1) if beams > 1 else logits.clone())

            scores = processed(logits)
            assert torch.equal(scores, output.scores[step][:1]), "these are not the processors of generate"
            noise = 1 + SMALL_NOISE * torch.randn(logits.shape, generator=torch.Generator().manual_seed(step))
            if not torch.equal(processed(logits * noise).isinf(), scores.isinf()) or steps == 3:
                continue
            steps += 1
            found.append({"arguments": arguments, "context": context, "ids": ids[0].tolist(),
                          "logits": floats(logits[0]), "scores": floats(scores[0])})
        assert steps, f"{more} is decided by rounding"
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes what transformers generates with the tiny checkpoints.")
    parser.add_argument("--cases", type=int, metavar="N", help="draw N cases of each checkpoint")
    parser.add_argument("--out", type=Path, default=FOLDER / "generation.json", help="default: beside this script")
    options = parser.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    covered: dict[str, int] = {}
    parts = []
    for name, count in SUBJECTS.items():
        subject = Subject(name)
        cases = [draw(subject, number, covered) for number in range(options.cases or count)]
        lines = ",\n".join("  " + json.dumps(case) for case in cases)
        parts.append(f'{{"name": "{name}", "cases": [\n{lines}\n]}}')
        print(f"{name}: {count} cases", flush=True)
    lacking = [name for name in WANTED if name not in covered]
    assert not lacking, f"no case holds {', '.join(lacking)}"
    lines = ",\n".join("  " + json.dumps(entry) for entry in distributions(Subject("several-ends")))
    text = '{"checkpoints": [\n' + ",\n".join(parts) + f'\n], "distributions": [\n{lines}\n]}}\n'
    json.loads(text)
    options.out.write_text(text)
    print(f"{len(text) // 1000} kB; {dict(sorted(covered.items()))}")


if __name__ == "__main__":
    main()
