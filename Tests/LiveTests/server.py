"""The built program, serving the demo checkpoint on a port of its own."""

import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / "Samples"
PATIENCE = 86_400  # seconds: no wait ends before the run of all tests does, however busy the machine is


@contextlib.contextmanager
def running(program, **settings):
    """The address of a server that can caption; it ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        # In fp32, whose captions are the same on every processor.
        environment = {
            **os.environ, "PRECISION": "fp32", "HOST": "127.0.0.1", "PORT": "0", "MODEL_CACHE_DIR": folder,
            "SONG_CATALOGUE": f"{folder}/songs.sqlite",  # the songs of whoever runs the tests are not theirs
            "MODEL_ID": str(REPOSITORY / "Models/demo"), "API_KEYS": "", "RATE_LIMIT": "0", "REQUEST_TIMEOUT": str(PATIENCE),
            **settings,
        }
        process = subprocess.Popen(
            [program, "serve"], cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            address = _address(process)
            is_ready = threading.Event()
            # Nobody may stop reading: the program would wait for room in the pipe.
            threading.Thread(target=_read, args=(process.stderr, is_ready), daemon=True).start()
            is_ready.wait()
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


def _read(log, is_ready):
    """Reads a log to its end, and tells of the line that says that the model is there."""
    for line in log:
        if "The model is ready" in line:
            is_ready.set()
    is_ready.set()  # a server that has ended is not waited for


def calls(address):
    """The calls that the server has, as "POST /caption/generate"."""
    with urllib.request.urlopen(address + "/", timeout=PATIENCE) as answer:
        return set(json.load(answer)["endpoints"])
