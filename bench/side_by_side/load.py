"""The one tool that loads everybody: ``wrk``, with a queue of whole requests made before it starts.

A closed loop: each connection sends its next request when it has its answer. It runs on the same machine, in one
thread, so its own processor time is missing to whoever is loaded, as much for each request of each entrant.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_FEED = Path(__file__).with_name("feed.lua")


@dataclass(frozen=True)
class Load:
    """What came of one load: answers a second, milliseconds, and how many requests were not answered as they should."""

    rate: float
    p50: float
    p99: float
    answered: int
    failed: int


def require() -> str:
    """Where the tool is; ends everything where it is not installed."""
    program = shutil.which("wrk")
    if program is None:
        raise SystemExit("wrk is not installed. Install it (Debian: apt-get install wrk).")
    return program


def load(port: int, requests: Sequence[bytes], *, once: bool, connections: int, seconds: float) -> Load:
    """Send these requests over so many connections for so long; ``once``: none of them twice."""
    program = require()
    with tempfile.NamedTemporaryFile(prefix="vrm-bench-") as queue:
        queue.write(b"\0".join(requests))
        queue.flush()
        said = subprocess.run(
            [
                program, "--threads=1", f"--connections={connections}", f"--duration={max(1, round(seconds))}s",
                "--timeout=10s", f"--script={_FEED}", f"http://127.0.0.1:{port}/",
                "--", queue.name, "once" if once else "again",
            ],
            capture_output=True, text=True, check=True, timeout=seconds + 60,
        ).stdout  # fmt: skip
    told = json.loads(said.strip().rpartition("\n")[2])
    return Load(
        rate=told["answered"] / told["seconds"],
        p50=told["p50"] / 1000,
        p99=told["p99"] / 1000,
        answered=told["answered"],
        failed=told["refused"] + told["broken"],
    )
