"""The log as files (C2SP tlog-tiles): ``GET /log/checkpoint`` and tiles of hashes, for everybody; bundles of entries, for
auditors' programs.

Tiles hold hashes of entries that nobody can guess, since each has a random commitment in it, so they tell nothing but
how long the log is. Both they and bundles may be kept for ever: what a name stands for never changes. A log that begins anew
(docs/witness.md) therefore has a place of its own. What the public checkpoint does not cover yet is not kept: no witness
has seen it.

One look is logged for each auditor and hour, in each process, and not one for each bundle: a bundle holds 256 entries, so
that many looks would make the log grow by being read, and a program that follows it would never come to its end. Whoever
reads bundles is reading the log in order, and the look says from which leaf on.
"""

import threading
from datetime import datetime

from flask import Blueprint, Response

from vrm import accesslog, clock, oversight
from vrm.errors import NotFound
from vrm.tlog import Resource, resources
from vrm.web import protector
from vrm.web.audiences import audience
from vrm.web.rooms import house

_BYTES = "application/octet-stream"
_FOR_EVER = "max-age=31536000, immutable"


def add_routes(blueprint: Blueprint, place: str) -> None:
    """Hang the views on the blueprint, below where the log has its place: ``/log`` for most."""
    hours = _Hours()

    @blueprint.get(f"{place}/checkpoint")
    @audience("public")
    def checkpoint() -> Response:
        published = house().database.read(accesslog.public_checkpoint)
        if published is None:
            raise NotFound("The log is empty: there is no checkpoint yet.")
        response = Response(published.note, mimetype="text/plain")  # C2SP tlog-tiles, section on checkpoints
        response.headers["Cache-Control"] = "no-cache"
        return response

    @blueprint.get(f"{place}/tile/<level>/<path:place>")
    @audience("public")
    def tile(level: str, place: str) -> Response:
        return _given(_named(level, place), "public")

    @blueprint.get(f"{place}/tile/entries/<path:place>")
    @audience("auditor_token")
    def bundle(place: str) -> Response:
        auditor_id, named = protector.auditor_id(), _named("entries", place)
        hours.record(auditor_id, named, clock.now())
        return _given(named, "private")  # a shared cache would hand it to whoever asks


class _Hours:
    """Whose reading of bundles is written down, and for which hour. What is not remembered is written down again."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def record(self, auditor_id: str, named: Resource, now: datetime) -> None:
        """Write the look down, unless it is; raises, and the bundle does not leave, where that cannot be done."""
        hour = now.strftime("%Y-%m-%dT%H")
        with self._lock:
            if (auditor_id, hour) in self._known:
                return
        query = {"leaf_index": str(named.first_leaf)}
        house().database.write(
            lambda db: oversight.record_look(
                db, auditor_id=auditor_id, what="log_bundles", query=query, now=now
            )
        )
        with self._lock:
            self._known = {known for known in self._known if known[1] == hour} | {(auditor_id, hour)}


def _named(level: str, place: str) -> Resource:
    try:
        return resources.parse(level, place)
    except ValueError:
        raise NotFound("That is not the name of a tile.", code="no_such_tile") from None


def _given(named: Resource, whose: str) -> Response:
    body, public = house().database.read(
        lambda db: (accesslog.get_resource(db, named=named), accesslog.public_checkpoint(db))
    )
    response = Response(body, mimetype=_BYTES)
    kept = public is not None and named.end_leaf <= public.size
    response.headers["Cache-Control"] = f"{whose}, {_FOR_EVER}" if kept else "no-store"
    return response
