"""What happened lately, in plain words: who read, who was refused, what ended, what the person decided."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from flask_babel import get_timezone
from sqlalchemy.orm import Session

from vrm import accesslog
from vrm.house import House
from vrm.web.portal import history, narrowing, words

LATELY = 14
"""Days of the reader's calendar, today among them: as many as the page of reads shows them in."""

LOOKED_AT = 100
"""So many reads, refusals and changes are looked at; a company that reads all day has one row however often it came."""

MOST = 40
FOREMOST, OF_OWN = 8, 3
"""So many rows are shown first, and so many of those are the person's own deeds where companies did more."""

KINDS = {
    "consent.granted": "granted",
    "consent.amended": "changed",
    "consent.narrowed": "narrowed",
    "consent.shortened": "shortened",
    "consent.extended": "extended",
    "consent.paused": "paused",
    "consent.resumed": "resumed",
    "consent.revoked": "revoked",
    "consent.returned": "returned",
    "consent.expired": "expired",
    "consent.used": "used",
    "consent.refused": "declined",
    "company.blocked": "blocked",
    "company.unblocked": "unblocked",
}
"""What is told beside reads and refused reads, by the event in the log that tells it."""


BY_LETTER = frozenset({"revoked-mail", "revoked-link", "paused-mail", "paused-link"})
"""What was done by answering a letter, or by the link in it."""

OWN = frozenset(KINDS.values()) - {"returned", "expired", "used"}
"""What the person did on these pages, and so knows of."""


@dataclass(frozen=True)
class Happening:
    """One row. ``kind``: read, refused, or one of KINDS or BY_LETTER.

    ``companies``: all of them, where one deed was about many; else one. ``labels`` are what was read or tried,
    ``reason`` why not, where its event was looked at; ``count`` is how often. ``href`` leads to all there is to know of it.
    """

    at: datetime
    kind: str
    companies: list[str]
    labels: list[str]
    reason: str
    count: int
    href: str


def lately(db: Session, here: House, *, consumer_id: str, now: datetime) -> list[Happening]:
    """The last two weeks, newest first, however much there was in a bounded number of rows."""
    since = narrowing.columns(narrowing.Filters(days=LATELY), now, get_timezone())[0]
    reads = history.listed(db, consumer_id=consumer_id, wanted=history.Wanted(since=since), limit=LOOKED_AT)
    refused = history.listed(
        db, consumer_id=consumer_id, wanted=history.Wanted(since=since, refused=True), limit=LOOKED_AT
    )
    changes = accesslog.list_for_consumer(
        db, consumer_id=consumer_id, limit=LOOKED_AT, types=KINDS, since=since
    )
    sums = accesslog.tally_for_consumer(db, consumer_id=consumer_id, since=since)
    ids = {history.company_id(event) for event in (*reads, *refused, *changes)}
    names = words.company_names(db, ids | {each.company_id for each in sums if each.company_id})
    called = {id: company.legal_name for id, company in names.items()}
    answered = (event for event in reads if event.outcome != "refused")
    found = [
        *_reads(here, [*answered, *refused], called, sums),
        *_unseen([*reads, *refused], called, sums),
        *_changes(changes, called),
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)[:MOST]


def foremost(found: Sequence[Happening]) -> tuple[list[Happening], list[Happening]]:
    """What is shown first, and what further down: a company's read is not pushed away by what the person did."""
    own = [each for each in found if each.kind in OWN]
    others = [each for each in found if each.kind not in OWN]
    first = others[: FOREMOST - min(len(own), OF_OWN)]
    first += own[: FOREMOST - len(first)]
    return [each for each in found if each in first], [each for each in found if each not in first]


