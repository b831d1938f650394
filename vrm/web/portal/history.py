"""Reads of a person, from the log: as rows of a page, as sums, as drawings.

The log says which keys were read, by which company, for what; it never holds a value.
"""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import cast

from sqlalchemy.orm import Session

from vrm import accesslog
from vrm.catalogue import Catalogue
from vrm.web.portal import words

BATCH = 500


@dataclass(frozen=True)
class Read:
    """One read or one refusal, as ``reads.html`` shows it. ``labels`` are what was read, or tried.

    ``leaf_index`` None: not under a checkpoint yet. ``alike``: refusals before this one that were the same in all but time.
    """

    at: datetime
    company: str
    consent_id: str | None
    labels: list[str]
    purpose: str | None
    outcome: str
    reason: str
    event_id: str
    leaf_hash: str
    leaf_index: int | None
    alike: list["Read"] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """Which reads: of one consent, of one company, refused ones or answered ones alone, since a moment, before another.

    None and False: any.
    """

    consent_id: str | None = None
    company_id: str | None = None
    refused: bool = False
    since: datetime | None = None
    until: datetime | None = None
    answered: bool = False


@dataclass(frozen=True)
class Tally:
    """How often something was read and refused, and when it was last read."""

    reads: int = 0
    refusals: int = 0
    last_read_at: datetime | None = None


NOTHING = Tally()


def listed(
    db: Session, *, consumer_id: str, wanted: Wanted, limit: int, before: str | None = None
) -> list[accesslog.LoggedEvent]:
    """The newest of the wanted reads, from after the event ``before``."""
    return accesslog.list_for_consumer(
        db,
        consumer_id=consumer_id,
        limit=limit,
        before=before,
        type="disclosure",
        consent_id=wanted.consent_id,
        company_id=wanted.company_id,
        outcome="refused" if wanted.refused else "answered" if wanted.answered else None,
        since=wanted.since,
        until=wanted.until,
    )


def walk(
    db: Session, *, consumer_id: str, wanted: Wanted, before: str | None = None
) -> Iterator[accesslog.LoggedEvent]:
    """All the wanted reads, newest first, from after the event ``before``, fetched as far as they are taken."""
    while True:
        batch = listed(db, consumer_id=consumer_id, wanted=wanted, limit=BATCH, before=before)
        yield from batch
        if len(batch) < BATCH:
            return
        before = batch[-1].event_id


def rows(db: Session, catalogue: Catalogue, events: Iterable[accesslog.LoggedEvent]) -> list[Read]:
    """Events as rows of a page, with the names of their companies."""
    events = list(events)
    names = words.company_names(db, (company_id(event) for event in events))
    return [_row(catalogue, names[company_id(event)].legal_name, event) for event in events]


def folded(reads: Iterable[Read]) -> list[Read]:
    """Refusals that follow one another and tell the same become one row; each of them can still be opened."""
    found: list[Read] = []
    for _, those in groupby(reads, key=_alike):
        first, *rest = those
        found.append(replace(first, alike=rest))
    return found


def _alike(read: Read) -> tuple[object, ...]:
    if read.outcome == "permitted":
        return (read.event_id,)
    return read.company, read.consent_id, read.labels, read.purpose, read.reason


def of_consent(db: Session, *, consumer_id: str, consent_id: str) -> Tally:
    """The sum of one consent."""
    sums = accesslog.tally_for_consumer(db, consumer_id=consumer_id, consent_id=consent_id)
    return Tally(sums[0].reads, sums[0].refusals, sums[0].last_read_at) if sums else NOTHING


def by_key(events: Iterable[accesslog.LoggedEvent]) -> dict[str, Tally]:
    """Sums by key that was read, of events newest first. Which keys a read had, only its entry says."""
    sums: dict[str, Tally] = {}
    for event in events:
        if event.outcome != "refused":
            for key in keys_of(event):
                had = sums.get(key, NOTHING)
                sums[key] = Tally(had.reads + 1, had.refusals, had.last_read_at or event.at)
    return sums


def company_id(event: accesslog.LoggedEvent) -> str:
    """Whose read it was. Every disclosure names its company."""
    return cast(str, event.entry["company"])


def keys_of(event: accesslog.LoggedEvent) -> list[str]:
    """The keys that were read, or tried."""
    return cast(list[str], event.entry.get("keys") or [])


def purpose_of(event: accesslog.LoggedEvent) -> str | None:
    """What it was for; None where the company did not say."""
    return cast(str | None, event.entry.get("purpose"))


def _row(catalogue: Catalogue, company: str, event: accesslog.LoggedEvent) -> Read:
    id = purpose_of(event)
    purpose = words.purpose(catalogue, id) if id else None
    refused = event.outcome == "refused"
    return Read(
        at=event.at,
        company=company,
        consent_id=event.consent_id,
        labels=[words.label(catalogue, key) for key in keys_of(event)],
        purpose=purpose,
        outcome="refused" if refused else "permitted",
        reason=words.reason(cast(str | None, event.entry.get("code")), purpose or "") if refused else "",
        event_id=event.event_id,
        leaf_hash=base64.b64encode(event.leaf_hash).decode(),  # as the API and exports write it
        leaf_index=event.leaf_index,
    )
