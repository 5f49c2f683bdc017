"""Holds what diverse beam search makes of the tiny checkpoints: writes group_beams.json beside this script.

    python make_group_beams.py

Needs transformers 4.49, torch and safetensors. transformers 5 has no `num_beam_groups` any more.

The BLIP-2 classes of transformers 4 do not read these checkpoints, so the language model generates alone, from the
`language_inputs` of the checkpoint's reference; it is first held against the reference's own greedy texts. As
`Blip2ForConditionalGeneration` of transformers 5 does, OPT gets the ids of image and prompt beside their embeddings, so that
logits processors see the same context in both versions.

Its form is that of options.json: `log_probabilities` has for each text the mean of its tokens' log-probabilities, by the
logits of the model before any processor. They are computed from the finished text in one run, because `beam_indices` of
group beam search are those of the first group.

What transformers 4 does and we do not, so that no case depends on it:

* A group that is done goes on with the padding token, and later groups are kept from that token as from a chosen one.
  A case has to be the same with another padding token.
* It forgets which of several end tokens ended a text, and writes down the first of them. Our tests look past that, and
  `log_probabilities` is null then.
"""

from __future__ import annotations

import json
import random
from typing import Any

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, OPTForCausalLM, T5ForConditionalGeneration
from transformers.utils import logging

import make_generation as generation
from make_generation import FOLDER, Arguments

SUBJECTS = ["several-ends", "opt-pre-norm", "opt-post-norm", "t5-flan-form", "t5-tied-relu"]
# Groups, beams of each, and what a checkpoint's cases show: without it, or with another value, other texts come out.
SHOWN: list[list[tuple[int, int, str, Any]]] = [
    [(2, 1, "repetition_penalty", None), (2, 2, "early_stopping", True), (3, 2, "early_stopping", "never"),
     (4, 1, "num_return_sequences", None)],
    [(2, 3, "early_stopping", False), (3, 1, "no_repeat_ngram_size", None), (2, 2, "length_penalty", None),
     (4, 2, "min_new_tokens", None)],
]
PADDING = 3  # another padding token than the checkpoints' own


class LanguageModel(generation.Subject):
    """The language model of a checkpoint, behind the pictures of its reference."""

    def __init__(self, name: str) -> None:
        self.name = name
        config = json.loads((FOLDER / name / "config.json").read_text())
        weights = load_file(FOLDER / name / "model.safetensors")
        reference = load_file(FOLDER / name / "reference.safetensors")
        prefix = "language_model."
        weights = {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}
        text = AutoConfig.for_model(**config["text_config"], attn_implementation="eager")
        self.has_encoder = text.is_encoder_decoder
        self.model, self.exact = (self.load(text, weights, dtype) for dtype in (torch.float32, torch.float64))
        self.pixels = reference["pixel_values"]
        self.inputs = reference["language_inputs"]
        self.words = min(text.vocab_size - 3, config["image_token_index"])
        self.whole_batches = False
        self.image = [config["image_token_index"]] * config["num_query_tokens"]
        self.check(reference)

    def load(self, config: Any, weights: dict[str, torch.Tensor], dtype: torch.dtype) -> Any:
        kind = T5ForConditionalGeneration if self.has_encoder else OPTForCausalLM
        model = kind(config)
        missing, unexpected = model.load_state_dict(weights, strict=False)
        model.tie_weights()
        model.register_forward_hook(round_logits)
        tied = {"lm_head.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"}
        assert not unexpected and set(missing) <= tied, (missing, unexpected)
        return model.to(dtype).eval()

    def check(self, reference: dict[str, torch.Tensor]) -> None:
        """Greedy texts have to be the reference's."""
        count = len(self.pixels)
        prompts = reference["prompt_ids"].tolist() if "prompt_ids" in reference else None
        case = {"pictures": list(range(count)), "prompts": prompts}
        arguments = {"max_new_tokens": reference["generated_ids"].shape[1], "num_beams": 1, "do_sample": False}
        found = self.generate(case, arguments).sequences[:, self.context(case):]
        expected = reference["generated_ids"][:, -found.shape[1]:]
        assert torch.equal(found, expected), f"{self.name}: {found.tolist()} is not {expected.tolist()}"

    def prompts(self, case: dict) -> list[list[int]]:
        return case["prompts"] or [[self.model.config.bos_token_id]] * len(case["pictures"])

    def embeddings(self, case: dict, model: Any) -> torch.Tensor:
        embedded = model.get_input_embeddings()(torch.tensor(self.prompts(case)))
        return torch.cat([self.inputs[case["pictures"]].to(embedded.dtype), embedded], dim=1)

    @torch.no_grad()
    def generate(self, case: dict, arguments: Arguments, noise: int | None = None, exact: bool = False) -> Any:
        model = self.exact if exact else self.model
        embeddings = self.embeddings(case, model)
        given: dict[str, Any] = {"inputs_embeds": embeddings, "attention_mask": torch.ones(embeddings.shape[:2]).long()}
        if not self.has_encoder:
            given["input_ids"] = torch.tensor([self.image + prompt for prompt in self.prompts(case)])
        processors = [] if noise is None else [generation.Noise(noise)]
        return model.generate(
            **given, **arguments, logits_processor=processors, return_dict_in_generate=True, output_scores=True)

    @torch.no_grad()
    def log_probability(self, case: dict, row: int, text: list[int]) -> float:
        """The mean log-probability of a text's tokens."""
        embeddings = self.embeddings(case, self.exact)[row:row + 1]
        if self.has_encoder:
            start = self.exact.config.decoder_start_token_id
            logits = self.exact(
                inputs_embeds=embeddings, decoder_input_ids=torch.tensor([[start] + text[:-1]])).logits[0]
        else:
            written = self.exact.get_input_embeddings()(torch.tensor([text[:-1]], dtype=torch.long))
            logits = self.exact(inputs_embeds=torch.cat([embeddings, written], dim=1)).logits[0, -len(text):]
        return float(logits.log_softmax(-1)[range(len(text)), text].mean())


