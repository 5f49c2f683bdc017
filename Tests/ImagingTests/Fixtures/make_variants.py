#!/usr/bin/env python3
"""Writes the files that real programs write, as they write them: each shows the same four quarters, or their greys.

    pip install numpy pillow tifffile imagecodecs scikit-image
    python Tests/ImagingTests/Fixtures/make_variants.py

VariantTests has a line for each: whether it is shown, or what is said of it. The quarters, 96 × 64 pixels in all, are
red | green above blue | yellow. The files named in KEPT came with a report and are left as they are.
"""

import io
import pathlib
import struct
import zlib

import imagecodecs
import numpy
import skimage.color
import tifffile
from PIL import Image

HERE = pathlib.Path(__file__).parent / "Variants"
KEPT = {
    "sos-parameters.jpg", "bytes-before-restart.jpg", "adobe-5.jpg", "12-bit.jpg", "floats.tif", "infrared-u2.tif",
    "ycbcr.tif"}

RGB = numpy.zeros((64, 96, 3), numpy.uint8)
RGB[:32, :48], RGB[:32, 48:], RGB[32:, :48], RGB[32:, 48:] = (200, 30, 30), (30, 160, 60), (40, 60, 200), (240, 220, 60)
GREY = numpy.round(RGB @ [0.299, 0.587, 0.114])
CMYK = numpy.dstack([255 - RGB, numpy.zeros((64, 96))])
HALF = numpy.full((64, 96), 128)


def write(name, data):
    (HERE / name).write_bytes(data)


def encoded(format, image=Image.fromarray(RGB), **options):
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def tiff(name, pixels, photometric, compression="zlib", **options):
    stream = io.BytesIO()
    tifffile.imwrite(stream, pixels, photometric=photometric, compression=compression, metadata=None, **options)
    write(name, stream.getvalue())


