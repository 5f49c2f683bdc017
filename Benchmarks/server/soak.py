"""Puts a server under mixed load for a quarter of an hour, and looks whether it grows: in memory, open files, or threads.

    python Benchmarks/server/soak.py .build/release/image-to-song [--seconds 900] [--clients 6]

New and known captions, colours, songs, the catalogue, health, requests that are wrong, and clients that leave in the middle; the
demo checkpoint. The first third of the time is for growing to a steady size. After that the median of the last third may be
at most 5 % and 8 MB above that of the second. Exits with 1 where it is more, or where an answer is not what was promised.
"""

import argparse
import asyncio
import json
import os
import pathlib
import random
import re
import statistics
import time
import uuid

import load
from measure import ROOT, Server

SAMPLES = [path.read_bytes() for path in sorted((ROOT / "Samples").glob("*.jpg"))]
BOUNDARY = "----------------9d2c1f60"


def unseen(picture):
    """The same picture in other bytes: with a comment behind the JPEG's first marker."""
    comment = uuid.uuid4().hex.encode()
    return picture[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + picture[2:]


def request(method, target, body=b"", kind=None):
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    if kind:
        lines.append(f"Content-Type: {kind}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def form(target, field, pictures):
    parts = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="picture.jpg"\r\n\r\n'.encode()
        + picture + b"\r\n" for picture in pictures)
    return request("POST", target, parts + f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}")


def as_json(target, value):
    return request("POST", target, json.dumps(value).encode(), "application/json")


# What is sent, how often, and what may come back.
KINDS = [
    (8, lambda: form("/caption/generate", "image", [unseen(random.choice(SAMPLES))]), {200, 503}),
    (4, lambda: form("/caption/generate", "image", [random.choice(SAMPLES)]), {200, 503}),
    (1, lambda: form("/caption/batch", "images", [unseen(random.choice(SAMPLES)) for _ in range(3)]), {200, 503}),
    (2, lambda: form("/image/process", "image", [unseen(random.choice(SAMPLES))]), {200, 503}),
    (2, lambda: form("/songs/match", "image", [unseen(random.choice(SAMPLES))]), {200, 503}),
    (3, lambda: as_json("/songs/match", {"caption": f"a storm at sea {random.random()}"}), {200}),
    (2, lambda: request("GET", "/songs?query=sun"), {200}),
    (1, lambda: request("GET", "/metrics"), {200}),
    (1, lambda: form("/caption/generate", "image", [unseen(random.choice(SAMPLES))[:5000]]), {400, 422, 503}),
    (1, lambda: form("/caption/generate", "image", [b"no picture"]), {415, 503}),
    (1, lambda: request("GET", "/nothing/here"), {404}),
]


async def work(port, end, counts, failures):
    client = load.Client(port)
    weights = [kind[0] for kind in KINDS]
    while time.perf_counter() < end:
        number = random.choices(range(len(KINDS)), weights)[0]
        _, make, allowed = KINDS[number]
        if random.random() < 0.03:
            await leave_early(port, make())
            continue
        status = await client.send(make())
        counts[status] = counts.get(status, 0) + 1
        if status not in allowed:
            failures.append(f"request {number}: {status}")
    client.close()


async def leave_early(port, request):
    """Sends a request, or half of it, and goes."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request[: random.randint(1, len(request))])
        await writer.drain()
        await asyncio.sleep(random.random() * 0.05)
        writer.close()
    except OSError:
        pass


def sample(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return {
        "resident MB": int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1000,
        "open files": len(os.listdir(f"/proc/{server.process.pid}/fd")),
        "threads": int(re.search(r"Threads:\s+(\d+)", status)[1]),
    }


async def soak(server, seconds, clients):
    counts, failures, samples = {}, [], []
    end = time.perf_counter() + seconds
    workers = [asyncio.create_task(work(server.port, end, counts, failures)) for _ in range(clients)]
    while time.perf_counter() < end:
        samples.append(sample(server))
        await asyncio.sleep(max(0.2, seconds / 600))
    await asyncio.gather(*workers)
    return counts, failures, samples


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=os.path.abspath)
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--clients", type=int, default=6)
    arguments = parser.parse_args()
    server = Server(arguments.binary)
    counts, failures, samples = asyncio.run(soak(server, arguments.seconds, arguments.clients))
    third = len(samples) // 3
    grew = False
    for name, tolerance in (("resident MB", 8), ("open files", 4), ("threads", 2)):
        first, second, last = (
            statistics.median(entry[name] for entry in samples[place : place + third])
            for place in (0, third, 2 * third))
        more = last > second * 1.05 + tolerance if name == "resident MB" else last > second + tolerance
        grew = grew or more
        print(f"{name}: median {first:.0f}, {second:.0f}, {last:.0f} in the three thirds" + (": it grows" if more else ""))
    print(", ".join(f"{count} × {status}" for status, count in sorted(counts.items())))
    for failure in sorted(set(failures)):
        print(f"not as promised: {failure} ({failures.count(failure)} times)")
    status = server.stop()
    print(f"exit status after SIGTERM: {status}")
    raise SystemExit(1 if grew or failures or status else 0)


if __name__ == "__main__":
    main()