def round_logits(_: Any, arguments: Any, output: Any) -> None:
    """Group beam search has its scores in float32, whatever the model computes in."""
    output.logits = output.logits.float()


def draw_arguments(
    subject: LanguageModel, case: dict, shown: tuple[int, int, str, Any], dice: random.Random
) -> Arguments:
    groups, beams, name, value = shown
    arguments: Arguments = {
        "num_beams": groups * beams, "num_beam_groups": groups, "diversity_penalty": dice.choice([0.5, 1.0, 1.5, 2.0]),
        "max_new_tokens": dice.randrange(5, 13), "do_sample": False}
    free = subject.generate(case, {**arguments, "eos_token_id": -1, "num_return_sequences": groups * beams})
    rows = free.sequences[:, subject.context(case):].tolist()
    ends = sorted({dice.choice(dice.choice(rows)[1:]) for _ in range(dice.choice([1, 1, 1, 2, 3]))})
    arguments["eos_token_id"] = ends if len(ends) > 1 else ends[0]
    arguments["early_stopping"] = dice.choice([False, True, "never"])
    arguments["length_penalty"] = dice.choice([-1.0, 0.0, 0.6, 1.0, 2.0])
    if dice.random() < 0.5:
        arguments["num_return_sequences"] = dice.randrange(2, groups * beams + 1)
    arguments[name] = value if value is not None else {
        "length_penalty": lambda: dice.choice([-1.0, 0.0, 0.6, 2.0]),
        "num_return_sequences": lambda: groups * beams,
        "repetition_penalty": lambda: dice.choice([0.7, 1.3, 2.5]),
        "no_repeat_ngram_size": lambda: dice.choice([1, 2]),
        "min_new_tokens": lambda: dice.randrange(3, arguments["max_new_tokens"]),
    }[name]()
    return arguments


def is_telling(subject: LanguageModel, case: dict, arguments: Arguments, name: str, texts: list) -> bool:
    """Whether other texts come out without groups, without most of the penalty, and without what the case shows."""
    grouped = {"num_beam_groups", "diversity_penalty"}
    others = [
        {key: value for key, value in arguments.items() if key not in grouped},
        {**arguments, "diversity_penalty": 0.01},
        {key: value for key, value in arguments.items() if key != name},
    ]
    if name == "early_stopping" and arguments[name] is False:
        others[2] = {**arguments, "early_stopping": True}
    return all(generation.result(subject, case, other)[0] != texts for other in others)


def draw_case(subject: LanguageModel, shown: tuple[int, int, str, Any]) -> dict[str, Any]:
    for attempt in range(generation.TRIES):
        dice = random.Random(f"{subject.name}/{shown[:3]}/{attempt}")
        case = generation.draw_case(subject, dice)
        arguments = draw_arguments(subject, case, shown, dice)
        texts, scores = generation.result(subject, case, arguments)
        if not all(score > -1e6 for score in scores) or not is_telling(subject, case, arguments, shown[2], texts):
            continue
        # Two groups may come to one text; which of them is which would be a matter of rounding.
        if any(abs(a - b) < 1e-3 for a, b in zip(scores, scores[1:])):
            continue
        if generation.result(subject, case, {**arguments, "pad_token_id": PADDING}) != (texts, scores):
            continue
        if not generation.robust(subject, case, arguments, texts):
            continue
        means = None
        if not isinstance(arguments["eos_token_id"], list):
            count = arguments.get("num_return_sequences", 1)
            means = [float(f"{subject.log_probability(case, index // count, text):.7g}")
                     for index, text in enumerate(texts)]
        return {**case, "arguments": arguments, "sequences": texts, "scores": scores, "log_probabilities": means}
    raise SystemExit(f"{subject.name}: no good case of {shown}")


def main() -> None:
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    parts = []
    for index, name in enumerate(SUBJECTS):
        subject = LanguageModel(name)
        cases = [draw_case(subject, shown) for shown in SHOWN[index % len(SHOWN)]]
        lines = ",\n".join("  " + json.dumps(case) for case in cases)
        parts.append(f'{{"name": "{name}", "cases": [\n{lines}\n]}}')
        print(name, flush=True)
    text = '{"checkpoints": [\n' + ",\n".join(parts) + '\n], "distributions": []}\n'
    (FOLDER / "group_beams.json").write_text(text)
    print(f"{len(text) // 1000} kB")


if __name__ == "__main__":
    main()
