"""Makes tiny random InstructBLIP checkpoints with T5 in instructblip/, each with what transformers computes for it.

    python make_instructblip.py
    python make_instructblip.py --only flan-form

Needs torch, transformers 5, tokenizers and safetensors. Equal versions of these give equal files.

`reference.safetensors` is as in make_checkpoints.py, with encoder_hidden_state of T5's encoder, and qformer_prompt_ids, which
the Q-Former reads; shorter rows of ids are filled up with padding. `instructblip/generation.json` is as in
make_generation.py; `instructblip/prompts.json` holds what the processor makes of some prompts.

A draw is taken only if its tokens do not hang on rounding, rows end at different steps, pictures differ, and the Q-Former's
instruction changes the answer.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import InstructBlipConfig, InstructBlipForConditionalGeneration, InstructBlipQFormerConfig
from transformers import InstructBlipVisionConfig, LogitsProcessor, T5Config
from transformers.utils import logging

import make_blip
import make_checkpoints
import tokenizer
from drawing import T5_PAD, Tensors, draw_inputs, draw_weights, stored_dtype, text_configuration
from make_checkpoints import choose_ends, complaints_about_free_run, ends_of, lengths, relative, set_ends
from shapes import Shape, greedy, qformer, t5, vision

FOLDER = Path(__file__).parent / "instructblip"
MARGIN, NOISE, TIPPING, SEEDS = make_checkpoints.MARGIN, make_checkpoints.NOISE, make_checkpoints.TIPPING, 400
STEADY = 0.05  # as TIPPING, where there are no outliers
# Training them again would give other words: the trainers break ties at random.
T5_TOKENIZER = FOLDER.parent / "t5-flan-form" / "tokenizer.json"
BERT_TOKENIZER = make_blip.FOLDER / "base-form" / "tokenizer.json"
CLS, SEP = make_blip.CLS, make_blip.SEP
WORDS = make_blip.WORDS + 1  # "[DEC]" behind BERT's, as in the published tokenizer


@dataclass(frozen=True)
class Instructed(Shape):
    """A shape with the tokens of the longest instruction of the Q-Former, which T5's prompts have of their own."""

    reads: int = 6
    padded: bool = False  # prompts and instructions of different lengths, in one batch
    no_image_token: bool = False  # as old repositories: no image_token_index, and a buffer of positions in the file


SHAPES = [
    Instructed("flan-form", "the published layout in small: gated, exact GELU by dense_act_fn, a head of its own; tokenizers; F16",
               vision(32, 4, 2, 72, 28, 14), qformer(24, 3, 2, 56, 2, vocab_size=WORDS, max_position_embeddings=40),
               t5(32, 3, 16, 2, 48, 336, dense_act_fn="gelu", tie_word_embeddings=False),
               queries=4, batch=3, dtype="F16", prompt=5, tokenizer=True, generation=greedy(14)),
    Instructed("padded", "prompts and instructions of different lengths; three layers; T5 1.0, tied; F16",
               vision(24, 3, 1, 48, 28, 7), qformer(40, 2, 3, 40, 2, "gelu_new", vocab_size=70, max_position_embeddings=30),
               t5(40, 5, 8, 2, 64, 90, "relu", num_decoder_layers=1),
               queries=3, batch=4, dtype="F16", prompt=6, padded=True, reads=7, generation=greedy(12)),
    Instructed("single-query", "one query, one layer of each; head size 20; other padding, few positions, other epsilons",
               vision(20, 1, 1, 28, 14, 14, "quick_gelu"),
               qformer(20, 1, 1, 24, 1, vocab_size=50, pad_token_id=7, max_position_embeddings=9, layer_norm_eps=1e-4),
               t5(24, 2, 12, 2, 40, 70, "gated-relu", tie_word_embeddings=False),
               queries=1, batch=3, prompt=2, reads=9, generation=greedy(10)),
    Instructed("bf16-sharded", "BF16 in several shards; four layers, cross-attention in every third; gated SiLU; one picture",
               vision(40, 5, 2, 48, 28, 7, qkv_bias=False),
               qformer(32, 4, 4, 40, 3, "relu", vocab_size=60, max_position_embeddings=20),
               t5(40, 2, 24, 2, 48, 110, "gated-silu", scale_decoder_outputs=False),
               queries=9, batch=1, dtype="BF16", shards=4, prompt=4, reads=3, generation=greedy(16)),
    Instructed("older", "no image_token_index, positions stored as a buffer; tokenizers; two layers without cross-attention",
               vision(24, 2, 2, 40, 28, 14), qformer(28, 7, 4, 40, 2, vocab_size=WORDS),
               t5(36, 4, 9, 2, 56, 340, "gated-gelu"),
               queries=5, batch=2, dtype="F16", prompt=3, reads=4, tokenizer=True, no_image_token=True, generation=greedy(10)),
    Instructed("outliers", "three gains of each norm of vision tower and T5 40 times as large; F16",
               vision(64, 4, 2, 64, 28, 14), qformer(32, 2, 2, 40, 1, vocab_size=60, max_position_embeddings=30),
               t5(64, 4, 16, 1, 64, 100), queries=4, batch=2, dtype="F16", prompt=3, outliers=3, generation=greedy(8)),
]


