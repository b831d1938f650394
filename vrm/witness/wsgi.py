"""The witness on the web: one address, ``POST /add-checkpoint``, in plain WSGI.

``app`` is a factory that the server calls in each of its processes; the folder comes in its environment.
"""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from vrm.errors import Conflict, Denied, Invalid, NotFound, VrmError
from vrm.tlog.submission import MOST_BYTES, SIZE_TYPE
from vrm.witness.errors import NotThisSize, Unproved
from vrm.witness.folder import Folder
from vrm.witness.service import cosign

FOLDER = "WITNESS_FOLDER"
"""The environment variable that names the folder; set by ``vrm witness serve`` for the processes it starts."""

Start = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]

_STATUS: tuple[tuple[type[VrmError], str], ...] = (
    (NotFound, "404 Not Found"),
    (Denied, "403 Forbidden"),
    (Unproved, "422 Unprocessable Entity"),
    (Conflict, "409 Conflict"),
    (Invalid, "400 Bad Request"),
)


def app() -> Application:
    """The application of the witness in the folder that the environment names."""
    return application(Folder.open(Path(os.environ[FOLDER])))


def application(folder: Folder) -> Application:
    """The application of a witness."""

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        status, kind, body = _answer(folder, environ)
        start(
            status,
            [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")],
        )
        return [body]

    return answer


def _answer(folder: Folder, environ: dict[str, Any]) -> tuple[str, str, bytes]:
    if environ.get("PATH_INFO") != "/add-checkpoint":
        return _told("404 Not Found", "A witness answers at /add-checkpoint alone.")
    if environ.get("REQUEST_METHOD") != "POST":
        return _told("405 Method Not Allowed", "Send a checkpoint by POST.")
    length = environ.get("CONTENT_LENGTH", "")
    if not length.isdecimal():
        return _told("411 Length Required", "Say how long the request is.")
    if len(length) > 9 or int(length) > MOST_BYTES:
        return _told("413 Content Too Large", "The request is too long.")
    try:
        lines = cosign(folder, environ["wsgi.input"].read(int(length)), now=int(time.time()))
    except NotThisSize as fault:
        return "409 Conflict", SIZE_TYPE, f"{fault.size}\n".encode()
    except VrmError as fault:
        status = next(
            (status for kind, status in _STATUS if isinstance(fault, kind)), "500 Internal Server Error"
        )
        return _told(status, fault.message)
    return "200 OK", "text/plain; charset=utf-8", lines.encode()


def _told(status: str, sentence: str) -> tuple[str, str, bytes]:
    return status, "text/plain; charset=utf-8", f"{sentence}\n".encode()
