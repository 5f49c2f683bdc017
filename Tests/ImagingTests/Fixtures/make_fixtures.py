#!/usr/bin/env python3
"""Draws the pictures that ImagingTests reads, and what Pillow and transformers make of each.

    pip install numpy pillow transformers
    python Tests/ImagingTests/Fixtures/make_fixtures.py

Each picture is brought to 8-bit RGB as the service promises (turned upright, its profile applied, on white), then given
to transformers' BlipImageProcessorPil without rescaling and normalising. The result, `SIZE` × `SIZE` × 3 bytes, stands
in `<name>.rgb`, and for some what it makes of the file itself in `<name>.transformers.rgb`; `cases.json` lists the pictures. All of it is drawn from a seed: a second run writes the same pixels.
"""

import io
import json
import pathlib

import numpy
from PIL import Image, ImageCms, ImageDraw, ImageOps
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

HERE = pathlib.Path(__file__).parent
SIZE = 56
# Pictures that transformers reads otherwise than they are shown.
BY_TRANSFORMERS = {
    "orientation-3.jpg", "orientation-6.jpg", "wide-colours.jpg", "cmyk.jpg", "alpha.png", "grey-alpha.png", "palette-alpha.png",
    "rgb-16.png", "alpha-16.png", "grey-16.png", "alpha.webp", "grey-16.tif", "cmyk.tif"}


