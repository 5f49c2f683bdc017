"""Makes the pictures beside this file. Needs Pillow; run it in this folder. Only these tests need them."""

import io
import struct
import zlib

from PIL import Image


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def gradient(width, height):
    image = Image.new("RGB", (width, height))
    image.putdata([(x * 255 // width, y * 255 // height, 128) for y in range(height) for x in range(width)])
    return image


def encoded(image, **options):
    stream = io.BytesIO()
    image.save(stream, **options)
    return stream.getvalue()


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


jpeg = encoded(gradient(48, 32), format="JPEG", quality=80)
write("gradient.jpg", jpeg)
write("gradient.png", encoded(gradient(12, 8), format="PNG"))

# The header of a JPEG, then nothing that a decoder could use: the markers of its tables are gone.
write("corrupt.jpg", jpeg[:20] + bytes(range(256)) * 2)
# A JPEG that ends in the middle of its pixels.
write("truncated.jpg", encoded(gradient(256, 256), format="JPEG", quality=95)[:4000])
# A true header of 50,000 x 50,000 pixels, and a few bytes of what should follow.
header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
write(
    "huge.png",
    b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
    + png_chunk(b"IEND", b""),
)
write("text.jpg", b"This is a text file whose name says that it is a picture.\n")
