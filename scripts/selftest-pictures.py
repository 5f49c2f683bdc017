"""Writes Sources/App/Workbench/SelfTest/TestPictures.swift: one tiny picture in each format that the program reads.

    pip install -r Benchmarks/requirements.txt
    python scripts/selftest-pictures.py
"""

import base64
import io
import pathlib
import textwrap

import pillow_heif
from PIL import Image

SIDE = 16
QUARTERS = {"red": (200, 40, 40), "green": (40, 160, 60), "blue": (40, 60, 200), "white": (240, 240, 240)}
FORMATS = {
    "jpeg": ("JPEG", {"quality": 90, "subsampling": 0}),
    "png": ("PNG", {"optimize": True}),
    "webp": ("WEBP", {"lossless": True}),
    "gif": ("GIF", {}),
    "tiff": ("TIFF", {"compression": "tiff_deflate"}),
    "heic": ("HEIF", {"quality": 90, "chroma": 444}),
    "avif": ("AVIF", {"quality": 80}),
}


def picture():
    image = Image.new("RGB", (SIDE, SIDE))
    half = SIDE // 2
    for index, colour in enumerate(QUARTERS.values()):
        left, top = index % 2 * half, index // 2 * half
        image.paste(colour, (left, top, left + half, top + half))
    return image


def encoded(image, name, options):
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return base64.b64encode(buffer.getvalue()).decode()


def main():
    pillow_heif.register_heif_opener()
    image = picture()
    entries = []
    for case, (name, options) in FORMATS.items():
        lines = textwrap.wrap(encoded(image, name, options), 100)
        body = " \\\n".join(" " * 8 + line for line in lines).replace(" \\", "\\")
        entries.append(f'        .{case}: """\n{body}\n        """,\n')
    colours = ", ".join(str(list(colour)) for colour in QUARTERS.values())
    text = (
        "import Imaging\n\n"
        "/// One tiny picture in each format: four quarters, red, green, blue and white. Written by\n"
        "/// `scripts/selftest-pictures.py`.\n"
        "enum TestPictures {\n"
        "    /// Width and height.\n"
        f"    static let side = {SIDE}\n\n"
        "    /// Red, green and blue of the quarters, 0 to 255, row by row.\n"
        f"    static let quarters: [[Float]] = [{colours}]\n\n"
        "    /// The files, in base 64.\n"
        "    static let files: [PictureFormat: String] = [\n" + "".join(entries) + "    ]\n}\n"
    )
    root = pathlib.Path(__file__).resolve().parent.parent
    (root / "Sources/App/Workbench/SelfTest/TestPictures.swift").write_text(text)


if __name__ == "__main__":
    main()
