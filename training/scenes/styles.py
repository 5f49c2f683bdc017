"""The last step of drawing: grain, and the manners of several painters."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from .spec import Scene


def _noise(rng: np.random.Generator, image: Image.Image, amount: float) -> Image.Image:
    pixels = np.asarray(image).astype(np.float32)
    pixels += rng.normal(0, amount, pixels.shape[:2]).astype(np.float32)[:, :, None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _dabs(rng: np.random.Generator, image: Image.Image, size: float) -> Image.Image:
    """Moves every pixel's source a little in small patches, like dabs of a brush."""
    pixels = np.asarray(image)
    h, w = pixels.shape[:2]
    cell = max(2, round(size))
    shape = (h // cell + 2, w // cell + 2)
    dy, dx = (np.kron(rng.integers(-cell, cell + 1, shape), np.ones((cell, cell), int))[:h, :w] for _ in range(2))
    ys = np.clip(np.arange(h)[:, None] + dy // 2, 0, h - 1)
    xs = np.clip(np.arange(w)[None, :] + dx // 2, 0, w - 1)
    return Image.fromarray(pixels[ys, xs])


def apply(scene: Scene, pixels: np.ndarray) -> Image.Image:
    """The picture in the scene's style, with slight shifts of contrast, saturation and tint."""
    rng = np.random.default_rng(scene.seed + 17)
    image = Image.fromarray(pixels)
    unit = image.height / 240  # sizes below are for a height of 240
    style = scene.style
    if style == "photo":
        image = image.filter(ImageFilter.GaussianBlur(0.5 * unit))
        image = _noise(rng, image, rng.uniform(3, 9))
    elif style == "watercolour":
        soft = image.filter(ImageFilter.GaussianBlur(1.1 * unit))
        image = Image.blend(_dabs(rng, soft, 3 * unit), Image.new("RGB", image.size, (250, 246, 236)), 0.1)
        image = _noise(rng, image, 4)
    elif style == "oil":
        image = _dabs(rng, image, 3 * unit).filter(ImageFilter.MedianFilter(3))
        image = ImageEnhance.Color(image).enhance(1.2)
    elif style == "pencil":
        edges = image.convert("L").filter(ImageFilter.FIND_EDGES).point(lambda v: 255 - min(150, v * 2))
        image = ImageChops.multiply(image, Image.merge("RGB", [edges] * 3))
        image = _noise(rng, ImageEnhance.Color(image).enhance(0.8), 7)
    elif style == "pixels":
        cell = 2.2 * unit
        small = image.resize((round(image.width / cell), round(image.height / cell)), Image.Resampling.BOX)
        image = small.resize(image.size, Image.Resampling.NEAREST)
    elif style == "soft":
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.6, 1.1) * unit))
    image = ImageEnhance.Contrast(image).enhance(rng.uniform(0.92, 1.1))
    image = ImageEnhance.Color(image).enhance(rng.uniform(0.88, 1.12))
    tint = rng.uniform(0.96, 1.04, 3)
    table = [min(255, int(v * t)) for t in tint for v in range(256)]
    return image.point(table)
