"""Reads of a person, from the log: as rows of a page, as sums, as drawings.

The log says which keys were read, by which company, for what; it never holds a value.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any, cast

from sqlalchemy.orm import Session

from vrm import accesslog
from vrm.catalogue import Catalogue
from vrm.web.portal import words

BATCH = 200


@dataclass(frozen=True)
class Read:
    """One read or one refusal, as ``reads.html`` shows it. ``leaf_index`` None: not under a checkpoint yet."""

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


@dataclass(frozen=True)
class Wanted:
    """Which reads: of one consent, of one company, refusals alone, since a moment. None and False: any."""

    consent_id: str | None = None
    company_id: str | None = None
    refused: bool = False
    since: datetime | None = None

    def has(self, event: accesslog.LoggedEvent) -> bool:
        """Whether an event is a read, and one of these."""
        return (
            event.type == "disclosure"
            and (not self.refused or event.outcome == "refused")
            and self.company_id in (None, event.entry["company"])
        )


@dataclass(frozen=True)
class Tally:
    """How often something was read and refused, and when it was last read."""

    reads: int = 0
    refusals: int = 0
    last_read_at: datetime | None = None

    def plus(self, event: accesslog.LoggedEvent) -> "Tally":
        """With one more, older event."""
        if event.outcome == "refused":
            return Tally(self.reads, self.refusals + 1, self.last_read_at)
        return Tally(self.reads + 1, self.refusals, self.last_read_at or event.at)


NOTHING = Tally()


def walk(
    db: Session, *, consumer_id: str, wanted: Wanted, before: str | None = None
) -> Iterator[accesslog.LoggedEvent]:
    """The wanted events, newest first, from after the event ``before``; fetched as far as they are taken."""
    while True:
        batch = accesslog.list_for_consumer(
            db, consumer_id=consumer_id, limit=BATCH, before=before, consent_id=wanted.consent_id
        )
        for event in batch:
            if wanted.since is not None and event.at < wanted.since:
                return
            if wanted.has(event):
                yield event
        if len(batch) < BATCH:
            return
        before = batch[-1].event_id


def take(events: Iterator[accesslog.LoggedEvent], most: int) -> tuple[list[accesslog.LoggedEvent], bool]:
    """At most so many, and whether there are more."""
    found = list(islice(events, most + 1))
    return found[:most], len(found) > most


def rows(db: Session, catalogue: Catalogue, events: Iterable[accesslog.LoggedEvent]) -> list[Read]:
    """Events as rows of a page, with the names of their companies."""
    events = list(events)
    names = words.company_names(db, (company_id(event) for event in events))
    return [_row(catalogue, names[company_id(event)].legal_name, event) for event in events]


def by_consent(events: Iterable[accesslog.LoggedEvent]) -> dict[str, Tally]:
    """Sums by consent, of events newest first."""
    sums: dict[str, Tally] = {}
    for event in events:
        if event.consent_id is not None:
            sums[event.consent_id] = sums.get(event.consent_id, NOTHING).plus(event)
    return sums


def by_key(events: Iterable[accesslog.LoggedEvent]) -> dict[str, Tally]:
    """Sums by key that was read, of events newest first."""
    sums: dict[str, Tally] = {}
    for event in events:
        if event.outcome != "refused":
            for key in _keys(event):
                sums[key] = sums.get(key, NOTHING).plus(event)
    return sums


def drawn(reads: Iterable[Read]) -> list[dict[str, Any]]:
    """Rows as ``vrm.web.strips`` takes them."""
    return [asdict(read) for read in reads]


def company_id(event: accesslog.LoggedEvent) -> str:
    """Whose read it was. Every disclosure names its company."""
    return cast(str, event.entry["company"])


def _keys(event: accesslog.LoggedEvent) -> list[str]:
    return cast(list[str], event.entry.get("keys") or [])


def _row(catalogue: Catalogue, company: str, event: accesslog.LoggedEvent) -> Read:
    purpose = cast(str | None, event.entry.get("purpose"))
    refused = event.outcome == "refused"
    return Read(
        at=event.at,
        company=company,
        consent_id=event.consent_id,
        labels=[words.label(catalogue, key) for key in _keys(event)],
        purpose=words.purpose(catalogue, purpose) if purpose else None,
        outcome="refused" if refused else "permitted",
        reason=words.reason(cast(str | None, event.entry.get("code"))) if refused else "",
        event_id=event.event_id,
        leaf_hash=event.leaf_hash.hex(),
        leaf_index=event.leaf_index,
    )
