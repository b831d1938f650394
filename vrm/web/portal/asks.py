"""Asks as rows of a page: those that wait for the person, and those that ended without a consent.

A company's sign-in page may put the same ask again and again; a person is shown the newest of those that are alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from vrm import companies, consents, tokens
from vrm.house import House
from vrm.web.portal import readers, words


@dataclass(frozen=True)
class Waiting:
    """An ask that waits for a decision."""

    id: str
    href: str
    company: str
    company_id: str
    domain: str
    lines: tuple[consents.Line, ...]
    labels: list[str]
    purposes: list[str]
    """None: they only want to recognise the person."""
    asked_at: datetime
    closes_at: datetime
    quiet: bool
    """From a desk or on the phone; then ``message`` is what both sides compare, where there is something."""
    message: str
    news: "News | None"
    """None: it asks for something of its own, and does not change what is allowed."""


@dataclass(frozen=True)
class News:
    """What an ask would put into a consent that is there, and take out of it: labels."""

    added: list[str]
    removed: list[str]


@dataclass(frozen=True)
class Past:
    """An ask under which nothing was ever read. ``state``: refused, or closed with no answer."""

    ask_id: str
    company: str
    company_id: str
    domain: str
    lines: tuple[consents.Line, ...]
    purposes: list[str]
    labels: list[str]
    state: str
    asked_at: datetime
    ended_at: datetime
    receipt: str | None
    """The path of the receipt; None for one that closed with no answer."""
    id: None = None
    """It has no page of its own, as a consent has."""


def waiting(db: Session, here: House, *, consumer_id: str, now: datetime) -> list[Waiting]:
    """The asks a person can decide now.

    Not shown is one whose client may not ask any more, one of a company they have blocked, one that would change a
    consent which has ended or was changed meanwhile, and one of a request that was answered in another browser.
    """
    blocked = consents.list_blocked(db, consumer_id=consumer_id)
    asks = consents.list_asks(db, consumer_id=consumer_id, now=now)
    clients = companies.client_standings(db.connection(), client_ids={ask.client_id for ask in asks})
    running = consents.list_some(db, consumer_id=consumer_id, listed=consents.Listed(), now=now)
    held = {each.id: each for each in running}
    asks = [
        ask
        for ask in _newest(asks)
        if (standing := clients[ask.client_id]).may_read
        and ask.company_id not in blocked
        and not _is_answered(db, ask)
        and (ask.amends is None or _is_unchanged(held.get(ask.amends.consent_id), ask.amends, standing, now))
    ]
    names = words.company_names(db, (ask.company_id for ask in asks))
    marks = {ask.id: ask.request["backchannel"] for ask in asks if ask.quiet}
    amended = {ask.amends.consent_id for ask in asks if ask.amends is not None}
    standings = readers.standings(db, [held[id] for id in amended])
    messages = tokens.open_messages(db, here.keys, marks=marks.values())
    return [
        Waiting(
            id=ask.id,
            href=f"/asks/{ask.id}",
            company=names[ask.company_id].legal_name,
            company_id=ask.company_id,
            lines=ask.terms.lines,
            domain=names[ask.company_id].domain,
            labels=words.labels(here.catalogue, ask.terms.lines),
            purposes=words.purposes(here.catalogue, ask.terms.lines),
            asked_at=ask.created_at,
            closes_at=ask.expires_at,
            quiet=ask.quiet,
            message=messages.get(marks.get(ask.id, ""), ""),
            news=None if ask.amends is None else _news(here, ask, standings[ask.amends.consent_id].lines),
        )
        for ask in asks
    ]


def _news(here: House, ask: consents.Ask, granted: Sequence[consents.GrantedLine]) -> News:
    asked = {(key, line.purpose) for line in ask.terms.lines for key in line.options}
    places = {line.place for line in granted}
    added = [
        line for line in ask.terms.lines if not any((key, line.purpose) in places for key in line.options)
    ]
    removed = [line for line in granted if line.place not in asked]
    return News(words.labels(here.catalogue, added), words.labels(here.catalogue, removed))


def count_past(db: Session, *, consumer_id: str, now: datetime) -> int:
    """How many ``past`` has."""
    return len(_over(db, consumer_id, now))


def _over(db: Session, consumer_id: str, now: datetime) -> list[tuple[consents.Ask, str]]:
    """Each with how it ended."""
    every = consents.list_asks(
        db, consumer_id=consumer_id, now=now, states=("open", "granted", "refused", "expired")
    )
    newest = {ask.id for ask in _newest(every)}
    return [
        (ask, state)
        for ask in every
        for state in (ask.state_at(now),)
        if state == "refused" or (state == "expired" and ask.id in newest)
    ]


def past(db: Session, here: House, *, consumer_id: str, now: datetime) -> list[Past]:
    """The asks a person refused, and those that closed with no answer and were not put again."""
    over = _over(db, consumer_id, now)
    names = words.company_names(db, (ask.company_id for ask, _ in over))
    return [
        Past(
            ask_id=ask.id,
            company=names[ask.company_id].legal_name,
            company_id=ask.company_id,
            lines=ask.terms.lines,
            domain=names[ask.company_id].domain,
            purposes=words.purposes(here.catalogue, ask.terms.lines),
            labels=words.labels(here.catalogue, ask.terms.lines),
            state="refused" if state == "refused" else "closed",
            asked_at=ask.created_at,
            ended_at=ask.decided_at or ask.expires_at,
            receipt=f"/asks/{ask.id}/receipt" if state == "refused" else None,
        )
        for ask, state in over
    ]


def _is_answered(db: Session, ask: consents.Ask) -> bool:
    """Whether somebody else to whom its link was shown has decided on it: it can be used once."""
    mark = ask.request.get("pushed")
    return mark is not None and tokens.was_used(db, client_id=ask.client_id, mark=mark)


def _is_unchanged(
    held: consents.Consent | None,
    amends: consents.Amends,
    standing: companies.ClientStanding,
    now: datetime,
) -> bool:
    """Whether a consent is still as an ask found it: see ``consents.get_basis``."""
    return (
        held is not None
        and held.is_active(now)
        and (held.revision, held.notice_version) == (amends.revision, standing.notice_version)
    )


def _newest(asks: Sequence[consents.Ask]) -> Iterator[consents.Ask]:
    """Of the asks of one client on the same terms the first, which is the newest; each desk asks for itself."""
    seen = set()
    for ask in asks:
        alike = (ask.client_id, ask.terms, ask.amends, ask.id if ask.quiet else None)
        if alike not in seen:
            seen.add(alike)
            yield ask
