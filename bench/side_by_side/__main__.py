"""Load this server, a bare route and the peers side by side, and say which promises of speed are kept.

    python -m bench.side_by_side [--quick] [--only ROW ...] [--engine sqlite|postgres] [--ours]

wrk and, for the peers, npm must be installed; the peers are installed into build/ on first use. All of it takes up to
25 minutes, --quick up to 4. Figures of two sittings are not to be compared: only ratios of one contest are.
"""

import argparse
import dataclasses
import json
import os
import platform
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.side_by_side import table
from bench.side_by_side.engines import Engine
from bench.side_by_side.load import require
from bench.side_by_side.peers import installed
from bench.side_by_side.picture import draw
from bench.side_by_side.rows import ROWS, Bench, Found, Size
from bench.side_by_side.targets import verdicts

_QUICK = Size(rounds=2, seconds=1, people=150, batches=10, trials=100, longest=15)
_ENGINES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="little of everything, PostgreSQL for reads alone"
    )
    parser.add_argument("--only", action="append", choices=ROWS, metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--engine", choices=_ENGINES, help="on this database alone")
    parser.add_argument("--ours", action="store_true", help="without the peers")
    parser.add_argument("--out", type=Path, default=Path("bench/results.json"))
    parser.add_argument("--picture", type=Path, default=Path("var/side_by_side.svg"))
    given = parser.parse_args()
    size, chosen = _QUICK if given.quick else Size(), given.only or list(ROWS)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that servers are stopped
    require()
    if not given.ours:
        installed.install()
    began, everything = time.monotonic(), []
    for code, name in _ENGINES.items():
        if given.engine in (None, code):
            only = ["read"] if given.quick and code == "postgres" and not given.only else chosen
            found = _measure(name, only, size, peers=not given.ours and code == "sqlite")
            everything.append(found)
    for found in everything:
        print(table.promises(found))
    print(f"\n{time.monotonic() - began:.0f} seconds in all")
    given.out.write_text(json.dumps(_kept(everything, size), indent=1) + "\n")
    given.picture.parent.mkdir(parents=True, exist_ok=True)
    given.picture.write_text(draw(everything))


def _measure(name: str, chosen: list[str], size: Size, *, peers: bool) -> Found:
    """Hold the chosen contests on one engine, with servers that are made for it and ended with it."""
    installed.PLACE.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        # Not in /tmp, which may be no disk: what is made durable here must cost what it costs.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=installed.PLACE)))
        bench = Bench(Engine(name, folder, size.people, stack), folder, size, peers=peers)
        for row, contest in ROWS.items():
            if row in chosen:
                contest(bench)
                print(table.contest(bench.found, row), flush=True)
        return bench.found


def _kept(everything: list[Found], size: Size) -> dict[str, object]:
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": {
            "python": platform.python_version(),
            "kernel": platform.release(),
            "processors": _processors(),
        },
        "size": dataclasses.asdict(size),
        "found": [
            {
                **dataclasses.asdict(found),
                "promises": [{**dataclasses.asdict(each), "word": each.word} for each in verdicts(found)],
            }
            for found in everything
        ],
    }


def _processors() -> int:
    return len(os.sched_getaffinity(0))


if __name__ == "__main__":
    main()
