"""The same server with its log cut out, to see what the log costs. It breaks every promise, and is for measuring alone.

``python -m bench.side_by_side.unlogged serve ...`` is ``vrm serve ...`` but for reads: these make no entry, wait for no
commit, and look at their consent once and not again when they are committed. Proofs of possession are still used up
durably. The product has no such setting.
"""

from collections.abc import Sequence
from typing import Any

from flask import Flask

from vrm import accesslog, wsgi
from vrm.accesslog import Prepared
from vrm.cli import listening, main, serve
from vrm.disclosures.drafts import Draft


class NoQueue:
    """Where the commit queue was: everything is good at once."""

    def submit(self, drafts: Sequence[Draft]) -> list[bool]:
        return [True] * len(drafts)


def app() -> Flask:
    """What the server loads in each of its processes."""
    made = wsgi.app()
    made.extensions["vrm.door"]._queue = NoQueue()
    accesslog.prepare = lambda event: Prepared(_NO_ID, event, b"", bytes(32), b"")
    return made


_NO_ID = "00000000-0000-4000-8000-000000000000"


def _listen(_: str, *rest: Any, **more: Any) -> None:
    listening.listen("bench.side_by_side.unlogged:app", *rest, **more)


if __name__ == "__main__":
    serve.listen = _listen  # type: ignore[assignment, attr-defined]  # in this process alone
    main()
