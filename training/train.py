"""Trains the demo checkpoint: `python -m training.train --minutes 66`.

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
from transformers import PreTrainedTokenizerFast

from .dataset import DEFAULT_CACHE, Pictures, ahead, batches, normalize
from .export import export
from .losses import caption_loss, class_loss, encode
from .model import Heads, build, make_tokenizer, start_filters
from .scenes import Scene

PEAK_RATES = (2e-3, 1.5e-3)  # of Muon and of AdamW
SAVE_SECONDS = 240


def pace(progress: float, captions_from: float, warm: float = 0.02) -> float:
    """The learning rates' factor: warm-up, then a cosine; a second warm-up as the language parts join in."""
    factor = min(1.0, progress / warm + 0.02, 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
    if progress >= captions_from:
        factor *= min(1.0, 0.1 + (progress - captions_from) / warm)
    return factor


class Trainer:
    """The model with everything that training it needs."""

    def __init__(self, cache: Path, pictures: Pictures, captions_from: float, bf16: bool) -> None:
        folder = cache / "tokenizer"
        if not folder.exists():
            make_tokenizer().save_pretrained(folder)
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        self.model = build(self.tokenizer)
        self.heads = Heads(self.model.config.vision_config.hidden_size)
        self.optimizers = self.make_optimizers()
        self.captions_from, self.bf16 = captions_from, bf16
        self.state_path = cache / "state.pt"
        self.minutes, self.step = 0.0, 0
        if self.state_path.exists():
            self.load()
        else:
            sample = random.Random(1).sample(range(pictures.ready()), 400)
            start_filters(self.model, normalize(torch.from_numpy(pictures.pixels[sorted(sample)])))
        self.rng = random.Random(self.step)

    @property
    def parameters(self) -> list[nn.Parameter]:
        return [*self.model.parameters(), *self.heads.parameters()]

    def make_optimizers(self) -> list[torch.optim.Optimizer]:
        """Muon for the matrices inside the towers, AdamW for everything else."""
        matrices, others = [], []
        for name, value in [*self.model.named_parameters(), *self.heads.named_parameters()]:
            inside = value.ndim == 2 and ("layers." in name or ".layer." in name)
            (matrices if inside else others).append(value)
        return [
            torch.optim.Muon(matrices, lr=PEAK_RATES[0], weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others, lr=PEAK_RATES[1], weight_decay=0.01, betas=(0.9, 0.98)),
        ]

    def load(self) -> None:
        """Goes on from the state that an earlier run left."""
        state = torch.load(self.state_path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.heads.load_state_dict(state["heads"])
        for optimizer, saved in zip(self.optimizers, state["optims"], strict=True):
            optimizer.load_state_dict(saved)
        self.minutes, self.step = state["minutes"], state["step"]

    def save(self) -> None:
        """Writes the state beside its old version, then replaces that."""
        state = {
            "model": self.model.state_dict(),
            "heads": self.heads.state_dict(),
            "optims": [optimizer.state_dict() for optimizer in self.optimizers],
            "minutes": self.minutes,
            "step": self.step,
        }
        fresh = self.state_path.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self.state_path)

    def losses(
        self, pixels: torch.Tensor, scenes: list[Scene], truth: torch.Tensor, captioning: bool
    ) -> tuple[torch.Tensor, list[float]]:
        """The loss of one batch, and figures for the log: loss, words' loss, share right of kind, time, weather."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            if not captioning:
                states = self.model.vision_model(pixel_values=pixels)[0]
            else:
                ids, real = encode(scenes, self.tokenizer, self.model.config.image_token_index, self.rng)
                result = self.model(pixel_values=pixels, input_ids=ids, attention_mask=real)
                states = result.vision_outputs[0]
        loss, right = class_loss(self.heads, states.float(), truth, scenes)
        words = torch.zeros(())
        if captioning:
            words = caption_loss(result.logits.float(), ids, real)
            loss = 0.4 * loss + words
        return loss, [loss.item(), words.item(), *right]

    def learn(self, batch: tuple[torch.Tensor, list[Scene], torch.Tensor], progress: float) -> list[float]:
        """One step of training; gives the figures for the log."""
        factor = pace(progress, self.captions_from)
        for optimizer, rate in zip(self.optimizers, PEAK_RATES, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
            optimizer.zero_grad(set_to_none=True)
        loss, figures = self.losses(*batch, captioning=progress >= self.captions_from)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="where pictures and the state are kept")
    parser.add_argument("--pictures", type=int, default=40_000)
    parser.add_argument("--minutes", type=float, default=66)
    parser.add_argument("--vision-share", type=float, default=0.35, help="share of the time for the vision tower alone")
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bf16", action="store_true", help="compute in bfloat16 where that is safe")
    parser.add_argument("--out", type=Path, default=Path("Models/demo"))
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    pictures = Pictures(args.cache, args.pictures)
    pictures.fill(args.threads)
    trainer = Trainer(args.cache, pictures, args.vision_share, args.bf16)
    count = sum(p.numel() for p in trainer.model.parameters())
    print(f"{count:,} parameters, from minute {trainer.minutes:.1f}", flush=True)

    before, began, saved = trainer.minutes, time.monotonic(), time.monotonic()
    heard: list[list[float]] = []
    for batch in ahead(batches(pictures, args.batch, 1000 + trainer.step)):
        trainer.minutes = before + (time.monotonic() - began) / 60
        if trainer.minutes >= args.minutes:
            break
        heard.append(trainer.learn(batch, trainer.minutes / args.minutes))
        if trainer.step % 25 == 0:
            loss, words, kind, hour, weather = (sum(column) / len(column) for column in zip(*heard, strict=True))
            print(
                f"{trainer.minutes:6.1f} min  step {trainer.step}  loss {loss:.3f}  words {words:.3f}  "
                f"kind {kind:.3f}  time {hour:.3f}  weather {weather:.3f}",
                flush=True,
            )
            heard.clear()
        if time.monotonic() - saved > SAVE_SECONDS:
            trainer.save()
            saved = time.monotonic()
    trainer.save()
    export(trainer.model, trainer.tokenizer, args.out)


if __name__ == "__main__":
    main()
