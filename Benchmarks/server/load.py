"""A small HTTP load generator for the measurements beside it: closed loops, open loops, latencies, statuses.

Only the standard library, one process, no libraries between the measurement and the socket.
"""

import asyncio
import http.client
import multiprocessing
import time
from dataclasses import dataclass, field


@dataclass
class Result:
    """What came of many requests."""

    seconds: float = 0.0
    latencies: dict[int, list[float]] = field(default_factory=dict)  # by status; 0 for a broken connection
    health: list[float] = field(default_factory=list)  # seconds that /health took, while the load was on

    def note(self, status, latency):
        self.latencies.setdefault(status, []).append(latency)

    def count(self, status):
        return len(self.latencies.get(status, []))

    def rate(self, status=200):
        return self.count(status) / self.seconds

    def quantile(self, share, status=200):
        values = sorted(self.latencies.get(status, [])) or [float("nan")]
        return values[min(len(values) - 1, int(share * len(values)))]


def caption_request(picture, headers=()):
    """The bytes of a request that asks for the caption of a picture."""
    boundary = b"----------------9d2c1f60"
    body = (
        b"--" + boundary + b'\r\nContent-Disposition: form-data; name="image"; filename="picture.jpg"\r\n\r\n'
        + picture + b"\r\n--" + boundary + b"--\r\n"
    )
    head = (
        "POST /caption/generate HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary.decode()}\r\nContent-Length: {len(body)}\r\n"
        + "".join(f"{line}\r\n" for line in headers) + "\r\n"
    )
    return head.encode() + body


class Client:
    """One connection, opened when it is needed and kept open as long as the server keeps it."""

    def __init__(self, port):
        self.port = port
        self.reader = self.writer = None

    async def send(self, request):
        """Sends a request; returns the status of its answer, 0 where the connection broke."""
        return (await self.exchange(request))[0]

    async def exchange(self, request):
        """Sends a request; returns the status and the body of its answer, 0 and nothing where the connection broke."""
        try:
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            self.writer.write(request)
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            body = await self.reader.readexactly(length)
            if "connection: close" in head:
                self.close()
            return int(head.split(" ")[1]), body
        except (OSError, EOFError, IndexError):
            self.close()
            return 0, b""

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


class HealthWatch:
    """Asks for /health ten times a second, from a process of its own: what the load costs its maker is not the server's time."""

    def __init__(self, port):
        self.line, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=self.watch, args=(port, theirs), daemon=True)
        self.process.start()

    @staticmethod
    def watch(port, line):
        seconds, connection = [], http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while not line.poll(0.1):
            began = time.perf_counter()
            try:
                connection.request("GET", "/health")
                connection.getresponse().read()
                seconds.append(time.perf_counter() - began)
            except (OSError, http.client.HTTPException):
                connection.close()
                seconds.append(float("inf"))
        line.send(seconds)

    def stop(self):
        """Ends it; returns how many seconds each answer took, endless ones for answers that never came."""
        self.line.send(None)
        seconds = self.line.recv()
        self.process.join()
        return seconds


async def closed_loop(port, requests, clients, seconds):
    """Each of some clients sends its next request as soon as the last is answered."""
    result = Result()
    end = time.perf_counter() + seconds

    async def work(number):
        client = Client(port)
        turn = number
        while time.perf_counter() < end:
            began = time.perf_counter()
            status = await client.send(requests[turn % len(requests)])
            result.note(status, time.perf_counter() - began)
            turn += clients
        client.close()

    began = time.perf_counter()
    await asyncio.gather(*(work(number) for number in range(clients)))
    result.seconds = time.perf_counter() - began
    return result


async def open_loop(port, requests, rate, seconds):
    """Requests come at a fixed rate, whatever becomes of those before; meanwhile a ``HealthWatch`` asks for /health."""
    result = Result()
    idle = []
    tasks = set()

    async def ask(turn):
        client = idle.pop() if idle else Client(port)
        began = time.perf_counter()
        status = await client.send(requests[turn % len(requests)])
        result.note(status, time.perf_counter() - began)
        idle.append(client)

    watcher = HealthWatch(port)
    began = time.perf_counter()
    turn = 0
    while (now := time.perf_counter()) < began + seconds:
        while turn < (now - began) * rate:
            task = asyncio.create_task(ask(turn))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            turn += 1
        await asyncio.sleep(0.002)
    await asyncio.gather(*tasks)
    result.seconds = time.perf_counter() - began
    result.health = watcher.stop()
    for client in idle:
        client.close()
    return result
