"""Draws the training pictures once, keeps them in a cache on disk, and serves batches of them."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .scenes import KINDS, TIMES, WEATHERS, Scene, describe, draw
from .seeds import TRAIN_SEEDS, height

SIZE = 224
DEFAULT_CACHE = Path(tempfile.gettempdir()) / "image-to-song-scenes"

MEAN = torch.tensor((0.48145466, 0.4578275, 0.40821073)).view(3, 1, 1) * 255
STD = torch.tensor((0.26862954, 0.26130258, 0.27577711)).view(3, 1, 1) * 255


def picture(seed: int) -> np.ndarray:
    """A scene as the model sees it: drawn in its own shape, squashed to a square as BLIP-2's processor does."""
    image = draw(describe(seed), height(seed))
    return np.asarray(image.resize((SIZE, SIZE), Image.Resampling.BICUBIC))


class Pictures:
    """The first `count` training pictures in a file, drawn by several processes while training already runs."""

    def __init__(self, cache: Path, count: int) -> None:
        cache.mkdir(parents=True, exist_ok=True)
        self.path, self.progress, self.count = cache / f"pictures-{count}.u8", cache / f"pictures-{count}.done", count
        mode = "r+" if self.path.exists() else "w+"
        self.pixels = np.memmap(self.path, np.uint8, mode, shape=(count, SIZE, SIZE, 3))

    def ready(self) -> int:
        """How many pictures have been drawn so far."""
        return int(self.progress.read_text() or 0) if self.progress.exists() else 0

    def fill(self, workers: int) -> None:
        """Draws what is missing."""
        start = self.ready()
        if start == self.count:
            return
        with get_context("fork").Pool(workers) as pool:
            for k, pixels in enumerate(pool.imap(picture, TRAIN_SEEDS[start : self.count], chunksize=50), start):
                self.pixels[k] = pixels
                if (k + 1) % 500 == 0 or k + 1 == self.count:
                    self.progress.write_text(str(k + 1))


def labels(scene: Scene) -> tuple[int, int, int]:
    """The scene's classes as numbers: kind, time of day, weather."""
    return list(KINDS).index(scene.kind), TIMES.index(scene.time), WEATHERS.index(scene.weather)


def normalize(pixels: torch.Tensor) -> torch.Tensor:
    """Bytes (batch × height × width × 3) as the model's input, without any change of the picture."""
    return (pixels.permute(0, 3, 1, 2).float() - MEAN) / STD


def augment(pixels: torch.Tensor, rng: random.Random) -> torch.Tensor:
    """A batch slightly changed, as the model's input: mirrored, shifted, brighter or darker, tinted, noisy."""
    if rng.random() < 0.5:
        pixels = pixels.flip(2)
    pixels = torch.roll(pixels, (rng.randint(-6, 6), rng.randint(-10, 10)), (1, 2))
    count = len(pixels)
    gain = 1 + 0.06 * torch.randn(count, 1, 1, 1) + 0.025 * torch.randn(count, 3, 1, 1)
    offset = 5 * torch.randn(count, 1, 1, 1)
    changed = pixels.permute(0, 3, 1, 2).float()
    if rng.random() < 0.25:
        changed = changed + 4 * torch.randn(changed.shape[1:]).roll(rng.randint(0, SIZE), 1)
    return changed.mul_(gain / STD).add_((offset - MEAN) / STD)  # the change and the normalization in one step


def batches(pictures: Pictures, size: int, seed: int) -> Iterator[tuple[torch.Tensor, list[Scene], torch.Tensor]]:
    """Batches without end: pictures, their scenes, their classes. Uses whatever has been drawn by then."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    while True:
        order = list(range(pictures.ready()))
        rng.shuffle(order)
        for start in range(0, min(len(order), 8000) - size + 1, size):
            chosen = sorted(order[start : start + size])
            scenes = [describe(TRAIN_SEEDS[k]) for k in chosen]
            pixels = torch.from_numpy(pictures.pixels[chosen])
            yield augment(pixels, rng), scenes, torch.tensor([labels(scene) for scene in scenes])


def ahead(
    items: Iterator[tuple[torch.Tensor, list[Scene], torch.Tensor]],
) -> Iterator[tuple[torch.Tensor, list[Scene], torch.Tensor]]:
    """The same batches, each made by a thread while the one before it is learned from."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items)
        while True:
            batch, coming = coming.result(), pool.submit(next, items)
            yield batch
