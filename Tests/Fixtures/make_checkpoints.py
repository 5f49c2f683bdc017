"""Makes tiny random BLIP-2 checkpoints, each with the reference that transformers computed for it.

    python make_checkpoints.py                            # the named ones, beside this script
    python make_checkpoints.py --only opt-pre-norm        # one of them
    python make_checkpoints.py --random 12 --out /some/folder --seed 3
    python make_checkpoints.py --list

Needs torch, transformers 5, tokenizers and safetensors. Equal versions of these give equal files.

`reference.safetensors` holds what `image-to-song parity` compares: pixel_values [B,3,S,S], vision_hidden_state
[B,T,Hv] (after the last layer norm), query_output [B,Q,Hq], language_inputs [B,Q,H], first_logits [B,V] (raw),
generated_ids [B,N] (new tokens, filled up with pad), where given prompt_ids [B,P], and the metadata `generation`.
Everything is computed in float32 from the weights as they are stored.

The weights are drawn so that each of them matters and nothing is ill-conditioned. `complaints` says what a draw must
satisfy; the first seed that satisfies it is taken.
"""

from __future__ import annotations

import argparse
import copy
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import Blip2Config, Blip2ForConditionalGeneration, Blip2QFormerConfig, Blip2VisionConfig
from transformers import GenerationConfig, OPTConfig, T5Config
from transformers.utils import logging

from drawing import BOS, PAD, T5_BOS, T5_PAD, Tensors, configuration, draw_inputs, draw_weights, stored_dtype
from older import LOADABLE, make_older
from shapes import NAMED, Shape, random_shape, random_t5_shape
from tokenizer import write_processor

MARGIN = 0.01  # least distance between the two largest logits of a step, relative to the largest magnitude
NOISE = 1e-5  # largest relative L2 distance between float32 and float64, at any stage
TIPPING = 0.02  # largest relative L2 distance between float32 and bfloat16 where there are outliers: other roundings are to be tried
SEEDS = 150  # how many draws are tried before a shape is given up


@torch.no_grad()
def stages(
    model: Blip2ForConditionalGeneration, inputs: Tensors, generation: dict, **vision: bool
) -> tuple[Tensors, float]:
    """What the reference holds, and the smallest relative margin of a greedy step; `vision` goes to the vision tower."""
    pixels = inputs["pixel_values"].to(model.dtype)
    is_t5 = model.config.text_config.model_type == "t5"
    prompt = inputs.get("prompt_ids", torch.full((len(pixels), 1), T5_BOS if is_t5 else BOS))
    image = torch.full((len(pixels), model.config.num_query_tokens), model.config.image_token_index)
    ids = torch.cat([image, prompt], dim=1)
    features = model.get_image_features(pixels, **vision)
    # Without a prompt, generate fills in the image tokens and bos itself.
    given = {"input_ids": ids} if "prompt_ids" in inputs else {}
    output = model.generate(pixels, **given, **generation, **vision, do_sample=False,
                            return_dict_in_generate=True, output_scores=True, output_logits=True)
    # An encoder-decoder gives the start token alone in front of the new ones.
    generated = output.sequences[:, 1 if is_t5 else ids.shape[1]:]
    start = {"decoder_input_ids": output.sequences[:, :1]} if is_t5 else {}
    logits = model(pixels, ids, **start, **vision).logits[:, -1]
    assert torch.allclose(logits, output.logits[0].to(logits.dtype), rtol=1e-4, atol=1e-4)
    margin, running = 1.0, torch.ones(len(pixels), dtype=torch.bool)
    for step, scores in enumerate(output.scores):
        best = scores.topk(2).values
        gaps = (best[:, 0] - best[:, 1]) / best[:, 0].abs().clamp(min=scores[scores.isfinite()].std())
        margin = min(margin, gaps[running].min().item())
        running &= ~torch.isin(generated[:, step], torch.tensor(ends_of(model)))
    return {
        "vision_hidden_state": features.vision_outputs.last_hidden_state,
        "query_output": features.qformer_outputs.last_hidden_state,
        "language_inputs": features.pooler_output,
        "first_logits": output.logits[0],
        "generated_ids": generated,
    }, margin


def ends_of(model: Blip2ForConditionalGeneration) -> list[int]:
    ends = model.config.text_config.eos_token_id
    return ends if isinstance(ends, list) else [] if ends is None else [ends]


def lengths(ids: torch.Tensor, ends: list[int]) -> list[int]:
    """How many tokens each row has up to and with its first eos."""
    return [next((at + 1 for at, token in enumerate(row) if token in ends), len(row)) for row in ids.tolist()]


