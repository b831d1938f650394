"""One consent in full: who, what it would send now, what the company had said, how it changed, every read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from vrm import accesslog, clock, consents, profiles
from vrm.house import House
from vrm.web import pages, session
from vrm.web.audiences import audience
from vrm.web.portal import consent_rows, history, readers, rereads, unread, words
from vrm.web.portal.revisions import Decided, versions
from vrm.web.rooms import house

SHOWN = 10
"""Reads shown with a consent; the rest have a page of their own."""


@dataclass(frozen=True)
class Line:
    """One line of a consent. ``texts`` are the very values now; empty where nothing is filled in.

    ``resting``: it may not be read just now, but from ``again_at`` on; None there: it was for once, and was read.
    ``asked`` is what they had asked for, where this was allowed in its place; ``again``: so many of the ``reads`` only
    fetched anew what was for once. ``then``: what it said when the person decided, where that was another and is still kept.
    """

    key: str
    label: str
    texts: list[str]
    purpose: str
    sensitivity: str
    why: str
    frequency: str
    last_read_at: datetime | None
    reads: int
    resting: bool = False
    again_at: datetime | None = None
    asked: str | None = None
    again: int = 0
    then: list[str] | None = None


@dataclass(frozen=True)
class LeftOut:
    """A line that was asked for and may not be read. ``taken_back``: it was allowed at first."""

    label: str
    purpose: str
    why: str
    taken_back: bool


@dataclass(frozen=True)
class Told:
    """What stood on the letter when the person decided: the company's own words, as they were kept then.

    ``reasons`` are its words for a purpose, by the purpose in plain words; ``fingerprint`` is the notice's.
    ``version`` None: no notice was kept, as with a consent that no letter came before.
    """

    reasons: Mapping[str, str]
    retention_days: int | None
    recipients: tuple[str, ...]
    url: str | None
    version: int | None
    fingerprint: str


def add_routes(blueprint: Blueprint) -> None:
    """``/consents/<id>``."""
    blueprint.get("/consents/<uuid:consent_id>")(show_consent)


@audience("consumer")
def show_consent(consent_id: object) -> Response:
    here, consumer_id, now = house(), session.consumer_id(), clock.now()
    asked = request.args.get("unread", unread.USUAL, type=int)
    days = asked if asked in unread.SPANS else unread.USUAL
    context = here.database.read(lambda db: _consent(db, here, consumer_id, str(consent_id), days, now))
    return pages.render("consent.html", **context)


def _consent(
    db: Session, here: House, consumer_id: str, consent_id: str, days: int, now: datetime
) -> dict[str, Any]:
    row, revisions = consent_rows.one(
        db, here.catalogue, consumer_id=consumer_id, consent_id=consent_id, now=now
    )
    lines = revisions[-1].lines
    consent = consents.get_consent(db, consumer_id=consumer_id, consent_id=consent_id)
    uses = consents.uses_of(db.connection(), [(consumer_id, consent_id)])[consent_id]
    wanted = history.Wanted(consent_id=consent_id)
    events = list(history.walk(db, consumer_id=consumer_id, wanted=wanted))
    signed_in = accesslog.list_for_consumer(
        db, consumer_id=consumer_id, limit=1, type="consent.signed_in", consent_id=consent_id
    )
    held_back = accesslog.list_for_consumer(
        db,
        consumer_id=consumer_id,
        limit=1,
        types=("consent.paused", "consent.revoked"),
        consent_id=consent_id,
    )
    runs = row.state in ("active", "ending")  # where nothing can be read, nobody fails to
    never = unread.find(db, consent, revisions, days=days, now=now) if runs and lines else None
    fields = {field for line in lines for field in words.fields_behind(here.catalogue, line.key)}
    items = profiles.list_items(db, here.keys, consumer_id=consumer_id, fields=fields)
    decided = Decided(db, here, revisions, consumer_id=consumer_id, now=now)
    sums, again = history.by_key(events), rereads.count(events, revisions)
    shared = readers.shared(here.catalogue, readers.purposes(db, consumer_id=consumer_id, now=now))
    return {
        "consent": row,
        "shared": {id: word for id, word in shared.items() if row.doable and id in row.purpose_ids},
        "blocked": consents.blocked_since(db, consumer_id=consumer_id, company_id=row.company_id) is not None,
        "lines": [
            _line(
                here,
                line,
                items,
                decided,
                sums.get(line.key, history.NOTHING),
                again.by_key[line.key],
                uses,
                now,
            )
            for line in lines
        ],
        "left_out": _left_out(here, revisions),
        "again": again.reads,
        "told": _told(here, revisions[-1]),
        "revisions": versions(here.catalogue, revisions),
        "decided_at": decided.at,
        "reads": history.folded(history.rows(db, here.catalogue, events[:SHOWN])),
        "shown": min(len(events), SHOWN),
        "total_reads": len(events),
        "signed_in_at": signed_in[0].at if signed_in else None,
        "paused_at": held_back[0].at if consent.paused and held_back else None,
        "channel": held_back[0].detail.get("channel") if held_back else None,
        "unread": _unread(here, never) if never and never.never else None,
    }


def _unread(here: House, found: unread.Unread) -> dict[str, Any]:
    return {
        "days": found.days,
        "spans": unread.SPANS,
        "since": found.since,
        "labels": words.labels(here.catalogue, found.never),
        "keep": [" ".join(line.place) for line in found.read],
    }


def _line(
    here: House,
    line: consents.GrantedLine,
    items: words.Items,
    decided: Decided,
    tally: history.Tally,
    again: int,
    uses: consents.Uses,
    now: datetime,
) -> Line:
    last = uses.get(line.place)
    key = here.catalogue.keys.get(line.key)
    texts = words.texts(here.catalogue, line.key, items, line.item_id)
    then = decided.texts(line)
    return Line(
        key=line.key,
        label=words.label(here.catalogue, line.key),
        texts=texts,
        then=None if then == texts else then,
        purpose=words.purpose(here.catalogue, line.purpose),
        sensitivity=key.sensitivity if key else "ordinary",
        why=line.why,
        frequency=line.frequency,
        last_read_at=tally.last_read_at,
        reads=tally.reads,
        resting=not consents.is_due(line, last, now),
        again_at=consents.next_use(line, last) if last else None,
        asked=None if line.asked == line.key else words.label(here.catalogue, line.asked),
        again=again,
    )


def _left_out(here: House, revisions: Sequence[consents.Revision]) -> list[LeftOut]:
    """What the newest terms ask for and no line allows, with what the person took back of it."""
    newest = revisions[-1]
    allowed = {(line.asked, line.purpose) for line in newest.lines}
    before = {(line.asked, line.purpose) for revision in revisions for line in revision.lines}
    return [
        LeftOut(
            label=words.label(here.catalogue, line.key),
            purpose=words.purpose(here.catalogue, line.purpose),
            why=line.why,
            taken_back=(line.key, line.purpose) in before,
        )
        for line in newest.terms.lines
        if (line.key, line.purpose) not in allowed
    ]


def _told(here: House, revision: consents.Revision) -> Told:
    notice = revision.notice
    said, allowed = notice.get("purposes", {}), {line.purpose for line in revision.lines}
    in_order = sorted(said, key=lambda id: (id not in allowed, id))
    return Told(
        reasons={words.purpose(here.catalogue, id): said[id] for id in in_order},
        retention_days=revision.terms.retention_days,
        recipients=revision.terms.recipients,
        url=notice.get("privacy_notice_url"),
        version=notice.get("version"),
        fingerprint=notice.get("sha256", "")[:16],
    )