def draw(width, height, seed=7):
    """A scene with gradients, edges and fine texture, different in each corner."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    red = 255 * x / max(width - 1, 1)
    green = 255 * y / max(height - 1, 1)
    blue = 127 + 127 * numpy.sin(x / 5.0) * numpy.cos(y / 7.0)
    noise = random.normal(0, 6, (height, width, 3))
    pixels = numpy.stack([red, green, blue], -1) + noise
    image = Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))
    pen = ImageDraw.Draw(image)
    pen.rectangle([width * 0.1, height * 0.1, width * 0.4, height * 0.3], fill=(240, 30, 20))
    pen.ellipse([width * 0.55, height * 0.5, width * 0.95, height * 0.9], fill=(20, 60, 230))
    pen.line([0, height, width, 0], fill=(255, 255, 0), width=2)
    return image


def with_alpha(image):
    """The picture, fading out from left to right."""
    alpha = numpy.tile(numpy.linspace(255, 0, image.width), (image.height, 1)).astype(numpy.uint8)
    result = image.convert("RGBA")
    result.putalpha(Image.fromarray(alpha))
    return result


def on_white(image):
    """The picture in RGB, its transparency laid over white."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def display_p3_like_profile():
    """A matrix profile with a wider red and green than sRGB: sRGB's own, its colourants exchanged for others."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    colourants = {b"rXYZ": (0.5151, 0.2412, -0.0011), b"gXYZ": (0.2920, 0.6922, 0.0419), b"bXYZ": (0.1571, 0.0666, 0.7841)}
    count = int.from_bytes(profile[128:132], "big")
    for entry in range(132, 132 + 12 * count, 12):
        tag, offset = bytes(profile[entry:entry + 4]), int.from_bytes(profile[entry + 4:entry + 8], "big")
        for index, value in enumerate(colourants.get(tag, ())):
            start = offset + 8 + 4 * index
            profile[start:start + 4] = round(value * 65536).to_bytes(4, "big", signed=True)
    return bytes(profile)


def png_of_16_bits(array):
    """A 16-bit RGB or RGBA PNG, which Pillow reads but does not write. `array`: uint16 [height, width, 3 or 4]."""
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, channels = array.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    header = struct.pack(">IIBBBBB", width, height, 16, 6 if channels == 4 else 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


class Fixtures:
    def __init__(self):
        self.cases = []
        self.process = BlipImageProcessorPil(
            size={"height": SIZE, "width": SIZE}, do_rescale=False, do_normalize=False)

    def add(self, name, data, format, upright=None):
        """Writes a picture and its references: of `upright`, or else of what Pillow reads, and what transformers does by itself."""
        if name in BY_TRANSFORMERS:
            pixels = self.process(Image.open(io.BytesIO(data)), return_tensors="np")["pixel_values"][0]
            (HERE / f"{name}.transformers.rgb").write_bytes(pixels.transpose(1, 2, 0).astype(numpy.uint8).tobytes())
        if upright is None:
            upright = on_white(Image.open(io.BytesIO(data)))
        pixels = self.process(upright, return_tensors="np")["pixel_values"][0]  # [3, SIZE, SIZE]
        (HERE / name).write_bytes(data)
        (HERE / f"{name}.rgb").write_bytes(pixels.transpose(1, 2, 0).astype(numpy.uint8).tobytes())
        self.cases.append({"name": name, "format": format, "width": upright.width, "height": upright.height})

    def save(self, name, image, format, upright=None, **options):
        stream = io.BytesIO()
        image.save(stream, format, **options)
        self.add(name, stream.getvalue(), format.lower(), upright)


def add_orientations(fixtures):
    stored = draw(72, 48)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        stream = io.BytesIO()
        stored.save(stream, "JPEG", quality=90, exif=exif)
        upright = ImageOps.exif_transpose(Image.open(io.BytesIO(stream.getvalue())))
        fixtures.add(f"orientation-{orientation}.jpg", stream.getvalue(), "jpeg", upright)


def add_jpegs(fixtures, scene):
    fixtures.save("baseline.jpg", scene, "JPEG", quality=85)
    fixtures.save("progressive.jpg", scene, "JPEG", quality=85, progressive=True)
    fixtures.save("grey.jpg", scene.convert("L"), "JPEG", quality=85)
    fixtures.save("cmyk.jpg", scene.convert("CMYK"), "JPEG", quality=90)
    profile = display_p3_like_profile()
    stream = io.BytesIO()
    scene.save(stream, "JPEG", quality=90, icc_profile=profile)
    converted = ImageCms.profileToProfile(
        Image.open(io.BytesIO(stream.getvalue())), io.BytesIO(profile), ImageCms.createProfile("sRGB"))
    fixtures.add("wide-colours.jpg", stream.getvalue(), "jpeg", converted)


def add_pngs(fixtures, scene):
    fixtures.save("rgb.png", scene, "PNG")
    fixtures.save("alpha.png", with_alpha(scene), "PNG")
    fixtures.save("grey.png", scene.convert("L"), "PNG")
    fixtures.save("grey-alpha.png", with_alpha(scene).convert("LA"), "PNG")
    fixtures.save("one-bit.png", scene.convert("1"), "PNG")
    fixtures.save("palette.png", scene.quantize(32), "PNG")
    fixtures.save("palette-alpha.png", scene.quantize(32), "PNG", transparency=3)
    wide = numpy.asarray(scene).astype(numpy.uint16) * 257
    fixtures.add("rgb-16.png", png_of_16_bits(wide), "png", scene)
    alpha = numpy.asarray(with_alpha(scene)).astype(numpy.uint16) * 257
    fixtures.add("alpha-16.png", png_of_16_bits(alpha), "png", on_white(with_alpha(scene)))
    grey = scene.convert("L")
    grey16 = Image.fromarray(numpy.asarray(grey).astype(numpy.uint16) * 257)
    fixtures.save("grey-16.png", grey16, "PNG", grey.convert("RGB"))


def add_others(fixtures, scene):
    frames = [scene.quantize(32), draw(64, 80, seed=8).quantize(32)]
    fixtures.save("animated.gif", frames[0], "GIF", save_all=True, append_images=frames[1:])
    fixtures.save("transparent.gif", scene.quantize(32), "GIF", transparency=3)
    fixtures.save("lossy.webp", scene, "WEBP", quality=80)
    fixtures.save("alpha.webp", with_alpha(scene), "WEBP", lossless=True)
    fixtures.save("animated.webp", scene, "WEBP", save_all=True, append_images=[draw(64, 80, seed=8)], lossless=True)
    fixtures.save("lzw.tif", scene, "TIFF", compression="tiff_lzw")
    fixtures.save("tiled.tif", scene, "TIFF", compression="tiff_deflate", tiffinfo={322: 32, 323: 32})
    grey = scene.convert("L")
    grey16 = Image.fromarray(numpy.asarray(grey).astype(numpy.uint16) * 257)
    fixtures.save("grey-16.tif", grey16, "TIFF", grey.convert("RGB"), compression="tiff_lzw")
    fixtures.save("cmyk.tif", scene.convert("CMYK"), "TIFF", compression="tiff_lzw")
    fixtures.save("picture.avif", scene, "AVIF", quality=90, subsampling="4:4:4")


def add_shapes(fixtures):
    fixtures.save("one-pixel.png", Image.new("RGB", (1, 1), (200, 100, 50)), "PNG")
    fixtures.save("long.png", draw(1000, 5), "PNG")
    fixtures.save("enlarged.png", draw(17, 13), "PNG")
    large = draw(300, 200).resize((2100, 1400))  # shrunk while it is decoded
    fixtures.save("large.jpg", large, "JPEG", quality=40)


def main():
    for file in HERE.iterdir():
        if file.is_file() and file.suffix not in (".py", ".json"):
            file.unlink()
    fixtures = Fixtures()
    scene = draw(64, 80)
    add_orientations(fixtures)
    add_jpegs(fixtures, scene)
    add_pngs(fixtures, scene)
    add_others(fixtures, scene)
    add_shapes(fixtures)
    (HERE / "cases.json").write_text(json.dumps(fixtures.cases, indent=1) + "\n")
    total = sum(file.stat().st_size for file in HERE.iterdir() if file.is_file())
    print(f"{len(fixtures.cases)} pictures, {total / 1000:.0f} kB in all")


if __name__ == "__main__":
    main()
