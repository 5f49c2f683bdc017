"""Stops a server under load, again and again, and counts what its clients lose: stop.py PROGRAM [ROUNDS]

Eight clients ask as fast as they can, half of them with a new connection for each request, half with one that is kept. A
client that cannot connect any more ends; every request that was sent over a connection must be answered in whole. A kept
connection that the server closed before the client sent anything on it is no loss: the server said so in time.
"""

import collections
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def read_answer(connection):
    """The head of an answer; its body is read too. None where it is cut short."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            return None
        body += piece
    return head.lower()


def ask(connection, close):
    """How a request went, and whether another may follow: answered, closed before, reset or cut."""
    request = b"GET /model/info HTTP/1.1\r\nHost: localhost\r\n" + (b"Connection: close\r\n" if close else b"") + b"\r\n"
    connection.setblocking(False)
    try:
        if connection.recv(1, socket.MSG_PEEK) == b"":
            return "closed before", False
    except BlockingIOError:
        pass
    except OSError:
        return "reset", False
    connection.settimeout(60)
    try:
        connection.sendall(request)
        head = read_answer(connection)
    except OSError:
        return "reset", False
    if head is None:
        return "cut", False
    return "answered", b"connection: close" not in head


def client(port, keeps, results, lock):
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        except OSError:
            return
        with connection:
            goes_on = True
            while goes_on:
                outcome, goes_on = ask(connection, close=not keeps)
                with lock:
                    results[outcome] += 1


def wait_until_healthy(port):
    for _ in range(600):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if b" 200 " in (read_answer(connection) or b""):
                return
        time.sleep(0.1)
    sys.exit("The server did not become healthy within a minute.")


def stop_once(program, models, results):
    """Starts and stops a server, and returns how many seconds its end took."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ, "HOST": "127.0.0.1", "PORT": "0", "MODEL_CACHE_DIR": models, "LOG_LEVEL": "INFO",
            "SONG_CATALOGUE": f"{folder}/songs.sqlite", "MODEL_ID": str(REPOSITORY / "Models/demo")}
        process = subprocess.Popen([program, "serve"], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
        for line in process.stderr:
            if "listening on" in line:
                port = int(json.loads(line)["message"].rsplit(":", 1)[1])
                break
        threading.Thread(target=process.stderr.read, daemon=True).start()
        wait_until_healthy(port)
        lock = threading.Lock()
        clients = [threading.Thread(target=client, args=(port, number % 2 == 0, results, lock)) for number in range(8)]
        for thread in clients:
            thread.start()
        time.sleep(random.uniform(0.3, 0.6))
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        status = process.wait(60)
        took = time.monotonic() - began
        for thread in clients:
            thread.join(60)
        results[f"exit status {status}"] += 1
        return took


def main():
    program = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    results = collections.Counter()
    with tempfile.TemporaryDirectory() as models:
        times = [stop_once(program, models, results) for _ in range(rounds)]
    print(f"{rounds} rounds; ends within {min(times):.2f} to {max(times):.2f} s")
    for outcome, count in sorted(results.items()):
        print(f"{count:8} {outcome}")
    sys.exit(1 if results["reset"] or results["cut"] or results["exit status 0"] != rounds else 0)


if __name__ == "__main__":
    main()