def jpegs():
    plain = encoded("JPEG", quality=90, subsampling=0)
    progressive = encoded("JPEG", quality=90, progressive=True)
    write("no-end.jpg", plain[:-2])
    write("no-end-progressive.jpg", progressive[:-2])
    write("bytes-behind.jpg", plain + b"\0" * 300)
    write("bytes-between-segments.jpg", plain[:20] + b"\0\1\2\3\0" + plain[20:])
    write("preview-behind.jpg", plain + encoded("JPEG", Image.new("RGB", (16, 16), "black")))
    exif = Image.Exif()
    exif[0x010E] = "x"
    preview = encoded("JPEG", Image.new("RGB", (16, 16), "black"))
    # A preview in the metadata, with its own beginning and end.
    segment = b"Exif\0\0" + exif.tobytes()[6:] + preview
    write("preview-inside.jpg", plain[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(segment)) + segment + plain[2:])
    write("4-1-1.jpg", encoded("JPEG", quality=90, subsampling="4:1:1"))
    write("4-4-0.jpg", imagecodecs.jpeg8_encode(RGB, level=90, subsampling="440"))
    write("ycck.jpg", imagecodecs.jpeg8_encode((255 - CMYK).astype(numpy.uint8), level=95, colorspace="cmyk", outcolorspace="ycck"))
    write("lossless.jpg", imagecodecs.ljpeg_encode(RGB[:, :, 0].copy()))
    write("jpeg-ls.jpg", imagecodecs.jpegls_encode(RGB))
    noisy = Image.fromarray(numpy.random.default_rng(5).integers(0, 255, (64, 96, 3), numpy.uint8))
    busy, steps = encoded("JPEG", noisy, quality=90), encoded("JPEG", noisy, quality=90, progressive=True)
    write("half.jpg", busy[: len(busy) // 2])
    write("half-progressive.jpg", steps[: len(steps) // 2])
    write("all-but-a-hundred-bytes.jpg", busy[:-100])
    write("a-quarter-and-an-end.jpg", busy[: len(busy) // 4] + b"\xff\xd9")
    write("four-fifths-and-an-end.jpg", busy[: len(busy) * 4 // 5] + b"\xff\xd9")


def pngs():
    def chunk(kind, data, wrong=0):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) ^ wrong)

    plain = encoded("PNG")
    for name, extra in [
        ("wrong-checksum.png", chunk(b"gAMA", struct.pack(">I", 45455), 1)),
        ("broken-profile.png", chunk(b"iCCP", b"x\0\0no profile")),
        ("short-transparency.png", chunk(b"tRNS", b"\0")),
        ("broken-exif.png", chunk(b"eXIf", b"zzzz")),
        ("private-critical.png", chunk(b"ABCD", b"x")),
    ]:
        write(name, plain[:33] + extra + plain[33:])
    write("cgbi.png", plain[:8] + chunk(b"CgBI", b"\x50\0\x20\2") + plain[8:])
    write("no-end.png", plain[:-12])
    write("bytes-behind.png", plain + b"junk" * 20)
    write("no-end.gif", encoded("GIF", Image.fromarray(RGB).quantize(8))[:-1])
    write("bytes-behind.webp", encoded("WEBP", lossless=True) + b"junk" * 20)


def tiffs():
    for kind in ["u2", "u4", "u8", "i1", "i2", "i4", "f2", "f4", "f8"]:
        white = 1 if kind[0] == "f" else numpy.iinfo(kind).max
        tiff(f"grey-{kind}.tif", (GREY / 255 * white).astype(kind), "minisblack")
        tiff(f"rgb-{kind}.tif", (RGB / 255 * white).astype(kind), "rgb")
    for bits in [1, 2, 4, 6, 10, 12, 14]:
        kind = "u2" if bits > 8 else "u1"
        tiff(
            f"grey-{bits}-bit.tif", numpy.round(GREY / 255 * (2**bits - 1)).astype(kind), "minisblack",
            compression=None, bitspersample=bits)
    for bits in [10, 12]:
        tiff(
            f"rgb-{bits}-bit.tif", numpy.round(RGB / 255.0 * (2**bits - 1)).astype("u2"), "rgb", compression=None,
            bitspersample=bits)
    tiff("12-in-16-bit-floats.tif", (GREY * 4095 / GREY.max()).astype("f4"), "minisblack")
    tiff("byte-floats.tif", RGB.astype("f4"), "rgb")
    tiff("bright-floats.tif", numpy.where(RGB == 240, 9, RGB / 255).astype("f4"), "rgb")
    tiff("below-zero.tif", (GREY / 255 * 3000 - 1000).astype("i2"), "minisblack")
    holes = (GREY / 255).astype("f4")
    holes[30:34] = numpy.nan
    tiff("not-a-number.tif", holes, "minisblack")
    tiff("white-is-zero-u1.tif", (255 - GREY).astype("u1"), "miniswhite")
    tiff("white-is-zero-u2.tif", ((255 - GREY) * 257).astype("u2"), "miniswhite")
    tiff("white-is-zero-f4.tif", (1 - GREY / 255).astype("f4"), "miniswhite")
    tiff("cmyk-u1.tif", CMYK.astype("u1"), "separated")
    tiff("cmyk-u2.tif", (CMYK * 257).astype("u2"), "separated")
    tiff("cmyk-f4.tif", (CMYK / 255).astype("f4"), "separated")
    planes = numpy.moveaxis(RGB, 2, 0)
    tiff("planes-u1.tif", planes, "rgb", planarconfig="separate")
    tiff("tiled-planes-u2.tif", (planes * 257.0).astype("u2"), "rgb", planarconfig="separate", tile=(32, 32))
    tiff("tiled-planes-f4.tif", (planes / 255).astype("f4"), "rgb", planarconfig="separate", tile=(32, 32))
    tiff("tiled-u1.tif", RGB, "rgb", tile=(32, 32))
    tiff("tiled-f4.tif", (RGB / 255).astype("f4"), "rgb", tile=(48, 80), predictor=True)
    tiff("big-endian-f8.tif", (RGB / 255).astype(">f8"), "rgb", byteorder=">")
    tiff("bigtiff.tif", RGB, "rgb", bigtiff=True)
    tiff("infrared-u1.tif", numpy.dstack([RGB, HALF]).astype("u1"), "rgb", extrasamples=["unspecified"])
    tiff("infrared-f4.tif", (numpy.dstack([RGB, HALF]) / 255).astype("f4"), "rgb", extrasamples=["unspecified"])
    tiff("depth-grey.tif", numpy.dstack([GREY, HALF]).astype("u1"), "minisblack", extrasamples=["unspecified"])
    tiff("eight-channels.tif", numpy.dstack([GREY] * 8).astype("u1"), "minisblack", planarconfig="contig")
    solid = numpy.full((64, 96), 255)
    tiff("infrared-and-solid.tif", numpy.dstack([RGB, HALF, solid]).astype("u1"), "rgb", extrasamples=["unspecified", "unassalpha"])
    tiff("infrared-and-clear.tif", numpy.dstack([RGB, HALF, 0 * solid]).astype("u1"), "rgb", extrasamples=["unspecified", "unassalpha"])
    tiff("clear.tif", numpy.dstack([RGB, 0 * solid]).astype("u1"), "rgb", extrasamples=["unassalpha"])
    tiff("clear-f4.tif", (numpy.dstack([RGB, 0 * solid]) / 255).astype("f4"), "rgb", extrasamples=["unassalpha"])
    tiff("ycbcr-jpeg.tif", RGB, "ycbcr", "jpeg")
    tiff("jpeg2000.tif", RGB, "rgb", "jpeg2000")
    tiff("complex.tif", GREY.astype("c8"), "minisblack")
    tiff("sensor.tif", GREY.astype("u1"), "cfa", extratags=[(33421, "H", 2, (2, 2), True), (33422, "B", 4, bytes([0, 1, 1, 2]), True)])
    tiff("icc-lab.tif", RGB, "icclab")
    lab = skimage.color.rgb2lab(RGB)  # of D65, which libvips assumes
    tiff("lab.tif", numpy.round(lab * [255 / 100, 1, 1]).astype("i2").astype("u1"), "cielab")
    ycbcr = numpy.asarray(Image.fromarray(RGB).convert("YCbCr"))
    tiff("ycbcr-plain.tif", ycbcr, "ycbcr", "lzw", subsampling=(1, 1), extratags=[(532, 5, 6, (0, 1, 255, 1, 128, 1, 255, 1, 128, 1, 255, 1), True)])
    tiff("huge-tiles.tif", RGB, "rgb", tile=(32, 32))
    tiled = (HERE / "huge-tiles.tif").read_bytes()
    # 322 is TileWidth: 32 becomes 134,217,760.
    write("huge-tiles.tif", tiled.replace(struct.pack("<HHII", 322, 4, 1, 32), struct.pack("<HHII", 322, 4, 1, 0x8000020)))
    cut = (HERE / "rgb-f4.tif").read_bytes()
    write("half.tif", cut[: len(cut) * 2 // 3])


def main():
    HERE.mkdir(exist_ok=True)
    for file in HERE.iterdir():
        if file.name not in KEPT:
            file.unlink()
    jpegs()
    pngs()
    tiffs()
    files = list(HERE.iterdir())
    print(f"{len(files)} files, {sum(file.stat().st_size for file in files) / 1000:.0f} kB in all")


if __name__ == "__main__":
    main()
