"""Trains the demo checkpoint: `python -m training.train --minutes 90`.

First the vision tower alone learns the scenes' classes (cheap, and fast to learn), then everything learns to
write captions. How far the training has come is counted in minutes, so it ends in time on any machine; it
can be stopped and started again.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from pathlib import Path

import torch
from torch import nn
from transformers import Blip2ForConditionalGeneration, PreTrainedTokenizerFast

from .captions import NAMES, caption
from .dataset import DEFAULT_CACHE, Pictures, ahead, batches, normalize
from .export import export
from .model import QUERIES, Heads, build, make_tokenizer, start_filters
from .scenes import Scene

IGNORED = -100


def encode(scenes: list[Scene], tokenizer: PreTrainedTokenizerFast, image: int, rng: random.Random,
           ) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids (<image>…, bos, caption, eos) padded on the right, and where they are real."""
    head, end = [image] * QUERIES, tokenizer.eos_token_id
    texts = tokenizer([" " + caption(scene, rng) for scene in scenes])["input_ids"]
    rows = [[*head, *ids, end] for ids in texts]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [tokenizer.pad_token_id] * (longest - len(row)) for row in rows])
    real = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return ids, real


def class_loss(heads: Heads, states: torch.Tensor, truth: torch.Tensor, scenes: list[Scene]) -> tuple[torch.Tensor, list[float]]:
    """How wrong the helper heads are, and each one's share of right answers."""
    scores, things = heads(states)
    there = torch.tensor([[float(scene.count(name) > 0) for name in NAMES] for scene in scenes])
    loss = sum(nn.functional.cross_entropy(s, truth[:, k], label_smoothing=0.05) for k, s in enumerate(scores))
    loss = loss + 2.0 * nn.functional.binary_cross_entropy_with_logits(things, there)
    return loss, [(s.argmax(1) == truth[:, k]).float().mean().item() for k, s in enumerate(scores)]


def caption_loss(logits: torch.Tensor, ids: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of each caption token given those before it."""
    targets = ids.masked_fill(real == 0, IGNORED)[:, QUERIES + 1:]
    return nn.functional.cross_entropy(logits[:, QUERIES:-1].flatten(0, 1), targets.flatten(), ignore_index=IGNORED)


def optimizers(model: nn.Module, heads: nn.Module) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the towers, AdamW for everything else."""
    matrices, others = [], []
    for name, value in [*model.named_parameters(), *heads.named_parameters()]:
        inside = value.ndim == 2 and ("layers." in name or ".layer." in name)
        (matrices if inside else others).append(value)
    return [torch.optim.Muon(matrices, lr=2e-3, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others, lr=1.5e-3, weight_decay=0.01, betas=(0.9, 0.98))]


def pace(progress: float, begin: float, warm: float = 0.02) -> float:
    """The learning rate's factor: warm-up, then a cosine from 1 down to 0.01."""
    t = (progress - begin) / (1 - begin)
    return min(1.0, t / warm + 0.02, 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, t))))


def save(path: Path, model: nn.Module, heads: nn.Module, optims: list[torch.optim.Optimizer], minutes: float, step: int) -> None:
    """Writes the state beside its old version, then replaces that."""
    state = {"model": model.state_dict(), "heads": heads.state_dict(), "optims": [o.state_dict() for o in optims],
             "minutes": minutes, "step": step}
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    parser.add_argument("--pictures", type=int, default=40_000)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--vision-share", type=float, default=0.35, help="share of the time for the vision tower alone")
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bf16", action="store_true", help="compute in bfloat16 where that is safe")
    parser.add_argument("--out", type=Path, default=Path("Models/demo"))
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    pictures = Pictures(args.cache, args.pictures)
    if pictures.ready() < 4000:
        pictures.fill(args.threads)
    folder = args.cache / "tokenizer"
    if not folder.exists():
        make_tokenizer().save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    model: Blip2ForConditionalGeneration = build(tokenizer)
    heads = Heads(model.config.vision_config.hidden_size)
    optims = optimizers(model, heads)
    state_path = args.cache / "state.pt"
    spent, step = 0.0, 0
    if state_path.exists():
        state = torch.load(state_path, weights_only=True)
        model.load_state_dict(state["model"])
        heads.load_state_dict(state["heads"])
        for optim, saved in zip(optims, state["optims"]):
            optim.load_state_dict(saved)
        spent, step = state["minutes"], state["step"]
    else:
        sample = random.Random(1).sample(range(pictures.ready()), 400)
        start_filters(model, normalize(torch.from_numpy(pictures.pixels[sorted(sample)])))
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, from minute {spent:.1f}", flush=True)

    image, rng = model.config.image_token_index, random.Random(step)
    peak = [2e-3, 1.5e-3]
    began, saved, heard = time.monotonic(), time.monotonic(), []
    for pixels, scenes, truth in ahead(batches(pictures, args.batch, 1000 + step)):
        minutes = spent + (time.monotonic() - began) / 60
        progress = minutes / args.minutes
        if progress >= 1:
            break
        captioning = progress >= args.vision_share
        factor = pace(progress, 0.0, 0.02)
        if captioning:  # warm up once more, as new parts join in
            factor *= min(1.0, 0.1 + (progress - args.vision_share) / 0.02)
        for optim, rate in zip(optims, peak):
            for group in optim.param_groups:
                group["lr"] = rate * factor
        with torch.autocast("cpu", torch.bfloat16, enabled=args.bf16):
            if captioning:
                ids, real = encode(scenes, tokenizer, image, rng)
                result = model(pixel_values=pixels, input_ids=ids, attention_mask=real)
                states, logits = result.vision_outputs[0], result.logits
            else:
                states, logits = model.vision_model(pixel_values=pixels)[0], None
        loss, right = class_loss(heads, states.float(), truth, scenes)
        words = torch.zeros(())
        if logits is not None:
            words = caption_loss(logits.float(), ids, real)
            loss = 0.4 * loss + words
        for optim in optims:
            optim.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([*model.parameters(), *heads.parameters()], 1.0)
        for optim in optims:
            optim.step()
        step += 1
        heard.append([loss.item(), words.item(), *right])
        if step % 25 == 0:
            means = [sum(column) / len(column) for column in zip(*heard)]
            print(f"{minutes:6.1f} min  step {step}  of {pictures.ready()}  loss {means[0]:.3f}  words {means[1]:.3f}  "
                  f"kind {means[2]:.3f}  time {means[3]:.3f}  weather {means[4]:.3f}", flush=True)
            heard.clear()
        if time.monotonic() - saved > 240:
            save(state_path, model, heads, optims, minutes, step)
            saved = time.monotonic()
    save(state_path, model, heads, optims, spent + (time.monotonic() - began) / 60, step)
    export(model, tokenizer, args.out)


if __name__ == "__main__":
    main()
