"""How many consents a company holds, how that changed, and when they end. See ``holdings`` for what it costs.

Those of the company's console are left out: nobody stands behind them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from vrm import accesslog, companies
from vrm.consents.held import STATES, in_state, notice_version_of
from vrm.consents.models import ConsentKey, ConsentRow
from vrm.errors import Invalid

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MOST_SPANS = 400
_AT_ONCE = 100  # spans in one statement
NEWEST = 500
"""How many consents are looked at one by one: what that costs does not grow with the company."""


@dataclass(frozen=True)
class Counts:
    """How many consents a company holds, by how they stand; see ``held.STATES``."""

    active: int = 0
    paused: int = 0
    suspended: int = 0
    revoked: int = 0
    expired: int = 0
    returned: int = 0
    used: int = 0

    @property
    def ended(self) -> int:
        """Those under which nothing will ever be read again."""
        return self.revoked + self.expired + self.returned + self.used


@dataclass(frozen=True)
class Flow:
    """How many consents were granted and how many ended, from ``start`` on, for one step."""

    start: datetime
    granted: int
    ended: int


@dataclass(frozen=True)
class Ending:
    """How many of the consents that run now will run out from ``start`` until the next one's start."""

    start: datetime
    count: int


def counts(session: Session, *, company_id: str, now: datetime, client_id: str | None = None) -> Counts:
    """How many consents of a company stand how, now."""
    notice_version = notice_version_of(session, company_id)
    sums = [
        func.coalesce(
            func.sum(case((in_state(state, notice_version=notice_version, now=now), 1), else_=0)), 0
        )
        for state in STATES
    ]
    found = session.execute(select(*sums).where(*_of(company_id, client_id))).one()
    return Counts(*map(int, found))


def trend(
    session: Session,
    *,
    company_id: str,
    since: datetime,
    until: datetime,
    step: timedelta = DAY,
    client_id: str | None = None,
) -> list[Flow]:
    """What was granted and what ended in each step from ``since`` to ``until``, the steps without any included.

    Steps count from ``since``: give a midnight for days as people know them. What ran out counts when that was
    written down, within the worker's minute. Raises ``Invalid`` for more than ``MOST_SPANS`` steps.
    """
    if step <= timedelta(0) or (until - since) / step > MOST_SPANS:
        raise Invalid("Choose a shorter time or longer steps.", field="since")
    moments = [since]
    while moments[-1] < until:
        moments.append(min(moments[-1] + step, until))
    fits = _of(company_id, client_id)
    granted = _count_spans(session, fits, ConsentRow.granted_at, moments)
    ended = _count_spans(session, fits, ConsentRow.ended_at, moments)
    return [Flow(*each) for each in zip(moments, granted, ended, strict=False)]


def ends(
    session: Session, *, company_id: str, now: datetime, months: int = 13, client_id: str | None = None
) -> list[Ending]:
    """How many of the consents that are active run out in what is left of this month, and in each that comes.

    No consent lasts longer than a year, so 13 months hold them all. Months begin at midnight UTC.
    """
    if not 1 <= months <= MOST_SPANS:
        raise Invalid("Choose fewer months.", field="months")
    moments = [now]
    for _ in range(months):
        first = moments[-1].replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        moments.append((first + timedelta(days=32)).replace(day=1))
    # As ``in_state`` has it but for the end, which each span bounds: with a third bound SQLite would go through the
    # consents of every company. No end is kept more exactly than to the millisecond.
    active = [
        ConsentRow.state == "active",
        ConsentRow.notice_version == notice_version_of(session, company_id),
        ConsentRow.paused.is_(None),
    ]
    later = [now + timedelta(milliseconds=1), *moments[1:]]
    found = _count_spans(session, [*_of(company_id, client_id), *active], ConsentRow.expires_at, later)
    return [Ending(*each) for each in zip(moments, found, strict=False)]


def held_keys(
    session: Session, *, company_id: str, now: datetime, client_id: str | None = None
) -> dict[str, int]:
    """Each key that may be read now, and under how many active consents."""
    fits = [
        ConsentKey.company_id == company_id,
        ConsentKey.client_id != companies.console_client_id(company_id),
        ConsentKey.until > now,
        ConsentKey.notice_version == notice_version_of(session, company_id),
    ]
    if client_id is not None:
        fits.append(ConsentKey.client_id == client_id)
    query = select(ConsentKey.key, func.count()).where(*fits).group_by(ConsentKey.key)
    return {key: int(number) for key, number in session.execute(query.order_by(ConsentKey.key))}


def held_threads(
    session: Session, *, company_id: str, now: datetime, client_id: str | None = None, newest: int = NEWEST
) -> dict[str, frozenset[str]]:
    """The newest consents that are active, by their threads in the log, and the keys that each of them allows.

    For figures alone: companies know a consent by its id, auditors by its thread, and neither is shown the other's.
    """
    active = in_state("active", notice_version=notice_version_of(session, company_id), now=now)
    looked = (
        select(ConsentRow.consumer_id, ConsentRow.id, ConsentRow.granted_at)
        # That it was granted before now is so of each; said, it has SQLite begin at the newest and sort nothing.
        .where(*_of(company_id, client_id), active, ConsentRow.granted_at <= now)
        .order_by(ConsentRow.granted_at.desc(), ConsentRow.id.desc())
        .limit(newest)
        .subquery()
    )
    same = and_(ConsentKey.consumer_id == looked.c.consumer_id, ConsentKey.consent_id == looked.c.id)
    keys: dict[tuple[str, str, datetime], set[str]] = defaultdict(set)
    for *consent, key in session.execute(select(looked, ConsentKey.key).join(ConsentKey, same)):
        keys[tuple(consent)].add(key)
    threads = accesslog.find_threads(session, granted=list(keys))
    return {
        threads[consent_id]: frozenset(allowed)
        for (_, consent_id, _), allowed in keys.items()
        if consent_id in threads
    }


def _count_spans(
    session: Session,
    fits: Sequence[ColumnElement[bool]],
    column: InstrumentedAttribute[Any],
    moments: Sequence[datetime],
) -> list[int]:
    """How many rows fall between each two moments: a range of the index each, whatever the engine calls a day."""
    spans = list(pairwise(moments))
    found: list[int] = []
    for start in range(0, len(spans), _AT_ONCE):
        numbers = [
            select(func.count())
            .select_from(ConsentRow)
            .where(*fits, column >= low, column < high)
            .scalar_subquery()
            for low, high in spans[start : start + _AT_ONCE]
        ]
        found += map(int, session.execute(select(*numbers)).one())
    return found


def _of(company_id: str, client_id: str | None) -> list[ColumnElement[bool]]:
    fits = [
        ConsentRow.company_id == company_id,
        ConsentRow.client_id != companies.console_client_id(company_id),
    ]
    return fits if client_id is None else [*fits, ConsentRow.client_id == client_id]
