"""Sends small files that decode to 100 megapixels beside ordinary pictures, and says what they cost.

    python Benchmarks/server/bombs.py .build/release/image-to-song [--bombs 30]

Thirty at once by default, half of them a GIF of 35 bytes, half a WebP of a few kilobytes, each of 10,000 × 10,000 pixels, while
two clients send ordinary pictures. Needs Pillow. Exits with 1 where an ordinary picture is not answered, or a bomb is neither
captioned nor refused.
"""

import argparse
import asyncio
import io
import json
import os
import statistics
import struct
import sys
import threading
import time

from PIL import Image

import load
from measure import PICTURE, Server

SIDE = 10_000
PEACE = 5  # seconds of ordinary pictures alone, before the bombs


def gif():
    """One pixel and the end of the data, in a frame of 10,000 × 10,000: 35 bytes, no two alike."""
    size = struct.pack("<HH", SIDE, SIDE)
    return (b"GIF89a" + size + b"\x80\0\0" + os.urandom(6) + b"\x2c\0\0\0\0" + size + b"\0"
            + b"\x02\x02\x44\x01\0" + b"\x3b")


def webp():
    """A plain surface of 10,000 × 10,000 pixels with one line of noise, without loss; no two alike."""
    picture = Image.new("RGB", (SIDE, SIDE), (40, 60, 200))
    picture.paste(Image.frombytes("RGB", (1000, 1), os.urandom(3000)))
    out = io.BytesIO()
    picture.save(out, "WEBP", lossless=True, method=0)
    return out.getvalue()


class Peak:
    """The greatest resident memory of a process, looked at fifty times a second."""

    def __init__(self, server):
        self.server, self.megabytes, self.over = server, 0.0, False
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.over:
            self.megabytes = max(self.megabytes, self.server.resident_megabytes())
            time.sleep(0.02)

    def stop(self):
        self.over = True
        self.thread.join()
        return self.megabytes


async def exchange(port, request):
    client = load.Client(port)
    began = time.perf_counter()
    status, body = await client.exchange(request)
    client.close()
    return status, time.perf_counter() - began, body


async def ordinary(port, stop, into):
    request = load.caption_request(PICTURE, ["Cache-Control: no-cache"])
    while not stop.is_set():
        status, seconds, _ = await exchange(port, request)
        into.append((status, seconds))


async def run(port, bombs):
    alone, beside, stop = [], [], asyncio.Event()
    clients = [asyncio.create_task(ordinary(port, stop, alone)) for _ in range(2)]
    await asyncio.sleep(PEACE)
    stop.set()
    await asyncio.gather(*clients)
    stop = asyncio.Event()
    clients = [asyncio.create_task(ordinary(port, stop, beside)) for _ in range(2)]
    answers = await asyncio.gather(*(exchange(port, load.caption_request(bomb)) for bomb in bombs))
    stop.set()
    await asyncio.gather(*clients)
    return alone, beside, answers


def tell(name, answers):
    statuses = {}
    for status, seconds, *_ in answers:
        statuses.setdefault(status, []).append(seconds)
    for status, seconds in sorted(statuses.items()):
        print(f"{name}: {len(seconds)} × {status}, median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=os.path.abspath)
    parser.add_argument("--bombs", type=int, default=30)
    arguments = parser.parse_args()
    bombs = [(gif, webp)[number % 2]() for number in range(arguments.bombs)]
    server = Server(arguments.binary)
    before, peak = server.resident_megabytes(), Peak(server)
    alone, beside, answers = asyncio.run(run(server.port, bombs))
    print(f"bombs of {len(bombs[0])} and {len(bombs[1])} bytes, {SIDE} × {SIDE} each")
    tell("ordinary pictures alone", alone)
    tell("ordinary pictures beside the bombs", beside)
    tell("GIF", answers[0::2])
    tell("WebP", answers[1::2])
    for detail in sorted({json.loads(body)["detail"] for status, _, body in answers if status not in (0, 200)}):
        print("  " + detail)
    print(f"resident {before:.0f} MB before, {peak.stop():.0f} MB at most")
    server.stop()
    sys.exit(any(status != 200 for status, _ in beside) or any(status not in (200, 422, 503) for status, *_ in answers))


if __name__ == "__main__":
    main()
