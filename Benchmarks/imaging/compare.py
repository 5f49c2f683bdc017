#!/usr/bin/env python3
"""Holds the pixels that image-to-song gives its network against transformers' image processor, and times both.

    pip install -r Benchmarks/requirements.txt
    swift build -c release
    python Benchmarks/imaging/compare.py .build/release/image-to-song

Accuracy: the photographs inside the scikit-image and scikit-learn wheels, and drawn ones, at several input sizes, as a
mean absolute difference in units of 1/255. Pillow does first what the service promises and transformers leaves out:
the EXIF orientation, the colour profile, transparency on white. Time: a 12-megapixel JPEG to pixels, in turns with
Pillow and transformers in the same run, as a ratio of medians. Exits with 1 where a bound is missed.
"""

import argparse
import io
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import skimage
import sklearn
from PIL import Image, ImageCms, ImageDraw, ImageOps
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

MEAN = numpy.array([0.48145466, 0.4578275, 0.40821073])[:, None, None]
DEVIATION = numpy.array([0.26862954, 0.26130258, 0.27577711])[:, None, None]
BOUND = 1.0  # of 255
TIME_BOUND_RATIO = 15 / 160


def photographs():
    """The pictures in the installed wheels that Pillow can open."""
    folders = [pathlib.Path(skimage.__file__).parent / "data", pathlib.Path(sklearn.__file__).parent / "datasets/images"]
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.suffix in (".jpg", ".png", ".tif", ".gif"):
                try:
                    Image.open(path).load()
                    yield path
                except OSError:
                    print(f"{path.name}: left out, Pillow cannot open it", file=sys.stderr)


def draw(folder):
    """Gradients, edges and texture, as JPEG, PNG and WebP of several shapes."""
    random = numpy.random.default_rng(3)
    for width, height in [(640, 480), (333, 777), (1600, 900), (90, 60), (3000, 2001)]:
        y, x = numpy.mgrid[0:height, 0:width]
        waves = 127 + 100 * numpy.sin(x / 9.0) * numpy.cos(y / 13.0)
        pixels = numpy.stack([255 * x / width, 255 * y / height, waves], -1) + random.normal(0, 8, (height, width, 3))
        image = Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))
        ImageDraw.Draw(image).ellipse([width * 0.2, height * 0.3, width * 0.7, height * 0.8], outline="white", width=3)
        suffixes = [(".jpg", {"quality": 88}), (".png", {}), (".webp", {"lossless": True})]
        for suffix, options in suffixes[:1] if width * height > 2_000_000 else suffixes:  # none over 10 MiB
            path = folder / f"drawn-{width}x{height}{suffix}"
            image.save(path, **options)
            yield path


def upright_rgb(path):
    """The picture in 8-bit sRGB as the service sees it, made by Pillow."""
    image = ImageOps.exif_transpose(Image.open(path))
    profile = image.info.get("icc_profile")
    if profile and image.mode == "RGB":
        image = ImageCms.profileToProfile(image, io.BytesIO(profile), ImageCms.createProfile("sRGB"))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def run(program, paths, size, output=None, repeat=1):
    """`bench pixels`: one JSON object a picture, and the pixels, [3, size, size] f32 each, in a row in `output`."""
    command = [*program, *map(str, paths), "--size", str(size), "--repeat", str(repeat)]
    if output:
        command += ["--output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(program, paths, size, folder):
    """Prints each picture's difference; returns the worst mean."""
    processor = BlipImageProcessorPil(size={"height": size, "width": size})
    output = folder / "pixels.f32"
    lines = run(program, paths, size, output)
    refused = [line for line in lines if "error" in line]
    for line in refused:
        print(f"  refused: {line['picture']}: {line['error']}")
    pixels = numpy.fromfile(output, dtype=numpy.float32).reshape(-1, 3, size, size)
    worst = 0.0 if not refused else float("inf")
    read = [path for path, line in zip(paths, lines) if "error" not in line]
    for path, ours in zip(read, pixels):
        theirs = processor(upright_rgb(path), return_tensors="np")["pixel_values"][0]
        difference = numpy.abs((ours - theirs) * DEVIATION * 255)
        worst = max(worst, difference.mean())
        print(f"  {path.name:32} mean {difference.mean():.3f}, largest {difference.max():.0f}, of 255")
    return worst


def race(program, folder, size=224, rounds=7):
    """Times a 12-megapixel JPEG in turns; returns ours as a part of theirs."""
    path = folder / "12-megapixels.jpg"
    source = pathlib.Path(sklearn.__file__).parent / "datasets/images/china.jpg"
    Image.open(source).resize((4000, 3000), Image.Resampling.LANCZOS).save(path, quality=85)
    processor = BlipImageProcessorPil(size={"height": size, "width": size})
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(run(program, [path], size, repeat=7)[0]["median_ms"])
        for _ in range(3):
            start = time.perf_counter()
            processor(Image.open(path), return_tensors="np")
            theirs.append(1000 * (time.perf_counter() - start))
    mine, pillow = statistics.median(ours), statistics.median(theirs)
    print(f"12 megapixels to {size} × {size}: {mine:.1f} ms, Pillow and transformers {pillow:.1f} ms, "
          f"{pillow / mine:.1f} times as long")
    return mine / pillow


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the image-to-song executable")
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 224, 384])
    arguments = parser.parse_args()
    program = [arguments.program, "bench", "pixels"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        paths = [*photographs(), *draw(folder)]
        worst = 0.0
        for size in arguments.sizes:
            print(f"{size} × {size}")
            worst = max(worst, compare(program, paths, size, folder))
        print(f"worst mean absolute difference: {worst:.3f} of 255 (bound: under {BOUND})")
        ratio = race(program, folder)
        print(f"ours as a part of theirs: {ratio:.3f} (bound: at most {TIME_BOUND_RATIO:.3f})")
    return 0 if worst < BOUND and ratio <= TIME_BOUND_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
