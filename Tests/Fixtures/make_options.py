"""Holds what transformers generates with options that make_generation.py does not draw: writes options.json beside this script.

    python make_options.py

Needs what make_generation.py needs, and takes its rules of what is robust and telling.

Its form is that of generation.json. Each case has `log_probabilities` beside: for each text the mean of its tokens'
log-probabilities, by the logits of the model before any processor.

transformers looks for stop strings in prompts too, and in the names of special tokens; we look at the text that a reader gets
of the new tokens. So `stop_strings` stand behind no prompt, and end texts by what can be read.
"""

from __future__ import annotations

import json
import random
from typing import Any

import torch
from transformers import AutoTokenizer
from transformers.utils import logging

import make_generation as generation
from make_generation import FOLDER, Arguments, Subject

SUBJECTS = ["several-ends", "opt-pre-norm", "t5-flan-form", "t5-several-ends"]
# The arguments that each case holds one of, in turn, with one beam and with three.
FOCUS = ["max_length", "min_length", "suppress_tokens", "begin_suppress_tokens"]
# Where there is a tokenizer: how many texts end by a stop string, with one beam and with three.
STOPPED = 3
SAMPLING: list[Arguments] = [
    {"top_k": 0, "typical_p": 0.5},
    {"top_k": 0, "typical_p": 0.2, "temperature": 1.5},
    {"top_k": 0, "epsilon_cutoff": 0.02},
    {"top_k": 30, "epsilon_cutoff": 0.2, "num_beams": 2},
    {"top_k": 0, "eta_cutoff": 0.03},
    {"top_k": 0, "eta_cutoff": 0.3, "temperature": 0.6},
    {"top_k": 0, "min_p": 0.05, "typical_p": 0.9, "epsilon_cutoff": 0.001, "num_beams": 3},
    {"top_k": 25, "top_p": 0.9, "suppress_tokens": [8, 17, 40], "begin_suppress_tokens": [5, 9]},
]


class Writer(Subject):
    """A checkpoint with its tokenizer, so that strings end texts."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.tokenizer = AutoTokenizer.from_pretrained(FOLDER / name)

    def generate(self, case: dict, arguments: Arguments, *more: Any, **others: Any) -> Any:
        given = {"tokenizer": self.tokenizer} if "stop_strings" in arguments else {}
        return super().generate(case, {**arguments, **given}, *more, **others)

    def written(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=True)

    def texts(self, output: Any, case: dict, arguments: Arguments) -> list[list[int]]:
        """New tokens up to the end; an empty list for a text that transformers ended elsewhere than a reader would."""
        rows = super().texts(output, case, arguments)
        if "stop_strings" not in arguments:
            return rows
        strings, texts = arguments["stop_strings"], []
        for row in rows:
            ends = (at for at in range(1, len(row) + 1) if any(string in self.written(row[:at]) for string in strings))
            text = row[:next(ends, len(row))]
            is_ended = text[-1] == arguments["eos_token_id"] or any(string in self.written(text) for string in strings)
            is_full = len(row) == arguments["max_new_tokens"] and row[-1] != self.tokenizer.pad_token_id
            is_padded = all(token == self.tokenizer.pad_token_id for token in row[len(text):])
            texts.append(text if is_ended and is_padded or is_full else [])
        return texts

    def draw_stop_strings(self, row: list[int], dice: random.Random) -> list[str]:
        """Pieces of a text, which begin and end wherever in a token."""
        text = self.written(row)
        pieces = []
        for _ in range(dice.choice([1, 2])):
            start = dice.randrange(1, max(2, len(text)))
            pieces.append(text[start:start + dice.randrange(1, 4)])
        return [piece for piece in pieces if piece and "\ufffd" not in piece]


def log_probabilities(subject: Subject, case: dict, arguments: Arguments, texts: list[list[int]]) -> list[float]:
    """The mean log-probability of each text's tokens, by the model's own logits."""
    output = subject.generate(case, arguments, exact=True)
    steps = [step.log_softmax(-1) for step in output.logits]
    found = []
    for number, text in enumerate(texts):
        rows = output.beam_indices[number].tolist() if arguments["num_beams"] > 1 else [number] * len(text)
        found.append(sum(float(steps[at][rows[at], token]) for at, token in enumerate(text)) / len(text))
    return found


def draw_case(subject: Subject, focus: str, beams: int, number: int = 0) -> dict[str, Any]:
    for attempt in range(generation.TRIES):
        dice = random.Random(f"{subject.name}/{focus}/{beams}/{attempt + number * generation.TRIES}")
        case = generation.draw_case(subject, dice)
        if focus == "stop_strings":
            case["prompts"] = None
        context = subject.context(case)
        plain: Arguments = {"num_beams": beams, "max_new_tokens": 10, "do_sample": False, "eos_token_id": -1}
        free = subject.generate(case, plain).sequences[:, context:].tolist()
        arguments = {**plain, "eos_token_id": dice.choice(dice.choice(free)[1:])}
        if beams > 1 and dice.random() < 0.5:
            arguments["num_return_sequences"] = 2
        row = dice.choice(free)
        value: Any = {
            "max_length": context + dice.randrange(3, 8),
            "min_length": context + dice.randrange(4, 9),
            "suppress_tokens": sorted(set(dice.sample(row, 2))),
            "begin_suppress_tokens": [row[0]],
            "stop_strings": subject.draw_stop_strings(row, dice) if isinstance(subject, Writer) else [],
        }[focus]
        if value == []:
            continue
        arguments[focus] = value
        if focus == "max_length":
            del arguments["max_new_tokens"]
        found = generation.result(subject, case, arguments)
        if [] in found[0]:
            continue
        without = {name: value for name, value in arguments.items() if name != focus}
        without.setdefault("max_new_tokens", 10)
        if generation.result(subject, case, without)[0] == found[0]:
            continue
        if found[1] and not all(score > -1e6 for score in found[1]):
            continue
        if not generation.robust(subject, case, arguments, found[0]):
            continue
        means = log_probabilities(subject, case, arguments, found[0])
        return {**case, "arguments": arguments, "sequences": found[0],
                "log_probabilities": [float(f"{mean:.7g}") for mean in means]}
    raise SystemExit(f"{subject.name}: no good case of {focus} with {beams} beams")


def main() -> None:
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    parts = []
    for name in SUBJECTS:
        is_writer = (FOLDER / name / "tokenizer.json").exists()
        subject = Writer(name) if is_writer else Subject(name)
        cases = [draw_case(subject, focus, beams) for focus in FOCUS for beams in (1, 3)]
        cases += [draw_case(subject, "stop_strings", beams, number)
                  for number in range(STOPPED if is_writer else 0) for beams in (1, 3)]
        lines = ",\n".join("  " + json.dumps(case) for case in cases)
        parts.append(f'{{"name": "{name}", "cases": [\n{lines}\n]}}')
        print(name, flush=True)
    generation.SAMPLING = SAMPLING
    lines = ",\n".join("  " + json.dumps(entry) for entry in generation.distributions(Subject("several-ends")))
    text = '{"checkpoints": [\n' + ",\n".join(parts) + f'\n], "distributions": [\n{lines}\n]}}\n'
    (FOLDER / "options.json").write_text(text)
    print(f"{len(text) // 1000} kB")


if __name__ == "__main__":
    main()
