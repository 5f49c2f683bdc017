#!/usr/bin/env python3
"""Writes the hostile pictures that are too large to stand in code. Needs nothing but Python.

    python Tests/BadRequests/Fixtures/make_fixtures.py
"""

import pathlib
import struct
import zlib

HERE = pathlib.Path(__file__).parent
BOMB = 64 * 1024 * 1024


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, bits, extra=b""):
    """A grey picture, all black, with chunks of one's own behind the header."""
    row = b"\0" * (1 + (width * bits + 7) // 8)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pages(count):
    """A TIFF of `count` grey pages of 4 × 4 pixels, one directory after the other."""
    data = b"II*\0" + struct.pack("<I", 24) + bytes(range(16))
    for page in range(count):
        entries = [
            (256, 3, 4), (257, 3, 4), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1), (278, 3, 4),
            (279, 4, 16),
        ]
        size = 2 + 12 * len(entries) + 4
        following = len(data) + size if page + 1 < count else 0
        data += struct.pack("<H", len(entries))
        data += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
        data += struct.pack("<I", following)
    return data


bomb = zlib.compress(b"\0" * BOMB, 9)
(HERE / "dense.png").write_bytes(png(10_000, 10_000, 1))
(HERE / "text-bomb.png").write_bytes(png(8, 8, 8, chunk(b"zTXt", b"Comment\0\0" + bomb)))
(HERE / "profile-bomb.png").write_bytes(png(8, 8, 8, chunk(b"iCCP", b"profile\0\0" + bomb)))
(HERE / "pages.tif").write_bytes(pages(400))
