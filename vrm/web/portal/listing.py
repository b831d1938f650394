"""What a person allows and has allowed as a list: narrowed, in pages, beside the asks that wait or came to nothing."""

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from vrm import consents
from vrm.errors import NotFound
from vrm.house import House
from vrm.web.language import gettext
from vrm.web.portal import asks, consent_rows, readers, words

PAGE = 50
COMPACT = 10
"""From so many on a row is one line: nobody scrolls past that many cards."""

STATES = {
    "current": ("waiting", "active", "ending", "paused", "suspended", "changed"),
    "history": ("revoked", "returned", "expired", "used", "refused", "closed"),
}


@dataclass(frozen=True)
class Filters:
    """How the list was narrowed; empty for all. ``company`` is an id, ``purpose`` and ``key`` are the catalogue's."""

    company: str = ""
    state: str = ""
    purpose: str = ""
    key: str = ""

    @property
    def query(self) -> str:
        """As the query of an address; "" where nothing was chosen."""
        return urlencode({name: value for name, value in vars(self).items() if value})

    @property
    def revoking(self) -> str | None:
        """The page that takes back just these, or None: whatever state they are in, a part of them has to be named."""
        return f"/consents/revoke?{self.query}" if self.query and not self.state else None

    def fit(self, row: consent_rows.Row | asks.Waiting | asks.Past) -> bool:
        """Whether a row is to be shown."""
        told = _facets(row)
        return (
            self.company in ("", told.company)
            and self.state in ("", told.state)
            and (not self.purpose or self.purpose in told.purposes)
            and (not self.key or self.key in told.keys)
        )


class Facets(NamedTuple):
    """What a row is narrowed by: where these are the same, no filter tells two rows apart."""

    company: str
    state: str
    purposes: frozenset[str]
    keys: frozenset[str]


@dataclass(frozen=True)
class Choices:
    """What the list can be narrowed by: (code, words), in the order of the words."""

    companies: list[tuple[str, str]]
    purposes: list[tuple[str, str]]
    keys: list[tuple[str, str]]


@dataclass(frozen=True)
class Counts:
    """How many there are of each; ``waiting``: asks; ``open``: that something can be read under now; ``with_all``: that
    were paused together."""

    current: int
    waiting: int
    history: int
    open: int
    paused: int
    with_all: int


@dataclass(frozen=True)
class Shown:
    """One page of the list. ``more`` is what the next one begins after, None on the last; ``blocked``: companies.

    ``shared``: the purposes that more than one has which runs, in plain words by id.
    """

    counts: Counts
    choices: Choices | None
    waiting: list[asks.Waiting]
    consents: list[consent_rows.Row | asks.Past]
    more: str | None
    blocked: frozenset[str] = frozenset()
    shared: Mapping[str, str] = field(default_factory=dict)


def current(
    db: Session, here: House, *, consumer_id: str, filters: Filters, before: str, now: datetime
) -> Shown:
    """What runs, newest first, and on the first page what waits for the person."""
    waiting = asks.waiting(db, here, consumer_id=consumer_id, now=now)
    after = _place_of(db, consumer_id, before, {}, ended=False)
    found = _walk(db, here, consumer_id, filters, after, now, ended=False)
    rows: list[consent_rows.Row | asks.Past] = list(islice(found, PAGE + 1))
    over = asks.count_past(db, consumer_id=consumer_id, now=now)
    counts = _counts(db, consumer_id, len(waiting), over, now)
    purposes = readers.purposes(db, consumer_id=consumer_id, now=now)
    return Shown(
        counts=counts,
        choices=None
        if _alike([*waiting, *rows], filters, after)
        else _choices(db, here, consumer_id, waiting, filters, now, purposes=purposes),
        waiting=[] if after else [ask for ask in waiting if filters.fit(ask)],
        consents=rows[:PAGE],
        more=_more(rows),
        blocked=frozenset(consents.list_blocked(db, consumer_id=consumer_id)),
        shared=readers.shared(here.catalogue, purposes),
    )


def past(
    db: Session, here: House, *, consumer_id: str, filters: Filters, before: str, now: datetime
) -> Shown:
    """What ended, last ended first, the asks among them that ended without a consent."""
    over = asks.past(db, here, consumer_id=consumer_id, now=now)
    places = {ask.ask_id: _place(ask) for ask in over}
    after = _place_of(db, consumer_id, before, places, ended=True)
    fitting = [ask for ask in over if filters.fit(ask) and (after is None or _place(ask) < after)]
    fitting.sort(key=_place, reverse=True)
    both: Iterable[consent_rows.Row | asks.Past] = heapq.merge(
        _walk(db, here, consumer_id, filters, after, now, ended=True), fitting, key=_place, reverse=True
    )
    rows = list(islice(both, PAGE + 1))
    waiting = asks.waiting(db, here, consumer_id=consumer_id, now=now)
    counts = _counts(db, consumer_id, len(waiting), len(over), now)
    return Shown(
        counts=counts,
        choices=None if _alike(rows, filters, after) else _choices(db, here, consumer_id, over, filters, now),
        waiting=[],
        consents=rows[:PAGE],
        more=_more(rows),
    )


