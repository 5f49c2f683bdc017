"""Measures the server with the demo checkpoint: batching, the cache, and what happens under too much load.

    python Benchmarks/server/measure.py .build/release/image-to-song [--seconds 10] [--overload-seconds 60]

Needs wrk (Debian's package) for the cached answers, and nothing else. Everything is measured in one run, and what is to be
compared is measured alternately.
"""

import argparse
import asyncio
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request

import load

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURE = (ROOT / "Samples" / "harbour-evening.jpg").read_bytes()
# How many times what can be served is sent at most.
OVERLOAD = 5
FRESH = load.caption_request(PICTURE, ["Cache-Control: no-cache"])


class Server:
    """The program as it serves, with a folder of its own for what it remembers."""

    def __init__(self, binary, **settings):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = tempfile.TemporaryDirectory()
        environment = dict(
            os.environ, HOST="127.0.0.1", PORT=str(self.port), MODEL_ID=str(ROOT / "Models/demo"),
            MODEL_CACHE_DIR=self.folder.name, SONG_CATALOGUE=f"{self.folder.name}/songs.sqlite",
            **{"LOG_LEVEL": "ERROR"} | settings)
        self.process = subprocess.Popen([binary, "serve"], env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("The server did not become healthy within a minute.")

    def resident_megabytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self.folder.cleanup()
        return status


def closed(server, clients, seconds, requests=(FRESH,)):
    return asyncio.run(load.closed_loop(server.port, requests, clients, seconds))


def batching(binary, seconds):
    batched, single = Server(binary), Server(binary, MAX_BATCH_SIZE="1")
    gains, lone = [], []
    for server in (batched, single):
        closed(server, 4, 2)
    for _ in range(3):
        one = closed(batched, 1, seconds / 3)
        sixteen = closed(batched, 16, seconds / 3)
        gains.append(sixteen.rate() / one.rate())
        lone.append(closed(batched, 1, seconds / 3).quantile(0.5) / closed(single, 1, seconds / 3).quantile(0.5))
        print(f"  1 client {one.rate():.1f}/s, 16 clients {sixteen.rate():.1f}/s")
    unbatched = closed(single, 16, seconds / 3)
    print(f"  16 clients with MAX_BATCH_SIZE=1: {unbatched.rate():.1f}/s")
    print(f"16 clients / 1 client, captions a second: {statistics.median(gains):.2f} ({sorted(gains)[0]:.2f} the least)")
    print(f"a lone request with / without batching, median time: {statistics.median(lone):.2f}")
    batched.stop()
    single.stop()


def caching(binary, seconds):
    server = Server(binary)
    request = load.caption_request(PICTURE)
    closed(server, 1, 1, [request])
    lone = closed(server, 1, seconds / 2, [request])
    print(f"a cached answer, one client, {len(PICTURE)} bytes: median {lone.quantile(0.5) * 1000:.2f} ms, "
          f"99th percentile {lone.quantile(0.99) * 1000:.2f} ms")
    with tempfile.TemporaryDirectory() as folder:
        body = pathlib.Path(folder, "body")
        head, content = request.split(b"\r\n\r\n", 1)
        body.write_bytes(content)
        script = pathlib.Path(folder, "post.lua")
        kind = re.search(rb"Content-Type: ([^\r]+)", head)[1].decode()
        script.write_text(
            f'local file = io.open("{body}", "rb")\nwrk.method = "POST"\nwrk.body = file:read("*a")\n'
            f'wrk.headers["Content-Type"] = "{kind}"\n')
        output = subprocess.run(
            ["wrk", "-t1", "-c8", f"-d{int(seconds)}", "--latency", "-s", str(script),
             f"http://127.0.0.1:{server.port}/caption/generate"], capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
    errors = re.search(r"Non-2xx.*", output)
    print(f"cached answers a second, 8 clients of wrk: {rate:.0f}" + (f" ({errors[0]})" if errors else ""))
    server.stop()


def overload(binary, seconds):
    """Five times what can be served; the server has one processor and the load another, so that neither waits for the other's."""
    processors = sorted(os.sched_getaffinity(0))
    server = Server(binary)
    for task in pathlib.Path(f"/proc/{server.process.pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), processors[:1])
    os.sched_setaffinity(0, processors[-1:])
    capacity = closed(server, 16, 5).rate()
    before = server.resident_megabytes()
    result = asyncio.run(load.open_loop(server.port, [FRESH], OVERLOAD * capacity, seconds))
    bound = 2 * 64 / capacity
    print(f"{OVERLOAD} times {capacity:.0f}/s for {result.seconds:.0f} s: "
          + ", ".join(f"{len(values)} × {status}" for status, values in sorted(result.latencies.items())))
    print(f"  95th percentile of the captions {result.quantile(0.95):.2f} s, allowed 2 × MAX_QUEUE / throughput = {bound:.2f} s")
    print(f"  95th percentile of the refusals {result.quantile(0.95, 503):.3f} s, /health "
          f"99th percentile {quantile(result.health, 0.99) * 1000:.0f} ms (allowed 100), at worst {max(result.health) * 1000:.0f} ms")
    print(f"  captions a second under overload {result.rate():.1f}; resident {before:.0f} MB before, "
          f"{server.resident_megabytes():.0f} MB after")
    print(f"  exit status after SIGTERM: {server.stop()}")
    os.sched_setaffinity(0, processors)


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=os.path.abspath)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--overload-seconds", type=float, default=60)
    arguments = parser.parse_args()
    batching(arguments.binary, arguments.seconds)
    caching(arguments.binary, arguments.seconds)
    overload(arguments.binary, arguments.overload_seconds)


if __name__ == "__main__":
    main()
