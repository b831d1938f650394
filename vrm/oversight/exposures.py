"""Who was exposed, to whom, when, and of what: answered reads, consent by consent.

A *thread* stands for one consent of one person; nobody behind it is named, here or in the log. The answer is one
SQL statement. What it costs follows the number of reads asked about, never the size of the log.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from vrm.accesslog.types import ANSWERED
from vrm.errors import Invalid
from vrm.oversight.models import LogIndex

_BATCH = 1000
_TOTAL, _KEYS, _CONSENT = 0, 1, 2


@dataclass(frozen=True)
class Exposed:
    """What one consent gave away in that time. ``reads`` lie between the leaves ``first_leaf`` and ``last_leaf``."""

    thread: str
    keys: tuple[str, ...]
    purposes: tuple[str, ...]
    revisions: tuple[int, ...]
    reads: int
    first_at: datetime
    last_at: datetime
    first_leaf: int
    last_leaf: int


@dataclass(frozen=True)
class Exposure:
    """A page of consents, by thread, and the totals over all pages. ``after`` is the next page's, None after the last.

    ``key_reads`` says of each key how many of the reads gave it.
    """

    exposed: list[Exposed]
    threads: int
    reads: int
    keys: tuple[str, ...]
    after: str | None
    key_reads: Mapping[str, int]


def exposure(
    session: Session,
    *,
    since: datetime,
    until: datetime,
    client_id: str | None = None,
    company_id: str | None = None,
    key: str | None = None,
    agent: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Exposure:
    """Who was exposed through a client, or through all clients of a company, in a time. ``until`` is outside it.

    With ``key``, only reads that gave it, among others perhaps; with ``agent``, only those of that agent of a client.
    """
    column = LogIndex
    reads = (
        select(
            column.thread,
            column.keys.label("names"),
            column.purpose,
            column.revision,
            column.at,
            column.leaf_index,
        )
        .where(*_answered(since, until, client_id, company_id, key, agent))
        .cte("reads")
    ).c
    page = select(reads.thread).where(reads.thread > (after or "")).group_by(reads.thread)
    page = page.order_by(reads.thread).limit(limit + 1)
    # Three kinds of line in one answer: the total, each set of keys that was read, and each consent of the page by
    # what was read of it.
    figures = (
        func.count().label("reads"),
        func.count(reads.thread.distinct()).label("threads"),
        func.min(reads.at).label("first_at"),
        func.max(reads.at).label("last_at"),
        func.min(reads.leaf_index).label("first_leaf"),
        func.max(reads.leaf_index).label("last_leaf"),
    )
    parts = (reads.thread, reads.names, reads.purpose, reads.revision)
    blank = [cast(null(), part.type).label(part.name) for part in parts]
    total = select(literal(_TOTAL).label("kind"), *blank, *figures)
    sets = select(literal(_KEYS), blank[0], reads.names, *blank[2:], *figures).group_by(reads.names)
    lines = select(literal(_CONSENT), *parts, *figures).where(reads.thread.in_(page)).group_by(*parts)
    told = union_all(total, sets, lines).subquery()
    found = session.execute(select(told).order_by(told.c.kind, told.c.thread)).all()
    whole = found[0]
    key_reads: Counter[str] = Counter()
    for line in found:
        if line.kind == _KEYS:
            key_reads.update(dict.fromkeys(line.names.split(), int(line.reads)))
    consents = groupby((line for line in found if line.kind == _CONSENT), lambda line: line.thread)
    exposed = [_exposed(thread, list(lines)) for thread, lines in consents]
    more = len(exposed) > limit
    return Exposure(
        exposed[:limit],
        int(whole.threads),
        int(whole.reads),
        tuple(sorted(key_reads)),
        exposed[limit - 1].thread if more else None,
        key_reads,
    )


def exposed_leaves(
    session: Session,
    *,
    since: datetime,
    until: datetime,
    client_id: str | None = None,
    company_id: str | None = None,
    key: str | None = None,
    agent: str | None = None,
) -> Iterator[int]:
    """The leaf index of every read that an exposure counts, ascending, for exports with proofs.

    Read as it is iterated, while the session lasts; memory does not grow with it.
    """
    query = select(LogIndex.leaf_index).where(*_answered(since, until, client_id, company_id, key, agent))
    query = query.order_by(LogIndex.leaf_index).execution_options(yield_per=_BATCH)
    yield from session.execute(query).scalars()


def keys_read(session: Session, *, threads: Sequence[str]) -> dict[str, set[str]]:
    """Which keys were ever read under each of these consents; one that was never read is left out."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(threads), _BATCH):
        query = select(LogIndex.thread, LogIndex.keys.label("names")).where(
            LogIndex.thread.in_(threads[start : start + _BATCH]),
            LogIndex.type == "disclosure",
            LogIndex.outcome == ANSWERED,
        )
        for thread, names in session.execute(query.distinct()):
            found.setdefault(str(thread), set()).update(names.split())
    return found


def _answered(
    since: datetime,
    until: datetime,
    client_id: str | None,
    company_id: str | None,
    key: str | None,
    agent: str | None,
) -> list[ColumnElement[bool]]:
    if (client_id is None) == (company_id is None):
        raise Invalid("Name one client, or one company.", field="client")
    whose = LogIndex.client_id == client_id if client_id is not None else LogIndex.company_id == company_id
    return [
        whose,
        LogIndex.outcome == ANSWERED,
        LogIndex.at >= since,
        LogIndex.at < until,
        LogIndex.type == "disclosure",
        LogIndex.thread.is_not(None),
        *([] if key is None else [names_key(key)]),
        *([] if agent is None else [LogIndex.agent == agent]),
    ]


def names_key(key: str) -> ColumnElement[bool]:
    """The index holds an entry's keys joined by spaces. Not with LIKE: what that takes for equal differs by engine."""
    keys = " " + LogIndex.keys + " "
    return keys != func.replace(keys, f" {key} ", "")


def _exposed(thread: str, lines: Sequence[Row[Any]]) -> Exposed:
    return Exposed(
        thread=thread,
        keys=tuple(sorted({key for line in lines for key in line.names.split()})),
        purposes=tuple(sorted({line.purpose for line in lines if line.purpose is not None})),
        revisions=tuple(sorted({line.revision for line in lines if line.revision is not None})),
        reads=sum(line.reads for line in lines),
        first_at=min(line.first_at for line in lines),
        last_at=max(line.last_at for line in lines),
        first_leaf=min(line.first_leaf for line in lines),
        last_leaf=max(line.last_leaf for line in lines),
    )
