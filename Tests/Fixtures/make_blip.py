"""Makes tiny random BLIP checkpoints in blip/, each with what transformers computes for it.

    python make_blip.py
    python make_blip.py --only base-form

Needs torch, transformers 5, tokenizers and safetensors. Equal versions of these give equal files.

`reference.safetensors` is as in make_checkpoints.py: pixel_values, vision_hidden_state, of models that answer questions
encoder_hidden_state, first_logits, generated_ids, where given prompt_ids, and the metadata `generation`. Prompts are what the
processor gives, `[CLS] … [SEP]`; in `blip/generation.json` those of captions are what `generate` makes of that, `[DEC] …` without the last.
`blip/generation.json` is as in make_generation.py; `blip/prompts.json` holds the ids of some prompts.

A draw is taken only if its tokens do not hang on rounding, rows end at different steps, and pictures differ.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BlipConfig, BlipForConditionalGeneration, BlipForQuestionAnswering, LogitsProcessor
from transformers.utils import logging

from tokenizer import TEXT

FOLDER = Path(__file__).parent / "blip"
MARGIN, NOISE, TIPPING, SEEDS = 0.01, 1e-5, 0.02, 400
OUTLIER_GAIN = 40
CLS, SEP, PAD = 2, 3, 0  # of the tokenizer below
WORDS = 120  # tokens of the tokenizer; "[DEC]" and "[ENC]" have rows behind them, and no entry, as published ones


@dataclass(frozen=True)
class Shape:
    name: str
    note: str
    vision: dict[str, Any]
    text: dict[str, Any]
    answers: bool = False  # BlipForQuestionAnswering
    batch: int = 2
    dtype: torch.dtype = torch.float32
    prompt: int = 0  # tokens of a prompt without its first; 0 for none
    padded: bool = False  # questions of different lengths, in one batch
    # A tied head likes to repeat its input, and a penalty counts the prompt.
    generation: dict[str, Any] = field(
        default_factory=lambda: {"num_beams": 1, "max_new_tokens": 12, "repetition_penalty": 1.8})
    tied: bool = True
    outliers: int = 0
    tokenizer: bool = False
    shards: int = 1
    size: int = 0  # another size of the pictures than the model's


def vision(width: int, heads: int, layers: int, inner: int, size: int, patch: int, **more: Any) -> dict:
    return dict(hidden_size=width, num_attention_heads=heads, num_hidden_layers=layers, intermediate_size=inner,
                image_size=size, patch_size=patch, **more)


def text(width: int, heads: int, layers: int, inner: int, vocabulary: int, **more: Any) -> dict:
    return dict(hidden_size=width, num_attention_heads=heads, num_hidden_layers=layers, intermediate_size=inner,
                vocab_size=vocabulary, max_position_embeddings=40, bos_token_id=vocabulary - 2, sep_token_id=SEP, **more)


SHAPES = [
    Shape("base-form", "the published layout in small; has a tokenizer",
          vision(32, 4, 2, 72, 32, 16), text(24, 4, 2, 56, WORDS + 2), tokenizer=True,
          generation={"num_beams": 1, "max_new_tokens": 12}),
    Shape("defaults", "8 heads of text, 12 of vision, epsilons and activations as transformers' defaults; a prompt",
          vision(48, 12, 2, 64, 32, 8), text(32, 8, 3, 48, 90), prompt=3, batch=3),
    Shape("untied", "a head of its own, F16; other activations and epsilons; head sizes 12 and 5",
          vision(24, 2, 1, 40, 28, 14, hidden_act="quick_gelu", layer_norm_eps=1e-3),
          text(20, 4, 2, 40, 70, hidden_act="relu", layer_norm_eps=1e-6), tied=False, dtype=torch.float16, prompt=2),
    Shape("larger-picture", "BF16 in shards; pictures larger than the model's, positions interpolated; one picture",
          vision(32, 4, 2, 48, 32, 8), text(40, 2, 2, 64, 100), dtype=torch.bfloat16, batch=1, size=48, shards=3),
    Shape("answers", "a model that answers questions, with a tokenizer",
          vision(24, 3, 2, 48, 32, 16), text(24, 2, 2, 48, WORDS + 2), answers=True, prompt=5, tokenizer=True, batch=3),
    Shape("answers-padded", "questions of different lengths in one batch: the decoder looks at the padding's states",
          vision(40, 4, 1, 64, 28, 7), text(40, 8, 3, 56, 80), answers=True, prompt=6, padded=True, batch=3),
    Shape("outliers", "three gains of each norm 40 times as large; F16",
          vision(64, 4, 2, 96, 32, 8), text(64, 4, 2, 96, 110), outliers=3, dtype=torch.float16, prompt=2),
    Shape("outliers-answers", "the same of a model that answers questions",
          vision(64, 4, 2, 96, 32, 8), text(64, 4, 2, 96, 110), answers=True, outliers=3, dtype=torch.float16, prompt=4),
]


def make_model(shape: Shape) -> Any:
    config = BlipConfig(vision_config=shape.vision, text_config={**shape.text, "tie_word_embeddings": shape.tied},
                        tie_word_embeddings=shape.tied)
    config._attn_implementation = "eager"
    kind = BlipForQuestionAnswering if shape.answers else BlipForConditionalGeneration
    return kind(config).eval()


@torch.no_grad()
def draw_weights(model: Any, shape: Shape, dice: torch.Generator) -> None:
    for name, weight in model.named_parameters():
        noise = torch.randn(weight.shape, generator=dice)
        norm = name.endswith("weight") and weight.ndim == 1
        if norm:
            value = 1 + 0.25 * noise
            if shape.outliers:
                value[torch.randperm(len(value), generator=dice)[:shape.outliers]] *= OUTLIER_GAIN
        elif weight.ndim == 1:
            value = 0.2 * noise
        elif name.endswith(("class_embedding", "position_embedding", "position_embeddings.weight")):
            value = noise
        elif "word_embeddings" in name:
            value = noise
        else:
            strong = any(part in name for part in ("qkv", ".query.", ".key.", "fc2", "value"))
            # What layers add outweighs what they are added to: else a tied head repeats its input.
            gain = 1.8 if strong else 1.3
            if "output.dense" in name:
                # And the picture does not outweigh the text: else every step says the same.
                gain = 0.7 if "crossattention" in name else 3.0
            value = gain * noise / weight[0].numel() ** 0.5
        if shape.outliers and weight.ndim == 2 and "embeddings" not in name:
            # As large sums as without outliers: else attention is all or nothing, and any rounding tips it over.
            value = value / (1 + shape.outliers * (OUTLIER_GAIN**2 - 1) / weight.shape[1]) ** 0.5
        weight.copy_(value.to(shape.dtype).float())


def draw_inputs(shape: Shape, dice: torch.Generator) -> dict[str, torch.Tensor]:
    size, rows = shape.size or shape.vision["image_size"], shape.batch
    ramp = torch.linspace(-1, 1, size)
    colour, across, down = (torch.randn(rows, 3, 1, 1, generator=dice) for _ in range(3))
    noise = torch.randn(rows, 3, size, size, generator=dice)
    inputs = {"pixel_values": (colour + across * ramp + down * ramp[:, None] + 0.5 * noise).contiguous()}
    if shape.prompt:
        words = torch.randint(5, min(shape.text["vocab_size"], WORDS) - 3, (rows, shape.prompt), generator=dice)
        if shape.answers:
            words[:, 0], words[:, -1] = CLS, SEP
            for row in range(1, rows if shape.padded else 0):
                words[row, -row - 1], words[row, -row:] = SEP, PAD
        else:
            words = torch.cat([torch.full((rows, 1), shape.text["bos_token_id"]), words], dim=1)
        inputs["prompt_ids"] = words
    return inputs


@torch.no_grad()
def run(model: Any, pixels: torch.Tensor, prompt: torch.Tensor | None, generation: dict, noise: int | None = None) -> Any:
    """What `generate` makes of some pictures; the prompt of a caption is behind its `[DEC]`."""
    more: dict[str, Any] = {"logits_processor": [] if noise is None else [Noise(noise)]}
    if is_answering(model):
        more |= {"input_ids": prompt, "attention_mask": (prompt != PAD).long()}
    elif prompt is not None:
        # `generate` drops the last token and puts the beginning in the place of the first.
        more["input_ids"] = torch.cat([prompt, torch.full((len(prompt), 1), SEP)], dim=1)
    return model.generate(pixel_values=pixels.to(model.dtype), interpolate_pos_encoding=True, **more, **generation,
                          return_dict_in_generate=True, output_scores=True, output_logits=True)


def is_answering(model: Any) -> bool:
    return isinstance(model, BlipForQuestionAnswering)


class Noise(LogitsProcessor):
    """Moves every score by a little; what was ruled out or forced stays so."""

    def __init__(self, seed: int) -> None:
        self.dice = torch.Generator().manual_seed(seed)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return scores * (1 + 1e-3 * torch.randn(scores.shape, generator=self.dice, dtype=scores.dtype))


@torch.no_grad()
def stages(model: Any, inputs: dict, generation: dict) -> tuple[dict, float]:
    pixels, prompt = inputs["pixel_values"].to(model.dtype), inputs.get("prompt_ids")
    output = run(model, pixels, prompt, generation)
    context = 1 if is_answering(model) or prompt is None else prompt.shape[1]
    generated = output.sequences[:, context:]
    image = model.vision_model(pixels, interpolate_pos_encoding=True).last_hidden_state
    found = {"vision_hidden_state": image}
    if is_answering(model):
        found["encoder_hidden_state"] = model.text_encoder(
            input_ids=prompt, attention_mask=(prompt != PAD).long(), encoder_hidden_states=image)[0]
    margin, running = 1.0, torch.ones(len(pixels), dtype=torch.bool)
    for step, scores in enumerate(output.scores):
        best = scores.topk(2).values
        gaps = (best[:, 0] - best[:, 1]) / best[:, 0].abs().clamp(min=scores[scores.isfinite()].std())
        margin = min(margin, gaps[running].min().item())
        running &= generated[:, step] != end_of(model)
    return {**found, "first_logits": output.logits[0], "generated_ids": generated}, margin


def end_of(model: Any) -> int:
    return model.config.text_config.sep_token_id


@torch.no_grad()
def choose_end(model: Any, shape: Shape, inputs: dict) -> None:
    """Takes the token for the end that cuts rows at different steps, and as late as may be.

    Where a tokenizer says which it is, the two tokens change places in the decoder.
    """
    model.config.text_config.sep_token_id = -1
    output = run(model, inputs["pixel_values"], inputs.get("prompt_ids"), shape.generation)
    free = output.sequences[:, -shape.generation["max_new_tokens"]:].tolist()

    def merit(token: int) -> tuple[bool, int]:
        cut = [len(ended(row, [token])) for row in free]
        return len(set(cut)) > 1 or len(cut) == 1, min(cut) + sum(cut)

    end = max({token for row in free for token in row if token}, key=merit)
    if shape.tokenizer:
        words, bias = model.text_decoder.bert.embeddings.word_embeddings.weight, model.text_decoder.cls.predictions.bias
        for table in (words, bias):
            table[[SEP, end]] = table[[end, SEP]]
        end = SEP
    model.config.text_config.sep_token_id = end


def as_processed(prompt: torch.Tensor) -> torch.Tensor:
    """`[DEC] …` as the processor wrote it: `[CLS] … [SEP]`."""
    rows = len(prompt)
    return torch.cat([torch.full((rows, 1), CLS), prompt[:, 1:], torch.full((rows, 1), SEP)], dim=1)


def ended(row: list[int], ends: list[int]) -> list[int]:
    return row[:next((at + 1 for at, token in enumerate(row) if token in ends), len(row))]


def relative(found: torch.Tensor, expected: torch.Tensor) -> float:
    return ((found.double() - expected.double()).norm() / expected.double().norm()).item()


def complaints(model: Any, shape: Shape, inputs: dict) -> list[str]:
    found, margin = stages(model, inputs, shape.generation)
    ids, poor = found["generated_ids"], []
    rows = [ended(row, [end_of(model)]) for row in ids.tolist()]
    if margin < MARGIN:
        poor.append("margin")
    if shape.batch > 1 and (len({len(row) for row in rows}) == 1 or len({tuple(row[:4]) for row in rows}) < len(rows)):
        poor.append("rows alike")
    if any(len(row) > 3 and len(set(row)) < max(2, len(row) * 2 // 5) for row in rows) or max(map(len, rows)) < 5:
        poor.append("repeats itself")
    if poor:
        return poor
    exact, _ = stages(copy.deepcopy(model).double(), inputs, shape.generation)
    poor += [name for name in found if name != "generated_ids" and relative(found[name], exact[name]) > NOISE]
    if not torch.equal(ids, exact["generated_ids"]):
        poor.append("float64 says other ids")
    if shape.outliers:
        coarse, _ = stages(copy.deepcopy(model).bfloat16(), inputs, shape.generation)
        poor += [f"{name} tips over" for name in found
                 if name != "generated_ids" and relative(coarse[name], found[name]) > TIPPING]
    return poor


def train() -> Tokenizer:
    """A WordPiece tokenizer in the form of BERT's, with the special tokens that published BLIP checkpoints have."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    tokenizer.train_from_iterator(TEXT.splitlines() * 3, trainers.WordPieceTrainer(
        vocab_size=WORDS, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)])
    assert tokenizer.get_vocab_size() == WORDS, tokenizer.get_vocab_size()
    return tokenizer