# MARK: Drawing


def image_token(shape: Instructed) -> int:
    return Tokenizer.from_file(str(T5_TOKENIZER)).token_to_id("<image>") if shape.tokenizer else shape.text["vocab_size"] - 3


def make_model(shape: Instructed) -> InstructBlipForConditionalGeneration:
    config = InstructBlipConfig(
        vision_config=InstructBlipVisionConfig(**shape.vision), qformer_config=InstructBlipQFormerConfig(**shape.qformer),
        text_config=text_configuration(shape), num_query_tokens=shape.queries, image_token_index=image_token(shape))
    config._attn_implementation = "eager"
    model = InstructBlipForConditionalGeneration(config).eval()
    if shape.text.get("tie_word_embeddings") is False:
        # transformers makes every T5 model with its head tied, and reads those whose head differs as they are.
        model.language_model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.language_model.shared.weight))
    return model


@torch.no_grad()
def draw(model: InstructBlipForConditionalGeneration, shape: Instructed, dice: torch.Generator) -> Tensors:
    """Fills the model with random values; returns pictures, prompts and instructions."""
    draw_weights(model, shape, dice)
    for name, weight in model.qformer.embeddings.named_parameters():
        if weight.ndim == 2:
            weight.copy_(torch.randn(weight.shape, generator=dice).to(stored_dtype(shape, name)).float())
    inputs = draw_inputs(shape, dice)
    pad, words = shape.qformer.get("pad_token_id", 0), shape.qformer["vocab_size"]
    read = torch.randint(8, words - 1, (shape.batch, shape.reads), generator=dice)
    read[:, 0], read[:, -1] = CLS, SEP
    for row in range(1, shape.batch if shape.padded else 0):
        read[row, -row - 1], read[row, -row:] = SEP, pad
        inputs["prompt_ids"][row, row], inputs["prompt_ids"][row, row + 1:] = 1, T5_PAD
    prompts = inputs["prompt_ids"]
    prompts[prompts == model.config.image_token_index] = 8
    inputs["qformer_prompt_ids"] = read
    return inputs


# MARK: Running


class Noise(LogitsProcessor):
    """Moves every score by a little; what was ruled out or forced stays so."""

    def __init__(self, seed: int) -> None:
        self.dice = torch.Generator().manual_seed(seed)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return scores * (1 + 1e-3 * torch.randn(scores.shape, generator=self.dice, dtype=scores.dtype))


def given(model: Any, inputs: Tensors) -> dict[str, torch.Tensor]:
    """What a model of InstructBLIP is given for pictures, prompts and instructions, padding masked."""
    config, prompt, read = model.config, inputs["prompt_ids"], inputs["qformer_prompt_ids"]
    image = torch.full((len(prompt), config.num_query_tokens), config.image_token_index)
    return {
        "pixel_values": inputs["pixel_values"].to(model.dtype), "input_ids": torch.cat([image, prompt], dim=1),
        "attention_mask": torch.cat([torch.ones_like(image), (prompt != T5_PAD).long()], dim=1),
        "qformer_input_ids": read, "qformer_attention_mask": (read != config.qformer_config.pad_token_id).long(),
    }


@torch.no_grad()
def run(model: Any, inputs: Tensors, generation: dict, noise: int | None = None) -> Any:
    processors = [] if noise is None else [Noise(noise)]
    return model.generate(**given(model, inputs), **{"do_sample": False, **generation}, logits_processor=processors,
                          return_dict_in_generate=True, output_scores=True, output_logits=True)