def choose_ends(shape: Shape, free: torch.Tensor) -> int | list[int]:
    """Takes tokens of the free run as eos ids: those that cut some rows, at different steps, and as late as may be.

    Where a least length is asked for, they cut a row before it instead, so that the least length has work to do.
    """
    least = shape.generation.get("min_new_tokens", 0)

    def merit(token: int) -> tuple[bool, bool, int]:
        cut = lengths(free, [token])
        return (min(cut) < least if least else min(cut) < free.shape[1]), len(set(cut)) > 1, sum(cut)

    ends: list[int] = []
    for row in [*range(len(free))] * shape.ends:  # one eos from each row in turn
        pad = T5_PAD if shape.is_t5 else PAD
        candidates = [token for token in free[row].tolist() if token != pad and token not in ends]
        if candidates and len(ends) < shape.ends:
            ends.append(max(candidates, key=merit))
    return ends if shape.ends > 1 else ends[0]


def set_ends(model: Blip2ForConditionalGeneration, ends: int | list[int] | None) -> None:
    model.config.text_config.eos_token_id = ends
    model.generation_config = GenerationConfig.from_model_config(model.config)
    model.language_model.generation_config = GenerationConfig.from_model_config(model.config.text_config)


def relative(found: torch.Tensor, expected: torch.Tensor) -> float:
    return ((found.double() - expected.double()).norm() / expected.double().norm()).item()


