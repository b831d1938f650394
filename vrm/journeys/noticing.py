"""Who is to be told of what. Two sweeps, each in bounded batches that touch only what is due (``reminding`` has a third):

* ``follow``  takes the next leaves of the log: what was decided or ended has its receipt sent and sets when a consent is
  looked at again, what is unusual is told, a company that changed has those told who had allowed it something
* ``spread``  comes to the people of a company that changed

Each batch is one transaction: what was told, the letters, and how far it came stand or fall together. The log is followed
rather than each edge asked to tell, so that nobody has to remember it, whoever acts: a person, a company, a sweep.

Most leaves are reads as they always are. What becomes of a batch is worked out before its transaction, since on SQLite all
other writers wait for that one, and rests on what only a batch changes, so that it holds if no other batch came between.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Dialect
from sqlalchemy.orm import Session

from vrm import companies, consents, notices, profiles
from vrm.db import Database
from vrm.db.putting import Put
from vrm.journeys.hearing import Heard, hear
from vrm.journeys.receipting import OWED, RECEIPTED, send_receipt
from vrm.journeys.reminding import set_reminder
from vrm.journeys.telling import GONE, Telling
from vrm.journeys.weighing import Weighing, tell_unusual
from vrm.notices import Finding
from vrm.notices.due import AHEAD
from vrm.receipts import ENDS

LEAVES = 200
TOLD = 2
"""Leaves of a batch of which anybody may be told: each takes its transaction some milliseconds."""
BATCHES = 16
"""Of those read at once. They hold together some tenths of a second, after which the worker's other sweeps have their turn."""
CONSENTS = 50

_CHANGES = frozenset(
    f"consent.{what}"
    for what in ("granted", "amended", "narrowed", "extended", "shortened", "paused", "resumed", *ENDS)
)
"""After what the next reminder of a consent is another one, or none."""
_TOLD = _CHANGES.union(RECEIPTED, {"value.proposed", "company.changed"})
"""Of what somebody may be told, beside reads that are unusual."""


@dataclass(frozen=True)
class _Batch:
    """The next leaves: which ones, how reads look after them, and those of which anybody may be told."""

    start: int
    end: int
    patterns: Put | None
    told: Sequence[tuple[Heard, Sequence[Finding]]]


def follow(database: Database, telling: Telling) -> int:
    """Take the next leaves of the log; how many, 0 when all are. Safe from several processes: each is taken once."""
    batches = database.read(lambda db: _next(db, database.engine.dialect))
    for batch in batches:
        if not database.write_derived(partial(_take, telling=telling, batch=batch)):
            break  # another process was first: what comes next begins where it came to
    return batches[-1].end - batches[0].start if batches else 0


def follow_granted(
    database: Database, telling: Telling, *, start: int, granted: Sequence[consents.Consent]
) -> bool:
    """Take at once the leaves from ``start`` on that tell of these consents, given so long ago that no receipt is owed.

    False, and nothing is done, where the log was not followed up to ``start`` or somebody followed it further.
    """

    def take(db: Session) -> bool:
        if not notices.follow_up_to(db, start=start, end=start + len(granted)):
            return False
        times = [(each.consumer_id, each.id, each.granted_at, each.expires_at) for each in granted]
        notices.schedule_new(db, times, after=telling.now - AHEAD)
        return True

    if any(telling.now - each.granted_at < OWED for each in granted):
        raise ValueError("a receipt is owed for a consent that was given lately")
    return database.write(take)


def spread(database: Database, telling: Telling) -> int:
    """Tell some of those who had allowed a company something that changed; how many consents were looked at."""

    def walk(db: Session) -> int:
        looked = 0
        for change in notices.walks(db, limit=1):
            company = companies.get_company(db, company_id=change.company_id)
            here = consents.walk_company(db, company_id=company.id, after=change.after, limit=CONSENTS)
            for consent in here:
                if consent.is_active(telling.now) and consent.notice_version != company.notice_version:
                    for each in change.what:
                        what, _, version = each.partition(":")
                        with suppress(*GONE):
                            owner = company.owner if what == "owner" else None
                            about = f"{company.id} {what}"
                            telling.tell(db, consent, "changed", about, version, what=what, owner=owner)
            last = (here[-1].granted_at, here[-1].id) if len(here) == CONSENTS else None
            notices.walk_on(db, change, last)
            looked += len(here)
        return looked

    return database.write(walk) if database.read(lambda db: notices.walks(db, limit=1)) else 0


def _next(db: Session, dialect: Dialect) -> list[_Batch]:
    """The next ``LEAVES``, in batches that each end with the last leaf of which anybody may be told."""
    start = notices.followed(db)
    heard = hear(db, start, LEAVES)
    weighing = Weighing(db, heard)
    batches: list[_Batch] = []
    told: list[tuple[Heard, Sequence[Finding]]] = []
    for end, one in enumerate(heard, start + 1):
        found = weighing.take(one)
        if found or (one.type in _TOLD and (one.whose is not None or one.type == "company.changed")):
            told.append((one, found))
        if len(told) == TOLD or end == start + len(heard):
            batches.append(_Batch(batches[-1].end if batches else start, end, weighing.put(dialect), told))
            told = []
            if len(batches) == BATCHES:
                break
    return batches


def _take(db: Session, *, telling: Telling, batch: _Batch) -> bool:
    """Do what becomes of a batch. False, and nothing is done, where another process took its first leaf."""
    if not notices.follow_up_to(db, start=batch.start, end=batch.end):
        return False
    if batch.patterns is not None:
        batch.patterns.run(db.connection())
    for heard, found in batch.told:
        with suppress(*GONE):
            _tell(db, telling, heard, found)
    return True


def _tell(db: Session, telling: Telling, heard: Heard, found: Sequence[Finding]) -> None:
    if heard.type == "company.changed" and heard.members["code"] in ("notice", "owner"):
        version = companies.get_company(db, company_id=heard.company_id).notice_version
        notices.note_change(db, company_id=heard.company_id, what=str(heard.members["code"]), version=version)
    if heard.whose is None:
        return
    consumer_id, consent_id = heard.whose
    if heard.type in RECEIPTED and telling.now - heard.at < OWED:
        send_receipt(
            db,
            telling.keys,
            consumer_id=consumer_id,
            event_id=heard.event_id,
            issuer=telling.issuer,
            now=telling.now,
        )
    if consent_id is None:
        return
    if heard.type == "disclosure":
        tell_unusual(db, telling, heard, found)
    elif heard.type == "value.proposed":
        _tell_of_proposal(db, telling, heard, consumer_id, consent_id)
    elif heard.type in _CHANGES:
        set_reminder(db, telling, consumer_id=consumer_id, consent_id=consent_id, since=heard.at)


def _tell_of_proposal(db: Session, telling: Telling, heard: Heard, consumer_id: str, consent_id: str) -> None:
    """Once a day of each company, however many; what it proposed, and when, stands in the inbox and not in a letter."""
    if profiles.is_waiting(db, consumer_id=consumer_id, event_id=heard.event_id, now=telling.now):
        consent = consents.get_consent(db, consumer_id=consumer_id, consent_id=consent_id)
        today = telling.now.date().isoformat()
        telling.tell(db, consent, "proposed", consent.company_id, today, heard.at, path="/profile/proposed")