def _walk(
    db: Session,
    here: House,
    consumer_id: str,
    filters: Filters,
    after: tuple[datetime, str] | None,
    now: datetime,
    *,
    ended: bool,
) -> Iterator[consent_rows.Row]:
    """Rows that fit, fetched as far as they are taken: what the database cannot tell of them is looked at here."""
    listed = consents.Listed(
        ended=ended,
        company_id=filters.company or None,
        key=filters.key or None,
        states=[filters.state] if ended and filters.state else None,
    )
    while True:
        held = consents.list_some(
            db, consumer_id=consumer_id, listed=listed, now=now, limit=PAGE + 1, before=after
        )
        rows = consent_rows.rows(db, here.catalogue, held, now)
        yield from filter(filters.fit, rows)
        if len(held) <= PAGE:
            return
        after = consents.moment_of(held[-1], ended=ended), held[-1].id


def _counts(db: Session, consumer_id: str, waiting: int, over: int, now: datetime) -> Counts:
    numbers = consents.count_some(db, consumer_id=consumer_id, now=now)
    return Counts(
        current=numbers.running,
        waiting=waiting,
        history=numbers.ended + over,
        open=len(readers.readable(db, consumer_id=consumer_id, now=now)),
        paused=numbers.paused,
        with_all=numbers.with_all,
    )


def _choices(
    db: Session,
    here: House,
    consumer_id: str,
    others: Sequence[asks.Waiting | asks.Past],
    filters: Filters,
    now: datetime,
    *,
    purposes: Collection[str] | None = None,
) -> Choices:
    """``purposes``: of what runs; None for what ended, of which there may be any number: what its companies state."""
    held, keys = consents.named_in(db, consumer_id=consumer_id, ended=purposes is None, now=now)
    names = words.company_names(db, {*held, *(ask.company_id for ask in others)})
    asked = {key for ask in others for line in ask.lines for key in _keys(line)}
    stated = (
        {id for company in names.values() for id in company.purposes} if purposes is None else {*purposes}
    )
    stated |= {line.purpose for ask in others for line in ask.lines} | ({filters.purpose} - {""})
    return Choices(
        companies=_sorted((id, company.legal_name) for id, company in names.items()),
        purposes=_sorted((id, gettext(words.purpose(here.catalogue, id))) for id in stated),
        keys=_sorted(
            (key, gettext(words.label(here.catalogue, key)))
            for key in {*keys, *asked, *({filters.key} - {""})}
        ),
    )


def _sorted(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda choice: choice[1].casefold())


def _alike(
    rows: Sequence[consent_rows.Row | asks.Waiting | asks.Past],
    filters: Filters,
    after: tuple[datetime, str] | None,
) -> bool:
    """Whether there is nothing to choose: these are all there are, and no filter tells one from another."""
    whole = after is None and len(rows) <= PAGE and not filters.query
    return whole and len({_facets(row) for row in rows}) < 2


def _facets(row: consent_rows.Row | asks.Waiting | asks.Past) -> Facets:
    return Facets(
        row.company_id,
        "waiting" if isinstance(row, asks.Waiting) else row.state,
        frozenset(line.purpose for line in row.lines),
        frozenset(key for line in row.lines for key in _keys(line)),
    )


def _keys(line: consents.GrantedLine | consents.Line) -> tuple[str, ...]:
    return line.options if isinstance(line, consents.Line) else (line.key,)


def _place(row: consent_rows.Row | asks.Past) -> tuple[datetime, str]:
    """Where a row that ended stands."""
    assert row.ended_at is not None
    return row.ended_at, row.ask_id if isinstance(row, asks.Past) else row.id


def _place_of(
    db: Session, consumer_id: str, id: str, places: Mapping[str, tuple[datetime, str]], *, ended: bool
) -> tuple[datetime, str] | None:
    """Where the row of this id stands; None for one that is not this person's, as if none was named."""
    if not id or id in places:
        return places.get(id)
    try:
        consent = consents.get_consent(db, consumer_id=consumer_id, consent_id=id)
    except NotFound:
        return None
    return consents.moment_of(consent, ended=ended), id


def _more(rows: list[consent_rows.Row | asks.Past]) -> str | None:
    if len(rows) <= PAGE:
        return None
    last = rows[PAGE - 1]
    return last.ask_id if isinstance(last, asks.Past) else last.id
