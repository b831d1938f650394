"""How many entries there are over time, as the explorer draws and tells it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from vrm import clock, oversight
from vrm.oversight import Filters
from vrm.web import charts
from vrm.web.audit.filters import Typed

USUAL = timedelta(days=30)
LONGEST = timedelta(days=366)
"""What one chart shows at most."""
BY_HOUR = timedelta(days=3)
"""Up to here a chart has a column for each hour; beyond, for each day."""
ASK_REFUSED = "consent.refused"


@dataclass(frozen=True)
class Span:
    """The time that a chart shows; ``cut``: more was asked for than one chart shows."""

    since: datetime
    until: datetime
    cut: bool

    @property
    def unit(self) -> oversight.Grain:
        """What one column stands for."""
        return "hour" if self.until - self.since <= BY_HOUR else "day"


@dataclass(frozen=True)
class Trend:
    """Entries over a span, as a chart and as sums; ``counted_back_to`` where not all could be counted.

    ``refused`` counts reads, ``asks`` what people refused to be asked, and ``left_out`` the looks that are not in it.
    """

    span: Span
    chart: charts.Columns
    answered: int
    refused: int
    asks: int
    other: int
    left_out: int
    counted_back_to: datetime | None

    @property
    def total(self) -> int:
        """All that are in it."""
        return self.answered + self.refused + self.asks + self.other


def span_of(wanted: Filters, now: datetime) -> Span | None:
    """What a chart shows of the time that is asked for: nothing ever happened later than now."""
    until = min(wanted.until or now, now)
    since = wanted.since or until - USUAL
    if since >= until:
        return None
    return Span(max(since, until - LONGEST), until, until - since > LONGEST)


def trend_of(db: Session, typed: Typed, span: Span) -> Trend:
    """The entries that are asked for, in a span."""
    wanted = within(typed, span)
    series = oversight.series(db, wanted, grain=span.unit)
    asked = [0] * len(series.buckets)  # to refuse an ask has the outcome of a refused read, and is none
    if wanted.type in (None, ASK_REFUSED):
        asks = oversight.series(db, replace(wanted, type=ASK_REFUSED), grain=span.unit)
        asked = [each.counts.get("refused", 0) for each in asks.buckets]
    left_out = 0
    if wanted.looks == "without":
        looks = oversight.series(db, replace(wanted, looks=None, type=oversight.LOOK), grain=span.unit)
        left_out = sum(sum(each.counts.values()) for each in looks.buckets)
    answered, refused, other = (
        sum(each.counts.get(name, 0) for each in series.buckets) for name in ("answered", "refused", "")
    )
    length = timedelta(hours=1) if span.unit == "hour" else timedelta(days=1)
    buckets = [
        charts.Bucket(
            each.start,
            above=each.counts.get("answered", 0) + each.counts.get("", 0) + asks_refused,
            below=max(each.counts.get("refused", 0) - asks_refused, 0),
            href=typed.href(since=clock.rfc3339(each.start), until=clock.rfc3339(each.start + length))
            if each.counts
            else None,
        )
        for each, asks_refused in zip(series.buckets, asked, strict=True)
    ]
    chart = charts.columns(buckets, span.unit)
    back = short_of(series.buckets[0].start, series.counted_back_to)
    return Trend(span, chart, answered, max(refused - sum(asked), 0), sum(asked), other, left_out, back)


def short_of(first: datetime, counted_back_to: datetime | None) -> datetime | None:
    """How far back figures reach, where that is not to the first moment of what is shown."""
    return counted_back_to if counted_back_to is not None and counted_back_to > first else None


def within(typed: Typed, span: Span) -> Filters:
    """The same conditions, over a span."""
    return replace(typed.wanted, since=span.since, until=span.until)