@torch.no_grad()
def stages(model: Any, inputs: Tensors, generation: dict) -> tuple[Tensors, float]:
    """What the reference holds, and the smallest relative margin of a greedy step."""
    arguments = given(model, inputs)
    looks = ("pixel_values", "qformer_input_ids", "qformer_attention_mask")
    features = model.get_image_features(**{key: arguments[key] for key in looks})
    embeddings = model.get_input_embeddings()(arguments["input_ids"]).clone()
    embeddings[:, : model.config.num_query_tokens] = features.pooler_output
    encoded = model.get_encoder()(inputs_embeds=embeddings, attention_mask=arguments["attention_mask"]).last_hidden_state
    output = run(model, inputs, generation)
    generated = output.sequences[:, 1:]
    logits = model(**arguments, decoder_input_ids=output.sequences[:, :1]).logits[:, -1]
    assert torch.allclose(logits, output.logits[0].to(logits.dtype), rtol=1e-4, atol=1e-4)
    margin, running = 1.0, torch.ones(len(generated), dtype=torch.bool)
    for step, scores in enumerate(output.scores):
        best = scores.topk(2).values
        gaps = (best[:, 0] - best[:, 1]) / best[:, 0].abs().clamp(min=scores[scores.isfinite()].std())
        margin = min(margin, gaps[running].min().item())
        running &= ~torch.isin(generated[:, step], torch.tensor(ends_of(model)))
    return {
        "vision_hidden_state": features.vision_outputs.last_hidden_state,
        "query_output": features.qformer_outputs.last_hidden_state[:, : model.config.num_query_tokens],
        "language_inputs": features.pooler_output,
        "encoder_hidden_state": encoded,
        "first_logits": output.logits[0],
        "generated_ids": generated,
    }, margin


def compared(name: str, value: torch.Tensor, model: Any, inputs: Tensors) -> torch.Tensor:
    """The numbers of a stage without those behind a row's end."""
    if name != "encoder_hidden_state":
        return value
    return value * given(model, inputs)["attention_mask"].unsqueeze(-1).to(value.dtype)


def complaints(model: Any, shape: Instructed, inputs: Tensors) -> list[str]:
    found, margin = stages(model, inputs, shape.generation)
    ids, poor = found["generated_ids"], []
    if margin < MARGIN:
        poor.append(f"margin {margin:.1e}")
    if shape.batch > 1 and len(set(lengths(ids, ends_of(model)))) == 1:
        poor.append("all rows end together")
    # Another instruction of the Q-Former alone has to say something else, or its rows are not tried.
    read = inputs["qformer_prompt_ids"].clone()
    read[:, 1] = read[:, 1] % 8 + 9
    other = run(model, {**inputs, "qformer_prompt_ids": read}, shape.generation).sequences[:, 1:]
    if other.shape == ids.shape and torch.equal(other, ids):
        poor.append("the instruction says nothing")
    if poor:
        return poor
    exact, _ = stages(copy.deepcopy(model).double(), inputs, shape.generation)
    poor += [f"{name} noise" for name in found if name != "generated_ids" and relative(
        compared(name, found[name], model, inputs), compared(name, exact[name], model, inputs)) > NOISE]
    if not torch.equal(ids, exact["generated_ids"]):
        poor.append("float64 says other ids")
    coarse, _ = stages(copy.deepcopy(model).bfloat16(), inputs, shape.generation)
    for name in ("query_output", "encoder_hidden_state", *(["first_logits"] if shape.outliers else [])):
        distance = relative(compared(name, coarse[name], model, inputs), compared(name, found[name], model, inputs))
        if distance > (TIPPING if shape.outliers else STEADY):
            poor.append(f"{name} tips over")
    return poor


# MARK: Writing


def without_defaults(config: dict, defaults: dict, keep: tuple[str, ...]) -> dict:
    return {key: value for key, value in config.items() if key in keep or key not in defaults or defaults[key] != value}


