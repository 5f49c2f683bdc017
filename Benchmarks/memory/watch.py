"""Runs a command and says how much memory it took while it compiled a model, while it loaded it, and after that.

    python watch.py --cache CACHE -- image-to-song caption --model DIR photo.jpg

From /proc/PID/status, every 20 milliseconds (Linux): RssAnon, the resident memory that belongs to the process alone, and
RssFile, the resident pages of mapped files, which the system takes back whenever it wants them. The command compiles
while CACHE holds a draft of a model; it loads from then on. Prints one JSON object; the command's own output goes to
standard error. Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path


def memory(pid: int) -> dict[str, int]:
    """Bytes by the names that the kernel has for them; empty once the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    return {name: int(fields[name].split()[0]) * 1024 for name in ("RssAnon", "RssFile", "VmRSS") if name in fields}


def main() -> None:
    parser = argparse.ArgumentParser(description="Watches the memory of a command that compiles and loads a model.")
    parser.add_argument("--cache", type=Path, required=True, help="the command's MODEL_CACHE_DIR")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    start = time.monotonic()
    process = subprocess.Popen(arguments.command, stdout=sys.stderr)
    phases: dict[str, dict[str, float]] = {}
    has_compiled = False
    while process.poll() is None:
        is_compiling = any((arguments.cache / "compiled").glob("*/*.draft"))
        has_compiled |= is_compiling
        phase = "compiling" if is_compiling else "loading and running" if has_compiled else "before"
        found = phases.setdefault(phase, {"begins_after_seconds": round(time.monotonic() - start, 1)})
        for name, value in memory(process.pid).items():
            found[f"peak_{name}"] = max(found.get(f"peak_{name}", 0), value)
        time.sleep(0.02)
    print(json.dumps({
        "seconds": round(time.monotonic() - start, 1), "status": process.returncode, "phases": phases,
        "compiled_bytes": sum(path.stat().st_size for path in arguments.cache.glob("compiled/**/*") if path.is_file()),
    }, indent=2))
    sys.exit(process.returncode)


if __name__ == "__main__":
    main()