def complaints_about_free_run(free: torch.Tensor) -> list[str]:
    """What makes a draw a poor test already before an eos is chosen."""
    poor = []
    if any(len(row.unique()) < max(2, len(row) * 2 // 5) for row in free):
        poor.append("repeats itself")
    if len({tuple(row.tolist()) for row in free[:, :4]}) < len(free):
        poor.append("pictures look alike")
    return poor


def complaints(model: Blip2ForConditionalGeneration, shape: Shape, inputs: Tensors) -> list[str]:
    """What makes this draw, with its eos, a poor test; nothing where it is a good one."""
    found, margin = stages(model, inputs, shape.generation)
    ids, poor = found["generated_ids"], []
    if margin < MARGIN:
        poor.append(f"margin {margin:.1e}")
    if "min_new_tokens" in shape.generation:
        unbound = stages(model, inputs, {**shape.generation, "min_new_tokens": 0})[0]["generated_ids"]
        if torch.equal(unbound, ids):
            poor.append("min_new_tokens changes nothing")
    elif shape.batch > 1 and len(set(lengths(ids, ends_of(model)))) == 1:
        poor.append("all rows end together")
    if poor:
        return poor
    exact, _ = stages(copy.deepcopy(model).double(), inputs, shape.generation)
    poor += [f"{name} noise {relative(found[name], exact[name]):.1e}" for name in found
             if name != "generated_ids" and relative(found[name], exact[name]) > NOISE]
    if not torch.equal(ids, exact["generated_ids"]):
        poor.append("float64 says other ids")
    if shape.outliers:
        coarse, _ = stages(copy.deepcopy(model).bfloat16(), inputs, shape.generation)
        poor += [f"{name} tips over, {relative(coarse[name], found[name]):.1e}" for name in found
                 if name != "generated_ids" and relative(coarse[name], found[name]) > TIPPING]
    return poor


def without_defaults(config: dict, defaults: dict, keep: tuple[str, ...]) -> dict:
    return {key: value for key, value in config.items() if key in keep or key not in defaults or defaults[key] != value}


def prune_configuration(folder: Path) -> None:
    """Leaves out of config.json what equals the defaults of the configuration classes, as published ones do."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    text = T5Config if config["text_config"]["model_type"] == "t5" else OPTConfig
    kinds = {"vision_config": Blip2VisionConfig, "qformer_config": Blip2QFormerConfig, "text_config": text}
    for key, kind in kinds.items():
        part = without_defaults(config[key], kind().to_dict(), ("model_type",))
        config[key] = {name: value for name, value in part.items() if name not in ("dtype", "encoder_hidden_size")}
    if text is OPTConfig and config["text_config"].get("word_embed_proj_dim") == config["text_config"].get("hidden_size"):
        del config["text_config"]["word_embed_proj_dim"]
    if config["text_config"].get("dense_act_fn") == "gelu":  # as the published ones have it
        config["text_config"]["tie_word_embeddings"] = config["text_config"].pop("scale_decoder_outputs", True)
        config["text_config"].pop("is_gated_act", None)
    config = without_defaults(config, Blip2Config().to_dict(), ("model_type", "architectures", "num_query_tokens"))
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def store(model: Blip2ForConditionalGeneration, shape: Shape, folder: Path) -> None:
    """Writes the checkpoint into `folder`, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    stored = copy.deepcopy(model)
    for name, weight in stored.named_parameters():
        weight.data = weight.data.to(stored_dtype(shape, name))
    size = sum(weight.numel() * weight.element_size() for weight in stored.parameters())
    largest = f"{size // shape.shards // 1000 - 1}KB" if shape.shards > 1 else "50MB"
    stored.save_pretrained(folder, max_shard_size=largest)
    prune_configuration(folder)
    if not shape.generation_config:
        (folder / "generation_config.json").unlink()
    if shape.tied_head_stored and model.config.text_config.tie_word_embeddings:
        store_head(folder)
    if shape.tokenizer:
        write_processor(folder, shape)
    for path in folder.iterdir():
        path.chmod(0o644)


def store_head(folder: Path) -> None:
    """Adds the tied lm_head to the file that holds the embeddings, and to the index where there is one."""
    source, head = "language_model.model.decoder.embed_tokens.weight", "language_model.lm_head.weight"
    index_path = folder / "model.safetensors.index.json"
    place = "model.safetensors"
    if index_path.exists():
        index = json.loads(index_path.read_text())
        place = index["weight_map"][head] = index["weight_map"][source]
        index_path.write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")
    tensors = load_file(folder / place)
    save_file({**tensors, head: tensors[source].clone()}, folder / place, metadata={"format": "pt"})


def reload(folder: Path) -> Blip2ForConditionalGeneration:
    """The checkpoint as transformers reads it, in float32, with nothing missing and nothing left over."""
    model, report = Blip2ForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    problems = {key: value for key, value in report.items() if value}
    assert not problems, f"{folder.name}: {problems}"
    return model.eval()


class NoGoodDraw(Exception):
    """No seed gave a checkpoint without complaints; a random shape may be like that."""


def make(shape: Shape, parent: Path) -> str:
    """Makes one checkpoint with its reference; returns a line that says how it went."""
    folder, last = parent / shape.name, ["nothing tried"]
    config = configuration(shape)
    config._attn_implementation = "eager"
    model = Blip2ForConditionalGeneration(config).eval()
    if shape.is_t5 and shape.text.get("tie_word_embeddings") is False:
        # transformers makes every T5 model with its head tied, and reads those whose head differs as they are.
        model.language_model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.language_model.shared.weight))
    unbound = {"num_beams": 1, "max_new_tokens": shape.generation["max_new_tokens"]}
    for seed in range(SEEDS):
        dice = torch.Generator().manual_seed(seed)
        draw_weights(model, shape, dice)
        inputs = draw_inputs(shape, dice)
        set_ends(model, None)
        free = stages(model, inputs, unbound)[0]["generated_ids"]
        last = complaints_about_free_run(free)
        if not last:
            set_ends(model, choose_ends(shape, free))
            last = complaints(model, shape, inputs)
        if not last:
            break
    else:
        raise NoGoodDraw(f"{shape.name}: no seed is good enough ({'; '.join(last)})")
    store(model, shape, folder)
    reference, margin = stages(reload(folder), inputs, shape.generation)
    assert torch.equal(reference["generated_ids"], stages(model, inputs, shape.generation)[0]["generated_ids"])
    tensors = {name: value.contiguous().clone() for name, value in {**inputs, **reference}.items()}
    save_file(tensors, folder / "reference.safetensors", metadata={"generation": json.dumps(shape.generation)})
    (folder / "reference.safetensors").chmod(0o644)
    if shape.older:
        current = reload(folder).state_dict()
        make_older(folder, shape.older)
        if shape.older in LOADABLE:
            older = Blip2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).state_dict()
            assert all(torch.equal(older[name], tensor) for name, tensor in current.items())
    size = sum(path.stat().st_size for path in folder.iterdir()) // 1000
    shards = len(list(folder.glob("model*.safetensors")))
    assert (shards > 1) == (shape.shards > 1)
    return (f"{shape.name}: seed {seed}, {size} kB in {shards}, margin {margin:.3f}, eos {ends_of(model)}, "
            f"lengths {lengths(reference['generated_ids'], ends_of(model))}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes tiny random BLIP-2 checkpoints with transformers' references.")
    parser.add_argument("--list", action="store_true", help="print the named checkpoints and stop")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="make only these of the named ones")
    parser.add_argument("--random", type=int, metavar="N", help="make N of random shapes instead; needs --out")
    parser.add_argument("--t5", action="store_true", help="make the random ones with T5 language models")
    parser.add_argument("--seed", type=int, default=0, help="which random shapes (default 0)")
    parser.add_argument("--out", type=Path, help="the folder they go into (default: beside this script)")
    arguments = parser.parse_args()
    if arguments.random and not arguments.out:
        parser.error("--random needs --out, so that random checkpoints stay out of the repository")
    shapes = NAMED
    if arguments.only:
        shapes = [shape for shape in shapes if shape.name in arguments.only]
    if arguments.list:
        print("\n".join(f"{shape.name:28} {shape.note}" for shape in shapes))
        return
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    parent = arguments.out or Path(__file__).parent
    if not arguments.random:
        for shape in shapes:
            print(make(shape, parent), flush=True)
        return
    made, number = 0, 0
    while made < arguments.random:
        try:
            draw = random_t5_shape if arguments.t5 else random_shape
            print(make(draw(number, arguments.seed), parent), flush=True)
            made += 1
        except NoGoodDraw as reason:
            print(f"skipped {reason}", flush=True)
        number += 1


if __name__ == "__main__":
    main()
