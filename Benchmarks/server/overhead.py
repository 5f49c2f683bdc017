"""Measures what the server adds to a caption: a client's time, less the time that its captioner says it took.

    python Benchmarks/server/overhead.py .build/release/image-to-song [--requests 300] [--large PICTURE.jpg]

The captioner's own time is what an answer calls decoding, preprocessing and generation. All the rest is the server's: receiving
the upload and taking the form apart, hashing, waiting for threads, the cache's books, the answer and its log line; and, because
the client's clock decides, the client's sending and receiving too. One client on one connection that is kept open, every
caption made anew, the demo checkpoint, the server's default settings. Exits with 1 where the median of the small picture
is over the bound.

Without --large the large picture is the small one with a comment of 4 MB behind its header: decoding it takes no longer, and
all that it costs to receive and to hash 4 MB is seen.
"""

import argparse
import asyncio
import json
import os
import pathlib
import socket
import time

import load
from measure import PICTURE, Server

BOUND_MS = 3.0


def with_comment(picture, length):
    """A JPEG with comment segments, T.81 B.2.4.5, of `length` bytes in all, behind its first two bytes."""
    filler = os.urandom(65533)
    segments = [b"\xff\xfe\xff\xff" + filler for _ in range(length // 65537)]
    return picture[:2] + b"".join(segments) + picture[2:]


async def ask(port, request, count):
    """The answers to `count` requests one after the other, each with the client's seconds."""
    client = load.Client(port)
    answers = []
    for turn in range(count + 20):
        began = time.perf_counter()
        status, body = await client.exchange(request)
        took = time.perf_counter() - began
        if status != 200:
            raise SystemExit(f"The server answered {status}: {body[:300]}")
        if turn >= 20:  # the first ones warm it up
            answers.append((took, json.loads(body)["processing_time"]))
    client.close()
    return answers


def trip(size, count=200):
    """Seconds, sorted, that `size` bytes take to a socket of this machine and one byte back: what no server can save."""
    ours, theirs = socket.socketpair()
    data, buffer, times = bytes(size), bytearray(1 << 20), []
    if os.fork() == 0:
        for _ in range(count):
            left = size
            while left > 0:
                left -= theirs.recv_into(buffer)
            theirs.sendall(b".")
        os._exit(0)
    for _ in range(count):
        began = time.perf_counter()
        ours.sendall(data)
        ours.recv(1)
        times.append(time.perf_counter() - began)
    os.wait()
    return sorted(times)


def quantiles(values):
    values = sorted(values)
    return tuple(1000 * values[min(len(values) - 1, int(share * len(values)))] for share in (0.5, 0.95))


def report(name, picture, port, count):
    """Prints the quantiles of each part; returns the median of what the server adds, in milliseconds."""
    request = load.caption_request(picture, ["Cache-Control: no-cache"])
    answers = asyncio.run(ask(port, request, count))
    captioner = [
        parts["image_decode_seconds"] + parts["image_preprocess_seconds"] + parts["caption_generation_seconds"]
        for _, parts in answers]
    rows = {
        "the client's time": [took for took, _ in answers],
        "the captioner's": captioner,
        "what the server adds": [took - own for (took, _), own in zip(answers, captioner)],
        "  of which waiting for threads": [parts["waiting_seconds"] for _, parts in answers],
        "  of which before the answer's clock starts and after it ends":
            [took - parts["total_seconds"] for took, parts in answers],
        "a socket alone, for as many bytes": trip(len(request)),
    }
    print(f"{name}, {len(picture)} bytes, {count} captions (median / 95th percentile)")
    for label, values in rows.items():
        print("  {}: {:.2f} / {:.2f} ms".format(label, *quantiles(values)))
    return quantiles(rows["what the server adds"])[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=os.path.abspath)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--large", type=pathlib.Path)
    arguments = parser.parse_args()
    large = arguments.large.read_bytes() if arguments.large else with_comment(PICTURE, 4_000_000)
    server = Server(arguments.binary, LOG_LEVEL="INFO")
    try:
        added = report("a small picture", PICTURE, server.port, arguments.requests)
        report("a large picture", large, server.port, arguments.requests)
    finally:
        server.stop()
    print(f"the server adds {added:.2f} ms to a caption (bound: at most {BOUND_MS:.0f})")
    return 0 if added <= BOUND_MS else 1


if __name__ == "__main__":
    raise SystemExit(main())
