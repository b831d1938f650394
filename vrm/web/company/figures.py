"""What a company holds, as drawings with the figures that the sentences above them need.

Reads come from the index over the log, so they may be a minute behind; everything else is as it stands now.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from babel.numbers import format_percent
from flask_babel import get_locale
from sqlalchemy.orm import Session

from vrm import companies, consents, journeys, oversight
from vrm.catalogue import Catalogue
from vrm.consents.quality import LineQuality, Reception
from vrm.web import charts
from vrm.web.axes import Unit
from vrm.web.company import words

WEEKS = 26
"""How far back the trend of granted and ended goes."""
DAYS = 30
"""How far back reads and refusals are drawn, day by day."""
MOST = 10
"""Bars in one drawing."""


@dataclass(frozen=True)
class Drawn:
    """Columns over time, and what they add up to."""

    chart: charts.Columns
    above: int
    below: int


@dataclass(frozen=True)
class Field:
    """A key: under how many active consents it is ``held``, and under how many of these it was ever ``read``."""

    key: str
    label: str
    held: int
    read: int


@dataclass(frozen=True)
class Fields:
    """Every key held under enough consents for a figure, those read least first; ``bars`` are the first of them.

    ``few``: the labels of the others, first those that were never read, ``idle`` of them.
    ``newest``: so many of the consents were looked at, the newest; 0: all of them.
    """

    every: Sequence[Field]
    bars: Sequence[charts.Bar]
    few: Sequence[str]
    idle: int
    newest: int

    @property
    def unread(self) -> int:
        """How many of all were never read."""
        return self.idle + sum(not field.read for field in self.every)


def trend(db: Session, company_id: str, client_id: str | None, now: datetime) -> Drawn:
    """Consents granted (above) and ended (below), week by week (UTC, from Mondays)."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=midnight.weekday())
    flows = consents.holdings.trend(
        db,
        company_id=company_id,
        since=monday - (WEEKS - 1) * consents.holdings.WEEK,
        until=monday + consents.holdings.WEEK,
        step=consents.holdings.WEEK,
        client_id=client_id,
    )
    return _drawn([charts.Bucket(flow.start, flow.granted, flow.ended) for flow in flows], "week")


def ends(db: Session, company_id: str, client_id: str | None, now: datetime) -> Drawn:
    """When the consents that are active run out, month by month."""
    found = consents.holdings.ends(db, company_id=company_id, now=now, client_id=client_id)
    return _drawn([charts.Bucket(ending.start, ending.count) for ending in found], "month")


def reads(db: Session, company_id: str, client_id: str | None, now: datetime) -> Drawn:
    """Reads answered (above) and refused (below), day by day (UTC)."""
    return _drawn(read_counts(db, company_id, client_id, now - timedelta(days=DAYS - 1), now), "day")


def read_counts(
    db: Session, company_id: str, client_id: str | None, since: datetime, until: datetime
) -> list[charts.Bucket]:
    """Reads answered (above) and refused (below) by day (UTC), without those of the company's console."""
    whole = oversight.Filters(company=company_id, type="disclosure", since=since, until=until)

    def through(client: str | None) -> dict[datetime, Counter[str]]:
        buckets = oversight.series(db, replace(whole, client=client)).buckets
        return {each.start: Counter(each.counts) for each in buckets}

    found = through(client_id)
    if client_id is None:
        tried = through(companies.console_client_id(company_id))
        found = {start: counts - tried[start] for start, counts in found.items()}
    return [charts.Bucket(start, each["answered"], each["refused"]) for start, each in found.items()]


def fields(
    db: Session, catalogue: Catalogue, company_id: str, client_id: str | None, now: datetime
) -> Fields:
    """Which keys are held, and under how many of the consents that hold them they were ever read."""
    use = journeys.use_of_fields(db, company_id=company_id, client_id=client_id, now=now)
    every = [Field(each.key, words.key(catalogue, each.key), each.held, each.read) for each in use.every]
    every.sort(key=lambda field: (field.read / field.held, -field.held, field.label.casefold()))
    bars = charts.bars([charts.Rank(each.label, each.held, each.read) for each in every[:MOST]])
    few = sorted(use.few, key=lambda one: one[1])
    idle = sum(not was_read for _, was_read in few)
    return Fields(every, bars, [words.key(catalogue, key) for key, _ in few], idle, use.newest)


def refused(catalogue: Catalogue, lines: Sequence[LineQuality]) -> list[charts.Bar]:
    """The share of all who decided that did not allow a line, the largest first; lines without a figure are left out."""
    return _shares(
        catalogue, [(line, each.refused_share) for line, each in _told(lines) if each.refused_share]
    )


def unticked(catalogue: Catalogue, lines: Sequence[LineQuality]) -> list[charts.Bar]:
    """The share of those who granted that left an optional line out, the largest first."""
    found = [(line, each.unticked_share) for line, each in _told(lines) if not line.required]
    shares = [(line, share) for line, share in found if share is not None]
    return _shares(catalogue, sorted(shares, key=lambda one: -one[1]))


def share(part: float) -> str:
    """``70%`` as the language writes it."""
    return str(format_percent(part, locale=get_locale()))


def _told(lines: Sequence[LineQuality]) -> list[tuple[LineQuality, Reception]]:
    return [(line, line.reception) for line in lines if line.reception is not None]


def _shares(catalogue: Catalogue, found: Sequence[tuple[LineQuality, float]]) -> list[charts.Bar]:
    called = words.lines(catalogue, [line for line, _ in found])
    ranks = [
        charts.Rank(label, round(100 * part), figure=share(part))
        for label, (_, part) in zip(called, found, strict=True)
    ]
    return charts.bars(ranks[:MOST], full=100)


def _drawn(buckets: Sequence[charts.Bucket], unit: Unit) -> Drawn:
    chart = charts.columns(buckets, unit)
    return Drawn(chart, chart.above, chart.below)