def prune(folder: Path, shape: Instructed) -> None:
    """Leaves out of config.json what equals the defaults, as published ones do."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    kinds = {"vision_config": InstructBlipVisionConfig, "qformer_config": InstructBlipQFormerConfig, "text_config": T5Config}
    for key, kind in kinds.items():
        part = without_defaults(config[key], kind().to_dict(), ("model_type",))
        config[key] = {name: value for name, value in part.items() if name not in ("dtype", "encoder_hidden_size")}
    if config["text_config"].get("dense_act_fn") == "gelu":  # as the published ones have it
        config["text_config"]["tie_word_embeddings"] = config["text_config"].pop("scale_decoder_outputs", True)
        config["text_config"].pop("is_gated_act", None)
    config = without_defaults(config, InstructBlipConfig().to_dict(), ("model_type", "architectures", "num_query_tokens"))
    if shape.no_image_token:
        del config["image_token_index"]
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def write_processor(folder: Path, shape: Instructed) -> None:
    tokenizer.write_processor(folder, shape)
    shutil.copy(T5_TOKENIZER, folder / "tokenizer.json")
    description = Tokenizer.from_file(str(BERT_TOKENIZER))
    description.add_special_tokens(["[DEC]"])
    own = folder / "qformer_tokenizer"
    own.mkdir()
    (own / "tokenizer.json").write_text(description.to_str(pretty=False) + "\n")
    (own / "tokenizer_config.json").write_text(json.dumps({
        "bos_token": "[DEC]", "clean_up_tokenization_spaces": True, "cls_token": "[CLS]", "do_lower_case": True,
        "mask_token": "[MASK]", "pad_token": "[PAD]", "sep_token": "[SEP]", "tokenizer_class": "BertTokenizer",
        "unk_token": "[UNK]"}, indent=2) + "\n")
    for name in ("preprocessor_config.json", "processor_config.json"):
        text = (folder / name).read_text().replace("Blip2Processor", "InstructBlipProcessor")
        (folder / name).write_text(text)
    if shape.no_image_token:
        (folder / "processor_config.json").unlink()


def load(folder: Path, dtype: torch.dtype = torch.float32) -> InstructBlipForConditionalGeneration:
    """The checkpoint as transformers reads it, with nothing missing and nothing left over."""
    model, report = InstructBlipForConditionalGeneration.from_pretrained(
        folder, dtype=dtype, attn_implementation="eager", output_loading_info=True)
    problems = {key: value for key, value in report.items() if value and "position_ids" not in str(value)}
    assert not problems, f"{folder.name}: {problems}"
    if model.config.image_token_index is None:
        model.config.image_token_index = model.config.text_config.vocab_size - 3
    return model.eval()


def make(shape: Instructed) -> str:
    folder, last = FOLDER / shape.name, ["nothing tried"]
    model = make_model(shape)
    unbound = {"num_beams": 1, "max_new_tokens": shape.generation["max_new_tokens"]}
    for seed in range(SEEDS):
        inputs = draw(model, shape, torch.Generator().manual_seed(seed))
        set_ends(model, None)
        free = stages(model, inputs, unbound)[0]["generated_ids"]
        last = complaints_about_free_run(free)
        if not last:
            set_ends(model, choose_ends(shape, free))
            last = complaints(model, shape, inputs)
        if not last:
            break
    else:
        raise SystemExit(f"{shape.name}: no seed is good enough ({last})")
    shutil.rmtree(folder, ignore_errors=True)
    stored = copy.deepcopy(model)
    for name, weight in stored.named_parameters():
        weight.data = weight.data.to(stored_dtype(shape, name))
    size = sum(weight.numel() * weight.element_size() for weight in stored.parameters())
    stored.save_pretrained(folder, max_shard_size=f"{size // shape.shards // 1000 - 1}KB" if shape.shards > 1 else "50MB")
    prune(folder, shape)
    # `generate` of InstructBLIP heeds nothing of it.
    (folder / "generation_config.json").write_text(
        json.dumps({"eos_token_id": 5, "max_length": 7, "num_beams": 4, "no_repeat_ngram_size": 1}) + "\n")
    if shape.no_image_token:
        tensors = load_file(folder / "model.safetensors")
        positions = torch.arange(model.config.qformer_config.max_position_embeddings)[None]
        save_file({**tensors, "qformer.embeddings.position_ids": positions}, folder / "model.safetensors", metadata={"format": "pt"})
    if shape.tokenizer:
        write_processor(folder, shape)
    again = load(folder)
    if shape.no_image_token:
        again.config.image_token_index = image_token(shape)
    reference, margin = stages(again, inputs, shape.generation)
    tensors = {name: value.contiguous().clone() for name, value in {**inputs, **reference}.items()}
    save_file(tensors, folder / "reference.safetensors", metadata={"generation": json.dumps(shape.generation)})
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 1000
    return (f"{shape.name}: seed {seed}, {total} kB, margin {margin:.3f}, eos {ends_of(model)}, "
            f"lengths {lengths(reference['generated_ids'], ends_of(model))}")


# MARK: generate


class Subject:
    def __init__(self, shape: Instructed) -> None:
        self.shape = shape
        self.model, self.exact = load(FOLDER / shape.name), load(FOLDER / shape.name, torch.float64)
        for model in (self.model, self.exact):
            model.config.image_token_index = image_token(shape)
        self.pixels = load_file(FOLDER / shape.name / "reference.safetensors")["pixel_values"]

    def result(self, case: dict, arguments: dict, noise: int | None = None, exact: bool = False) -> tuple[list, list | None]:
        pad = self.model.config.qformer_config.pad_token_id
        inputs = {"pixel_values": self.pixels[case["pictures"]], "prompt_ids": padded(case["prompts"], T5_PAD),
                  "qformer_prompt_ids": padded(case["instructions"], pad)}
        output = run(self.exact if exact else self.model, inputs, arguments, noise)
        rows = [make_blip.ended(row, ends_of(self.model)) for row in output.sequences[:, 1:].tolist()]
        return rows, output.sequences_scores.tolist() if arguments["num_beams"] > 1 else None

    def draw_case(self, dice: random.Random) -> dict:
        pictures = [dice.randrange(len(self.pixels)) for _ in range(dice.choice([1, 1, 2, 3]))]
        words, read = range(8, min(self.shape.text["vocab_size"], image_token(self.shape)) - 3), range(8, self.shape.qformer["vocab_size"] - 1)
        most = min(8, self.shape.qformer.get("max_position_embeddings", 512)) - 2
        return {
            "pictures": pictures,
            "prompts": [[dice.choice(words) for _ in range(dice.randrange(0, 7))] + [1] for _ in pictures],
            "instructions": [[CLS] + [dice.choice(read) for _ in range(dice.randrange(0, most))] + [SEP] for _ in pictures],
        }

    draw_arguments = make_blip.Subject.draw_arguments
    says = make_blip.Subject.says

    def draw(self, focus: str) -> dict | None:
        """A case that the argument decides; nothing where this checkpoint hardly has one."""
        for attempt in range(100):
            dice = random.Random(f"{self.shape.name}/{focus}/{attempt}")
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
                return {**case, "arguments": arguments, "sequences": rows, "scores": scores}
        return None


def padded(rows: list[list[int]], padding: int) -> torch.Tensor:
    width = max(map(len, rows))
    return torch.tensor([row + [padding] * (width - len(row)) for row in rows])


# MARK: Prompts

DEFAULT = "Write a short description for the image."
PROMPTS = [DEFAULT, "a photo of", "What is in the picture?", "Question: is it raining? Short answer:", "fog",
           "  the   road  ", "snow, rain; sun!", "zebra", "[SEP] a boat </s>", "Describe the Harbour, then the sea."]


def prompts() -> dict:
    from PIL import Image
    from transformers import InstructBlipProcessor

    found: dict[str, Any] = {"default": DEFAULT, "prompts": []}
    processor = InstructBlipProcessor.from_pretrained(FOLDER / "flan-form")
    older = InstructBlipProcessor.from_pretrained(FOLDER / "older")
    for text in PROMPTS:
        given = processor(images=Image.new("RGB", (28, 28)), text=text)
        ids, read = given["input_ids"][0], given["qformer_input_ids"][0]
        # What says no number of queries gives the same behind the pictures, for which it has no tokens.
        alone = older(text=text)
        assert (alone["input_ids"][0], alone["qformer_input_ids"][0]) == (ids[4:], read)
        found["prompts"].append({"text": text, "input_ids": ids, "qformer_input_ids": read})
    model = load(FOLDER / "flan-form")
    set_ends(model, None)
    inputs = load_file(FOLDER / "flan-form" / "reference.safetensors")
    # As loaded: what generation_config.json asks for would show.
    found["default_length"] = run(model, inputs, {}).sequences.shape[1] - 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes tiny random InstructBLIP checkpoints with transformers' references.")
    parser.add_argument("--only", nargs="*", metavar="NAME", help="make only these checkpoints, and all texts")
    options = parser.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    for shape in SHAPES:
        if options.only is None or shape.name in options.only:
            print(make(shape), flush=True)
    (FOLDER / "prompts.json").write_text(json.dumps(prompts(), indent=1) + "\n")
    parts = []
    for shape in SHAPES:
        if shape.outliers:
            continue
        subject = Subject(shape)
        cases = [case for focus in make_blip.FOCUS if (case := subject.draw(focus))]
        lines = ",\n".join("  " + json.dumps(case) for case in cases)
        parts.append(f'{{"name": "{shape.name}", "cases": [\n{lines}\n]}}')
        print(f"{shape.name}: {len(cases)} cases", flush=True)
    (FOLDER / "generation.json").write_text('{"checkpoints": [\n' + ",\n".join(parts) + "\n]}\n")


if __name__ == "__main__":
    main()
