"""The built program, serving the demo checkpoint on a port of its own."""

import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / "Samples"
PATIENCE = 180  # seconds; a cold, loaded machine compiles the model first


@contextlib.contextmanager
def running(program, **settings):
    """The address of a server that can caption; it ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        # In fp32, whose captions are the same on every processor.
        environment = {
            **os.environ, "PRECISION": "fp32", "HOST": "127.0.0.1", "PORT": "0", "MODEL_CACHE_DIR": folder,
            "MODEL_ID": str(REPOSITORY / "Models/demo"), "API_KEYS": "", "RATE_LIMIT": "0", **settings,
        }
        process = subprocess.Popen(
            [program, "serve"], cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            address = _address(process)
            # Nobody may stop reading: the program would wait for room in the pipe.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            _wait_until_ready(address)
            yield address
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with status {process.returncode}")
        finally:
            process.terminate()
            process.wait(PATIENCE)
            process.stderr.close()


def _address(process):
    lines = []
    for line in process.stderr:
        lines.append(line)
        if "listening on" in line:
            return "http://" + json.loads(line)["message"].split("listening on ")[1]
    raise RuntimeError("the server did not start: " + "".join(lines))


def _wait_until_ready(address):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.HTTPError):
            with urllib.request.urlopen(address + "/health", timeout=PATIENCE):
                return
        time.sleep(0.1)
    raise RuntimeError("the model was not ready in time")


def calls(address):
    """The calls that the server has, as "POST /caption/generate"."""
    with urllib.request.urlopen(address + "/", timeout=PATIENCE) as answer:
        return set(json.load(answer)["endpoints"])