def _reads(
    here: House,
    events: Iterable[accesslog.LoggedEvent],
    called: dict[str, str],
    sums: Sequence[accesslog.Tally],
) -> Iterator[Happening]:
    """A row for what one company did under one consent: when last, all that was read and every reason for a refusal; how
    often, the sums tell."""
    counted = {(each.company_id, each.consent_id): each for each in sums}
    groups: dict[tuple[str, str | None, bool], list[accesslog.LoggedEvent]] = defaultdict(list)
    for event in events:
        groups[history.company_id(event), event.consent_id, event.outcome == "refused"].append(event)
    for (company, consent_id, was_refused), those in groups.items():
        newest, sum_ = those[0], counted[company, consent_id]
        count = sum_.refusals if was_refused else sum_.reads
        keys = [key for event in those for key in cast(list[str], event.entry.get("keys") or [])]
        whys = [_why(here, event) for event in those if was_refused]
        one = Happening(
            at=newest.at,
            kind="refused" if was_refused else "read",
            companies=[called[company]],
            labels=[words.label(here.catalogue, key) for key in dict.fromkeys(keys)],
            reason=" ".join(dict.fromkeys(whys)),
            count=count,
            href=f"/reads/{newest.event_id}",
        )
        yield one if count == 1 else replace(one, href=_all_of(company, consent_id, refused=was_refused))


def _why(here: House, event: accesslog.LoggedEvent) -> str:
    code, purpose = cast(str | None, event.entry.get("code")), history.purpose_of(event)
    return words.reason(code, words.purpose(here.catalogue, purpose) if purpose else "")


def _unseen(
    events: Sequence[accesslog.LoggedEvent], called: dict[str, str], sums: Sequence[accesslog.Tally]
) -> Iterator[Happening]:
    """Who came less lately than another does in an hour: the sums know of it, though no event of theirs was looked at."""
    looked_at = {
        (history.company_id(event), event.consent_id, event.outcome == "refused") for event in events
    }
    for each in sums:
        for was_refused, at, count in (
            (False, each.last_read_at, each.reads),
            (True, each.last_refused_at, each.refusals),
        ):
            if at and each.company_id and (each.company_id, each.consent_id, was_refused) not in looked_at:
                href = _all_of(each.company_id, each.consent_id, refused=was_refused)
                kind = "refused" if was_refused else "read"
                yield Happening(at, kind, [called[each.company_id]], [], "", count, href)


def _changes(events: Iterable[accesslog.LoggedEvent], called: dict[str, str]) -> Iterator[Happening]:
    """A row for each change or decision; what was done to many at one moment is one row."""
    groups: dict[tuple[datetime, str], list[accesslog.LoggedEvent]] = defaultdict(list)
    for event in events:
        groups[_decided_at(event), _kind(event)].append(event)
    for (at, kind), those in groups.items():
        names = list(dict.fromkeys(called[history.company_id(event)] for event in those))
        href = _page_of(those[0]) if len(those) == 1 else _list_of(those[0].type)
        yield Happening(at, kind, names, [], "", len(those), href)


def _kind(event: accesslog.LoggedEvent) -> str:
    """What was done by a letter is told as that: whoever reads the mailbox may have done it."""
    by_letter = f"{KINDS[event.type]}-{event.detail.get('channel')}"
    return by_letter if by_letter in BY_LETTER else KINDS[event.type]


def _decided_at(event: accesslog.LoggedEvent) -> datetime:
    """When it happened; the refusal of a quiet ask is written down only when its time is over."""
    decided_at = cast(str | None, event.detail.get("decided_at"))
    return datetime.fromisoformat(decided_at) if decided_at else event.at


def _page_of(event: accesslog.LoggedEvent) -> str:
    """The page with all there is of a change; of a refused ask only its receipt tells what was asked."""
    if event.consent_id is not None:
        return f"/consents/{event.consent_id}"
    if event.type == "consent.refused":
        return f"/asks/{event.detail['ask']}/receipt"
    return f"/companies/{history.company_id(event)}"


def _all_of(company: str, consent_id: str | None, *, refused: bool) -> str:
    query = {
        "days": str(LATELY),
        "company": company,
        "consent": consent_id,
        "outcome": "refused" if refused else None,
    }
    return "/reads?" + urlencode({name: value for name, value in query.items() if value})


def _list_of(type: str) -> str:
    ended = {"declined": "refused"} | {kind: kind for kind in ("revoked", "returned", "expired", "used")}
    state = ended.get(KINDS[type])
    return f"/consents?show=history&state={state}" if state else "/consents"