def write_processor(folder: Path, shape: Shape) -> None:
    (folder / "tokenizer.json").write_text(train().to_str(pretty=False) + "\n")
    files = {
        "tokenizer_config.json": {
            "clean_up_tokenization_spaces": True, "cls_token": "[CLS]", "do_lower_case": True, "mask_token": "[MASK]",
            "model_input_names": ["input_ids", "attention_mask"], "model_max_length": 512, "pad_token": "[PAD]",
            "sep_token": "[SEP]", "tokenizer_class": "BertTokenizer", "unk_token": "[UNK]"},
        # A size that is one number, as in the published files.
        "preprocessor_config.json": {
            "do_normalize": True, "do_resize": True, "image_mean": [0.48145466, 0.4578275, 0.40821073],
            "image_processor_type": "BlipImageProcessor", "image_std": [0.26862954, 0.26130258, 0.27577711],
            "processor_class": "BlipProcessor", "size": shape.vision["image_size"]},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n")


DEFAULTS = BlipConfig().to_dict()


def prune(folder: Path) -> None:
    """Leaves out of config.json what equals the defaults, as published ones do."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    for part in ("vision_config", "text_config"):
        config[part] = {key: value for key, value in config[part].items()
                        if DEFAULTS[part].get(key) != value and key not in ("dtype", "encoder_hidden_size")}
    config = {key: value for key, value in config.items() if DEFAULTS.get(key) != value or key == "model_type"}
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make(shape: Shape) -> str:
    folder, model = FOLDER / shape.name, make_model(shape)
    for seed in range(SEEDS):
        dice = torch.Generator().manual_seed(seed)
        draw_weights(model, shape, dice)
        inputs = draw_inputs(shape, dice)
        choose_end(model, shape, inputs)
        last = complaints(model, shape, inputs)
        if not last:
            break
    else:
        raise SystemExit(f"{shape.name}: no seed is good enough ({last})")
    shutil.rmtree(folder, ignore_errors=True)
    stored = copy.deepcopy(model).to(shape.dtype)
    size = sum(weight.numel() * weight.element_size() for weight in stored.parameters())
    stored.save_pretrained(folder, max_shard_size=f"{size // shape.shards // 1000}KB" if shape.shards > 1 else "50MB")
    prune(folder)
    # `generate` of BLIP heeds nothing of it.
    (folder / "generation_config.json").write_text(
        json.dumps({"eos_token_id": 5, "max_length": 7, "num_beams": 4, "no_repeat_ngram_size": 1}) + "\n")
    if shape.tokenizer:
        write_processor(folder, shape)
    kind = type(model)
    again, report = kind.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    assert not any(report.values()), report
    reference, margin = stages(again.eval(), inputs, shape.generation)
    tensors = {name: value.contiguous().clone() for name, value in {**inputs, **reference}.items()}
    if shape.prompt and not shape.answers:
        tensors["prompt_ids"] = as_processed(tensors["prompt_ids"])
    save_file(tensors, folder / "reference.safetensors", metadata={"generation": json.dumps(shape.generation)})
    for path in folder.iterdir():
        path.chmod(0o644)
    total = sum(path.stat().st_size for path in folder.iterdir()) // 1000
    lengths = [len(ended(row, [end_of(model)])) for row in reference["generated_ids"].tolist()]
    return f"{shape.name}: seed {seed}, {total} kB, margin {margin:.3f}, lengths {lengths}"


def make_published_form(name: str = "pytorch-bin", source: str = "base-form") -> None:
    """A checkpoint in the file that `blip-image-captioning-base` has: tied tensors twice, and int64 position_ids."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(FOLDER / source, folder)
    state = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    head, bert = "text_decoder.cls.predictions", "text_decoder.bert.embeddings"
    positions = len(state[f"{bert}.position_embeddings.weight"])
    state |= {f"{head}.decoder.weight": state[f"{bert}.word_embeddings.weight"], f"{head}.decoder.bias": state[f"{head}.bias"],
              f"{bert}.position_ids": torch.arange(positions).expand((1, -1))}
    torch.save(state, folder / "pytorch_model.bin")
    (folder / "pytorch_model.bin").chmod(0o644)


# MARK: generate

FOCUS = ["num_beams", "length_penalty", "early_stopping", "no_repeat_ngram_size", "repetition_penalty", "bad_words_ids",
         "min_new_tokens", "num_return_sequences", "forced_eos_token_id", "suppress_tokens"]


class Subject:
    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        kind = BlipForQuestionAnswering if shape.answers else BlipForConditionalGeneration
        load = dict(attn_implementation="eager")
        self.model = kind.from_pretrained(FOLDER / shape.name, dtype=torch.float32, **load).eval()
        self.exact = kind.from_pretrained(FOLDER / shape.name, dtype=torch.float64, **load).eval()
        self.pixels = load_file(FOLDER / shape.name / "reference.safetensors")["pixel_values"]

    def generate(self, case: dict, arguments: dict, noise: int | None = None, exact: bool = False) -> Any:
        prompt = torch.tensor(case["prompts"]) if case["prompts"] else None
        return run(self.exact if exact else self.model, self.pixels[case["pictures"]], prompt, arguments, noise)

    def result(self, case: dict, arguments: dict, **more: Any) -> tuple[list, list | None]:
        output = self.generate(case, arguments, **more)
        context = 1 if self.shape.answers or not case["prompts"] else len(case["prompts"][0])
        rows = [ended(row, [end_of(self.model)]) for row in output.sequences[:, context:].tolist()]
        return rows, output.sequences_scores.tolist() if arguments["num_beams"] > 1 else None

    def draw_case(self, dice: random.Random) -> dict:
        pictures = [dice.randrange(len(self.pixels)) for _ in range(dice.choice([1, 1, 2, 3]))]
        words = range(5, min(self.shape.text["vocab_size"], WORDS) - 3)
        length = dice.choice([2, 4, 6] if self.shape.answers else [0, 0, 2, 4])
        if self.shape.answers:
            prompts = [[CLS] + [dice.choice(words) for _ in range(length)] + [SEP] for _ in pictures]
        else:
            bos = self.shape.text["bos_token_id"]
            prompts = [[bos] + [dice.choice(words) for _ in range(length)] for _ in pictures] if length else None
        return {"pictures": pictures, "prompts": prompts}

    def draw_arguments(self, case: dict, dice: random.Random) -> dict:
        beams, new = dice.choice([1, 2, 3, 3, 5]), dice.randrange(6, 13)
        arguments = {"num_beams": beams, "max_new_tokens": new, "do_sample": False}
        rows = self.result(case, {**arguments, "num_return_sequences": beams})[0]
        if beams > 1:
            arguments["early_stopping"] = dice.choice([False, True, "never"])
            arguments["length_penalty"] = dice.choice([-1.0, 0.0, 0.6, 2.0])
            if dice.random() < 0.5:
                arguments["num_return_sequences"] = dice.randrange(2, beams + 1)
        row = dice.choice(rows)
        likely = {
            "min_new_tokens": lambda: dice.randrange(3, new + 1),
            "repetition_penalty": lambda: dice.choice([0.7, 1.3, 2.5]),
            "no_repeat_ngram_size": lambda: dice.choice([1, 2, 3]),
            "bad_words_ids": lambda: [[dice.choice(row)], row[1:3] or [7]],
            "suppress_tokens": lambda: sorted({dice.choice(row), dice.choice(row)}),
            "forced_eos_token_id": lambda: dice.randrange(5, 60),
        }
        return arguments | {key: value() for key, value in likely.items() if dice.random() < 0.3}

    def says(self, case: dict, arguments: dict, found: tuple) -> set[str]:
        """The arguments without which something else comes out."""

        def without(key: str) -> dict:
            if key != "num_beams":
                return {name: value for name, value in arguments.items() if name != key}
            beam_only = ("early_stopping", "length_penalty", "num_return_sequences")
            return {name: value for name, value in arguments.items() if name not in beam_only} | {"num_beams": 1}

        def differs(key: str) -> bool:
            rows, scores = self.result(case, without(key))
            if rows != found[0] or (scores is None) != (found[1] is None):
                return True
            return scores is not None and any(abs(a - b) > 1e-3 for a, b in zip(scores, found[1]))

        return {key for key in arguments if key not in ("max_new_tokens", "do_sample") and differs(key)}

    def draw(self, number: int) -> dict:
        focus = FOCUS[number % len(FOCUS)]
        for attempt in range(2000):
            dice = random.Random(f"{self.shape.name}/{number}/{attempt}")
            case = self.draw_case(dice)
            arguments = self.draw_arguments(case, dice)
            if arguments.get("forced_eos_token_id") in arguments.get("suppress_tokens", []):
                continue
            if focus not in arguments or (focus == "num_beams" and arguments["num_beams"] == 1):
                continue
            rows, scores = found = self.result(case, arguments)
            if scores and not all(score > -1e6 for score in scores):
                continue
            if self.result(case, arguments, exact=True)[0] != rows or any(
                    self.result(case, arguments, noise=seed)[0] != rows for seed in range(4)):
                continue
            if focus in self.says(case, arguments, found):
                return {**case, "arguments": {**arguments, "eos_token_id": end_of(self.model)}, "sequences": rows, "scores": scores}
        raise SystemExit(f"{self.shape.name}: no good case of {focus}")


PROMPTS = ["a photo of", "A picture of the Sea", "question: what is this?", "fog", "is it raining?", "  the   road  ",
           "[SEP] a boat", "snow, rain; sun!", "zebra"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes tiny random BLIP checkpoints with transformers' references.")
    parser.add_argument("--only", nargs="+", metavar="NAME")
    options = parser.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    for shape in SHAPES:
        if not options.only or shape.name in options.only:
            print(make(shape), flush=True)
    make_published_form()
    parts = []
    for shape in SHAPES:
        if shape.outliers or shape.padded:
            continue
        subject = Subject(shape)
        cases = ",\n".join("  " + json.dumps(subject.draw(number)) for number in range(len(FOCUS)))
        parts.append(f'{{"name": "{shape.name}", "cases": [\n{cases}\n]}}')
        print(f"{shape.name}: {len(FOCUS)} cases", flush=True)
    (FOLDER / "generation.json").write_text('{"checkpoints": [\n' + ",\n".join(parts) + "\n]}\n")
    from transformers import BlipProcessor

    found = {}
    for name in ("base-form", "answers"):
        processor = BlipProcessor.from_pretrained(FOLDER / name)
        found[name] = [{"text": text, "ids": processor(text=text)["input_ids"]} for text in PROMPTS]
    (FOLDER / "prompts.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
