"""Exports: the log, or a part of it, in a file that can be verified with nothing else.

One JSON object a line, each in its one canonical spelling (RFC 8785), each line ended by a newline. First the
header, then one line for each entry::

    {"checkpoint":"localhost:8000/log\\n2\\n...","count":2,"format":"vrm-log-export@v1","kind":"all",
     "origin":"localhost:8000/log","size":2,"vkey":"localhost:8000/log+..."}
    {"entry":"{\\"actor\\":...}","index":0,"leaf_hash":"cRo3..."}

(the header on one line). ``entry`` is the entry as it was logged, in a string, so that its very bytes survive.
Kind ``all`` holds every leaf of the tree the checkpoint signs. Kind ``selection`` holds some, ascending, each with
``"proof"``: the inclusion proof (RFC 6962, section 2.1.1) in that tree, from the leaf upwards.

Written as it is read: memory does not grow with the log. Leaves below a published size never change, so an
export may take its time while the log grows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from vrm import clock, ids
from vrm.accesslog.entry import read
from vrm.accesslog.errors import Inconsistent
from vrm.accesslog.models import LogEvent, LogLeaf
from vrm.accesslog.moved import whole
from vrm.accesslog.tree import Published, latest_checkpoint, read_tile
from vrm.db import Database
from vrm.errors import Invalid, NotFound
from vrm.tlog import canonical, checkpoint, merkle, note, tiles
from vrm.tlog.errors import BadCheckpoint, BadNote
from vrm.tlog.note import Verifier

FORMAT = "vrm-log-export@v1"
_BATCH = 512


@dataclass(frozen=True)
class Selection:
    """Which entries to export: those that meet every condition given; with none given, everything.

    Times are those inside the entries: ``since`` belongs to the span, ``until`` does not.
    """

    since: datetime | None = None
    until: datetime | None = None
    company: str | None = None
    client: str | None = None
    type: str | None = None
    thread: str | None = None
    event_ids: tuple[str, ...] = ()
    leaves: tuple[int, ...] | None = None
    """Leaf indexes, ascending; none at all where it is empty."""

    @property
    def everything(self) -> bool:
        """Whether no condition is given."""
        return self == Selection()

    def admits(self, entry: bytes) -> bool:
        """Whether an entry meets the conditions on its members (``event_ids`` and ``leaves`` are none)."""
        try:
            members = read(entry)
        except ValueError:
            return True  # a damaged entry is never left out of what an auditor asked for
        time = str(members.get("time", ""))
        return (
            (self.since is None or time >= clock.rfc3339(self.since))
            and (self.until is None or time < clock.rfc3339(self.until))
            and all(members.get(name) == value for name, value in self._wanted().items())
        )

    def _wanted(self) -> Mapping[str, str]:
        named = {"company": self.company, "client": self.client, "type": self.type, "thread": self.thread}
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True)
class Export:
    """An export about to be written. Iterate for its lines, as bytes with their newline; more than once if need be."""

    database: Database
    published: Published
    verifier: Verifier
    selection: Selection
    count: int

    @property
    def kind(self) -> str:
        """``all`` or ``selection``."""
        return "all" if self.selection.everything else "selection"

    def __iter__(self) -> Iterator[bytes]:
        yield _line(
            {
                "format": FORMAT,
                "origin": self.verifier.name,
                "vkey": self.verifier.vkey,
                "checkpoint": self.published.note,
                "size": self.published.size,
                "kind": self.kind,
                "count": self.count,
            }
        )
        # The hash comes from the tree and not from beside the entry: who alters a stored entry, and its hash
        # next to it, still has the tree against them, and the verifier can say which leaf it was.
        nodes = tiles.nodes(
            lambda level, index: self.database.read(
                lambda session: read_tile(session.connection(), level, index)
            )
        )
        for index, entry in _entries(self.database, self.published.size, self.selection):
            try:
                line = {
                    "index": index,
                    "leaf_hash": canonical.b64(nodes(0, index)),
                    "entry": entry.decode("utf-8", "replace"),
                }
                if self.kind == "selection":
                    proof = merkle.inclusion(nodes, index, self.published.size)
                    line["proof"] = [canonical.b64(hash_) for hash_ in proof]
            except LookupError as fault:
                raise Inconsistent(f"The stored log is damaged: {fault}.") from None
            yield _line(line)


def open_export(database: Database, *, verifier: Verifier, selection: Selection | None = None) -> Export:
    """Make ready the export of everything, or of a selection, under the newest checkpoint.

    ``verifier`` is the log's name and public key. Raises ``NotFound`` before the first checkpoint,
    ``Invalid`` for an event id that is none, ``Inconsistent`` if that checkpoint is not signed by this key.
    """
    selection = selection or Selection()
    if not all(ids.is_id(event_id) for event_id in selection.event_ids):
        raise Invalid("An event id looks like f81d4fae-7dec-4d0a-a765-00a0c91e6bf6.", field="event")
    published = database.read(latest_checkpoint)
    if published is None:
        raise NotFound("The log has no checkpoint yet. Run: vrm log sequence", code="no_checkpoint")
    try:
        checkpoint.verify(published.note.encode(), verifier)
    except (BadNote, BadCheckpoint) as fault:
        raise Inconsistent(f"The newest checkpoint does not verify: {fault.message}.") from None
    # The file vouches for every byte in it, so it carries no signature by a key that it does not name.
    published = replace(published, note=note.only(published.note, verifier))
    if selection.everything:
        count = published.size
    else:  # the header comes first and says how many; what it counts cannot change meanwhile
        count = sum(1 for _ in _entries(database, published.size, selection))
    return Export(database, published, verifier, selection, count)


def _entries(database: Database, size: int, selection: Selection) -> Iterator[tuple[int, bytes]]:
    """Leaf index and entry of what is selected, ascending, a batch in memory at a time."""
    conditions: list[ColumnElement[bool]] = [LogLeaf.leaf_index < size]
    if selection.event_ids:
        conditions.append(LogEvent.id.in_(selection.event_ids))
    if selection.leaves is not None:
        for start in range(0, len(selection.leaves), _BATCH):
            some = LogLeaf.leaf_index.in_(selection.leaves[start : start + _BATCH])
            yield from _batch(database, [*conditions, some], selection)[0]
        return
    last: int | None = -1
    while last is not None:
        found, last = _batch(database, [*conditions, LogLeaf.leaf_index > last], selection)
        yield from found


def _batch(
    database: Database, conditions: list[ColumnElement[bool]], selection: Selection
) -> tuple[list[tuple[int, bytes]], int | None]:
    """What is selected of the next leaves, and the last leaf looked at, None where there may be no more."""
    query = (
        select(LogLeaf.leaf_index, LogEvent.entry, LogEvent.leaf_hash)
        .join_from(LogLeaf, LogEvent, LogEvent.id == LogLeaf.event_id)
        .where(and_(*conditions))
        .order_by(LogLeaf.leaf_index)
        .limit(_BATCH)
    )
    rows = database.read(lambda session: _whole(session, query))
    found = [(index, entry) for index, entry in rows if selection.everything or selection.admits(entry)]
    return found, rows[-1][0] if len(rows) == _BATCH else None


def _whole(session: Session, query: Select[int, bytes, bytes]) -> list[tuple[int, bytes]]:
    connection = session.connection()
    return [
        (index, whole(connection, entry, index, hash_)) for index, entry, hash_ in connection.execute(query)
    ]


def _line(value: object) -> bytes:
    return canonical.dump(value) + b"\n"
