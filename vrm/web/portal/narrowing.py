"""How the page of reads is narrowed, and its address: company, key, purpose, consent, result, and the time. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from urllib.parse import urlencode

from vrm import accesslog
from vrm.catalogue import Catalogue
from vrm.ids import is_id
from vrm.web import axes
from vrm.web.axes import Unit
from vrm.web.portal import history

GRAINS: Mapping[int, Unit] = {7: "day", 14: "day", 30: "day", 91: "week", 365: "month"}
"""The spans there are, in days, and in what they are drawn."""

USUAL, LONGEST = 30, max(GRAINS)
_LONGEST_NAME = 64


@dataclass(frozen=True)
class Filters:
    """What was chosen; "" and None for all. ``at`` is the first day of one column of the drawing."""

    days: int = USUAL
    company: str = ""
    key: str = ""
    purpose: str = ""
    consent: str = ""
    outcome: str = ""
    at: date | None = None

    @property
    def looks_inside(self) -> bool:
        """Whether what is wanted can only be told from the entries, which nobody has summed up."""
        return bool(self.key or self.purpose)

    def href(self, **changes: object) -> str:
        """The page with some of it changed."""
        other = replace(self, **changes)  # type: ignore[arg-type]
        kept = {name: value for name, value in vars(other).items() if value}
        return "/reads?" + urlencode(kept)

    def wanted(self, since: datetime, until: datetime) -> history.Wanted:
        """The reads these let through, as far as the log is indexed by it."""
        return history.Wanted(
            consent_id=self.consent or None,
            company_id=self.company or None,
            refused=self.outcome == "refused",
            answered=self.outcome == "answered",
            since=since,
            until=until,
        )

    def lets(self, event: accesslog.LoggedEvent, keys: frozenset[str]) -> bool:
        """Whether an event that is ``wanted`` has one of the ``keys`` (none: any), and the purpose."""
        if keys and keys.isdisjoint(history.keys_of(event)):
            return False
        return not self.purpose or history.purpose_of(event) == self.purpose


def read(query: Mapping[str, str]) -> Filters:
    """The filters of an address. What is none narrows nothing."""
    days = query.get("days", "")
    outcome = query.get("outcome", "")
    return Filters(
        days=int(days) if days.isdecimal() and len(days) < 4 and int(days) in GRAINS else USUAL,
        company=_id(query, "company"),
        key=query.get("key", "")[:_LONGEST_NAME],
        purpose=query.get("purpose", "")[:_LONGEST_NAME],
        consent=_id(query, "consent"),
        outcome=outcome if outcome in ("answered", "refused") else "",
        at=_day(query.get("at", "")),
    )


def columns(filters: Filters, now: datetime, zone: tzinfo) -> list[datetime]:
    """Where each column of the drawing begins, in the reader's zone; the last one is that of today."""
    unit, here = GRAINS[filters.days], now.astimezone(zone)
    if unit == "month":
        # Twelve of them, this one among them: the day is not in all months.
        first = here.replace(year=here.year - 1, day=1)
        return axes.begins(first, here, unit)[1:]
    return axes.begins(here - timedelta(days=filters.days - 1), here, unit)


def span(filters: Filters, begins: list[datetime], now: datetime) -> tuple[datetime, datetime]:
    """From when to when: the one column that was chosen, or all of them."""
    end = now + timedelta(seconds=1)
    for at, until in zip(begins, [*begins[1:], end], strict=True):
        if at.date() == filters.at:
            return at, until
    return begins[0], end


def keys_meant(catalogue: Catalogue, key: str) -> frozenset[str]:
    """A key, and the answers that are worked out from it: whoever read those learned something of it."""
    if not key:
        return frozenset()
    return frozenset({key, *(answer.name for answer in catalogue.answers() if key in answer.answers_from)})


def _id(query: Mapping[str, str], name: str) -> str:
    given = query.get(name, "")
    return given if is_id(given) else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
