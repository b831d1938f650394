"""JSON lines that are written as they are read, and what becomes of a fault in the middle of them."""

from collections.abc import Iterable, Iterator
from itertools import chain

from flask import Response

from vrm.oversight import Bundle
from vrm.web import problems
from vrm.web.api.answers import encode
from vrm.web.api.disclosures import BrokenStream

NDJSON = "application/x-ndjson"


def stream(lines: Iterable[bytes]) -> Response:
    """Answer with lines. What goes wrong before the first of them is told as a fault, later it breaks the stream."""
    lines = iter(lines)
    first = next(lines, b"")
    return Response(_guarded(chain([first], lines)), mimetype=NDJSON)


def send(bundle: Bundle) -> Response:
    """A bundle, with the hash of the whole file in a header (RFC 9530, section 3)."""
    response = stream(bundle)
    response.headers["Repr-Digest"] = f"sha-256=:{encode(bundle.sha256)}:"
    return response


def _guarded(lines: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from lines
    except Exception as fault:
        # The server would print the fault with its message; its own words are for nobody.
        problems.report(fault, "in a stream")
        raise BrokenStream from None
