"""What a request costs this process, without a network: microseconds of processor, and where they go.

    python -m bench.in_process [--requests 300] [--rounds 7] [--postgres] [--profile read]

The application is called as its server calls it, one request after the other, on an instance of fifty people; what the
worker would do beside it is not done. Seconds of the process, so what another program does is out of it as far as the
machine can tell them apart; what PostgreSQL spends is not in it. ``--profile`` prints the functions of one row that
took most, with the profiler's own cost in them.
"""

import argparse
import cProfile
import io
import json
import pstats
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from werkzeug.test import run_wsgi_app

from bench.side_by_side.contest import Make
from bench.side_by_side.instance import Instance
from tests.support.postgres import Cluster
from vrm.app import create_app
from vrm.house import House

PEOPLE = 50
WARM = 80  # requests before any is counted: statements are compiled, keys are parsed


def main() -> None:
    """Measure every row, print them, and write them down."""
    parser = argparse.ArgumentParser(prog="python -m bench.in_process")
    parser.add_argument("--requests", type=int, default=300, help="in a round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--profile", metavar="ROW")
    parser.add_argument("--out", type=Path, default=Path("var/in_process.json"))
    chosen = parser.parse_args()
    found: dict[str, float] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vrm-bench-")))
        cluster = Cluster() if chosen.postgres else None
        if cluster is not None:
            stack.callback(cluster.stop)
            cluster.start()
        for home, bound in (("bound", True), ("sandbox", False)):
            url = None if cluster is None else cluster.create()
            instance = Instance.make(folder / home, PEOPLE, bound=bound, database_url=url)
            app = create_app(stack.enter_context(House.open(instance.settings())))
            for name, make in _rows(instance).items():
                found[name] = _measure(app, make, chosen.requests, chosen.rounds)
                print(f"{name:24} {found[name]:6.0f} us")
                if name == chosen.profile:
                    _profile(app, make(chosen.requests))
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(found, indent=1))


def _rows(instance: Instance) -> Mapping[str, Make]:
    if not instance.bound:
        return {"read, bearer": instance.reads()}
    return {
        "read": instance.reads(),
        "token": instance.token_requests(),
        "pushed request": instance.pushed_requests(),
        "introspection": instance.introspections(),
        f"batch of {PEOPLE}": instance.batches(),
    }


def _measure(app: Flask, make: Make, requests: int, rounds: int) -> float:
    """Microseconds a request, the median of the rounds."""
    _send(app, make(WARM))
    taken = []
    for _ in range(rounds):
        ready = make(requests)
        began = time.process_time()
        _send(app, ready)
        taken.append((time.process_time() - began) / requests * 1e6)
    return median(taken)


def _profile(app: Flask, requests: Iterable[bytes]) -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    _send(app, requests)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


def _send(app: Flask, requests: Iterable[bytes]) -> None:
    for request in requests:
        body, status, _ = run_wsgi_app(app, _environ(request), buffered=True)
        if not status.startswith("2"):
            raise SystemExit(f"a request was answered with {status}: {b''.join(body)[:300]!r}")


def _environ(request: bytes) -> dict[str, Any]:
    """What a server makes of it (PEP 3333)."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    sent = {
        name.upper().replace("-", "_"): value for name, _, value in (line.partition(": ") for line in lines)
    }
    bare = {name: value for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if (value := sent.pop(name, None))}
    return {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "",
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
        **bare, **{f"HTTP_{name}": value for name, value in sent.items()},
    }  # fmt: skip


if __name__ == "__main__":
    main()
