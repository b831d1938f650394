"""The same server with its log cut out, to see what the log costs. It breaks every promise, and is for measuring alone.

``python -m bench.side_by_side.unlogged serve ...`` is ``vrm serve ...`` but for reads: these make no entry, wait for no
commit, and look at their consent once and not again when they are committed. Proofs of possession are still used up
durably. The product has no such setting.
"""

from typing import Any

from flask import Flask

from vrm import accesslog, tokens, wsgi
from vrm.accesslog import Prepared
from vrm.cli import listening, main, serve
from vrm.db import Database
from vrm.disclosures.drafts import Reading


class NoQueue:
    """Where the commit queue was: everything is good at once, but for a proof that was used up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(self, reading: Reading) -> list[bool]:
        if reading.shown is not None:
            shown = [reading.shown]
            self._database.write_group(lambda connection: tokens.use_up(connection, shown))
        return [True] * len(reading.drafts)


def app() -> Flask:
    """What the server loads in each of its processes."""
    made = wsgi.app()
    made.extensions["vrm.door"]._queue = NoQueue(made.extensions["vrm.house"].database)
    accesslog.prepare = lambda event: Prepared(_NO_ID, event, b"", bytes(32), b"")
    return made


_NO_ID = "00000000-0000-4000-8000-000000000000"


def _listen(_: str, *rest: Any, **more: Any) -> None:
    listening.listen("bench.side_by_side.unlogged:app", *rest, **more)


if __name__ == "__main__":
    serve.listen = _listen  # type: ignore[assignment, attr-defined]  # in this process alone
    main()
