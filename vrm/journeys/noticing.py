"""Who is to be told of what. Two sweeps, each in bounded batches that touch only what is due (``reminding`` has a third):

* ``follow``  takes the next leaves of the log: what was decided or ended has its receipt sent and sets when a consent is
  looked at again, what is unusual is told, a company that changed has those told who had allowed it something
* ``spread``  comes to the people of a company that changed

Each batch is one transaction: what was told, the letters, and how far it came stand or fall together. The log is followed
rather than each edge asked to tell, so that nobody has to remember it, whoever acts: a person, a company, a sweep.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from vrm import accesslog, companies, consents, notices, profiles
from vrm.accesslog.entry import read
from vrm.db import Database
from vrm.journeys.receipting import OWED, RECEIPTED, send_receipt
from vrm.journeys.reminding import set_reminder
from vrm.journeys.telling import GONE, Telling
from vrm.notices.unusual import EXCUSED, KNOWN
from vrm.receipts import ENDS

LEAVES = 100
CONSENTS = 50

_CHANGES = frozenset(
    f"consent.{what}"
    for what in ("granted", "amended", "narrowed", "extended", "shortened", "paused", "resumed", *ENDS)
)
"""After what the next reminder of a consent is another one, or none."""


@dataclass(frozen=True)
class _Heard:
    """An event of the log, and of whom it tells, if anybody."""

    event_id: str
    at: datetime
    members: Mapping[str, Any]
    whose: tuple[str, str | None] | None

    @property
    def type(self) -> str:
        return str(self.members["type"])

    @property
    def company_id(self) -> str:
        return str(self.members["company"])

    @property
    def keys(self) -> Sequence[str]:
        return tuple(self.members.get("keys", ()))


def follow(database: Database, telling: Telling) -> int:
    """Take the next leaves of the log; how many. Safe from several processes: each leaf is taken once."""
    start, heard = database.read(_next)
    if not heard:
        return 0

    def take(db: Session) -> None:
        if notices.follow_up_to(db, start=start, end=start + len(heard)):
            for one in heard:
                with suppress(*GONE):
                    _hear(db, telling, one)

    database.write(take)
    return len(heard)


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
                            telling.tell(db, consent, "changed", f"{company.id} {what}", version, what=what)
            last = (here[-1].granted_at, here[-1].id) if len(here) == CONSENTS else None
            notices.walk_on(db, change, last)
            looked += len(here)
        return looked

    return database.write(walk) if database.read(lambda db: notices.walks(db, limit=1)) else 0


def _next(db: Session) -> tuple[int, list[_Heard]]:
    start = notices.followed(db)
    entries = [
        (leaf, event_id, read(raw))
        for leaf, event_id, raw in accesslog.entries(db.connection(), start, LEAVES)
    ]
    by_client: dict[str, list[int]] = {}
    for leaf, _, members in entries:
        if str(members["type"]).startswith(("disclosure", "consent.", "value.")):
            by_client.setdefault(str(members["client"]), []).append(leaf)
    whose: dict[int, tuple[str, str | None]] = {}
    for client_id, leaves in by_client.items():
        whose |= accesslog.find_whose(db, client_id=client_id, leaves=leaves)
    return start, [
        _Heard(event_id, datetime.fromisoformat(str(members["time"])), members, whose.get(leaf))
        for leaf, event_id, members in entries
    ]


def _hear(db: Session, telling: Telling, heard: _Heard) -> None:
    if heard.type == "company.changed" and heard.members["code"] in ("notice", "owner"):
        version = companies.get_company(db, company_id=heard.company_id).notice_version
        notices.note_change(db, company_id=heard.company_id, what=str(heard.members["code"]), version=version)
    if heard.whose is None or heard.members.get("client") == companies.console_client_id(heard.company_id):
        return  # it is about nobody, or about somebody whom the company invented for a trial
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
        _weigh_read(db, telling, heard, consumer_id, consent_id)
    elif heard.type == "value.proposed":
        _tell_of_proposal(db, telling, heard, consumer_id, consent_id)
    elif heard.type in _CHANGES:
        set_reminder(db, telling, consumer_id=consumer_id, consent_id=consent_id, since=heard.at)


def _weigh_read(db: Session, telling: Telling, heard: _Heard, consumer_id: str, consent_id: str) -> None:
    answered = heard.members["outcome"] == "answered"
    if not answered and heard.members.get("code") in EXCUSED:
        return
    seen = notices.pattern_of(db, consumer_id=consumer_id, company_id=heard.company_id)
    seen, found = notices.look(seen, at=heard.at, keys=heard.keys, answered=answered)
    notices.keep_pattern(db, seen, consumer_id=consumer_id, company_id=heard.company_id)
    place = {"consumer_id": consumer_id, "consent_id": consent_id}
    for each in found:
        keys, period = each.keys, each.period
        if each.what == "new_key":
            keys = tuple(sorted(_long_allowed(db, heard, **place) & set(keys)))
            if not keys:
                continue  # it was allowed lately: that it is read is what was agreed
            period = " ".join(keys)
        telling.tell(
            db,
            consents.get_consent(db, **place),
            "unusual",
            f"{heard.company_id} {each.what}",
            period,
            heard.at,
            what=each.what,
            when=heard.at.isoformat(),
            read=telling.labels(keys),
            observed=each.observed,
            usual=each.usual,
        )


def _long_allowed(db: Session, heard: _Heard, *, consumer_id: str, consent_id: str) -> set[str]:
    """Keys that were allowed for this purpose for longer than ``KNOWN`` before the read, without a gap up to it.

    A change of something else, such as when it ends, does not make them new.
    """
    purpose, until = heard.members.get("purpose"), heard.at - KNOWN
    revisions = consents.list_revisions(db, consumer_id=consumer_id, consent_id=consent_id)
    before = [each for each in revisions if each.created_at < until]
    stood = [*before[-1:], *(each for each in revisions if until <= each.created_at <= heard.at)]
    allowed = [{line.key for line in each.lines if purpose in (None, line.purpose)} for each in stood]
    return set.intersection(*allowed) if before else set()


def _tell_of_proposal(
    db: Session, telling: Telling, heard: _Heard, consumer_id: str, consent_id: str
) -> None:
    """Once a day of each company, however many; what it proposed, and when, stands in the inbox and not in a letter."""
    if profiles.is_waiting(db, consumer_id=consumer_id, event_id=heard.event_id, now=telling.now):
        consent = consents.get_consent(db, consumer_id=consumer_id, consent_id=consent_id)
        today = telling.now.date().isoformat()
        telling.tell(db, consent, "proposed", consent.company_id, today, heard.at, path="/profile/proposed")
