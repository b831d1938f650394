"""The terms of an ask: its lines, how long, how often, what is kept. Pure.

Line(key="birthdate", purpose="dpv:AgeVerification", required=True, why="The parcel holds a knife",
     any_of=("age_over_18",), frequency="once")
Terms(lines=(...), duration_days=90, retention_days=30, recipients=("Parcel carrier",))
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from vrm import companies
from vrm.catalogue import Catalogue
from vrm.errors import Invalid

MOST_DAYS = 365
"""No consent outlives 12 months."""

MOST_LINES = 60
MOST_WHY = 200
Place = tuple[str, str]
"""Key and purpose."""

FREQUENCIES = ("once", "daily", "weekly", "monthly", "when_needed")


class InvalidAsk(Invalid):
    """An ask that nobody could be shown. ``field`` is the path of the fault, ``lines[2].key``."""

    code = "invalid_ask"


@dataclass(frozen=True)
class Line:
    """One key for one purpose. ``any_of`` names keys the company would accept instead."""

    key: str
    purpose: str
    required: bool
    why: str = ""
    any_of: tuple[str, ...] = ()
    frequency: str = "when_needed"

    @property
    def options(self) -> tuple[str, ...]:
        """Every key that would satisfy the line, the one asked for first."""
        return (self.key, *self.any_of)


@dataclass(frozen=True)
class Terms:
    """What a client wants. ``retention_days`` is how long it says it keeps what it read; None: as long as it holds.

    ``sign_in``: it wants to recognise the person by their pairwise subject, and may want nothing else.
    ``scope_purpose`` is what the lines that scopes asked for are for, where scopes did. ``keeps_end``: it adds to what was
    granted, and does not ask that this end on another day; ``duration_days`` are then those that were asked at first.
    ``kept``: so many of its first lines were granted before, and only stay.
    """

    lines: tuple[Line, ...]
    duration_days: int
    retention_days: int | None = None
    recipients: tuple[str, ...] = ()
    sign_in: bool = False
    scope_purpose: str | None = None
    keeps_end: bool = False
    kept: int = 0

    def to_json(self) -> dict[str, Any]:
        """As stored and hashed."""
        return asdict(self)

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> "Terms":
        """The terms behind what ``to_json`` gave."""
        lines = tuple(Line(**{**line, "any_of": tuple(line["any_of"])}) for line in stored["lines"])
        return Terms(
            lines,
            stored["duration_days"],
            stored["retention_days"],
            tuple(stored["recipients"]),
            # Not in what was stored before scopes could be asked for.
            stored.get("sign_in", False),
            stored.get("scope_purpose"),
            stored.get("keeps_end", False),
            stored.get("kept", 0),
        )


@dataclass(frozen=True)
class GrantedLine:
    """One line of a revision. ``key`` is what leaves, ``asked`` what was asked for; ``item_id`` None means all."""

    key: str
    asked: str
    purpose: str
    required: bool
    why: str
    frequency: str
    item_id: str | None = None

    @property
    def place(self) -> Place:
        """What tells the line from every other of its consent."""
        return self.key, self.purpose

    def to_json(self) -> dict[str, Any]:
        """As stored in a revision."""
        return asdict(self)


def check_terms(terms: Terms, *, catalogue: Catalogue, purposes: Collection[str]) -> None:
    """Raise ``InvalidAsk`` unless a person could be asked this by a company that registered ``purposes``."""
    if not terms.lines and not terms.sign_in:
        raise InvalidAsk("Ask for at least one line.", field="lines")
    if len(terms.lines) > MOST_LINES:
        raise InvalidAsk(f"Ask for at most {MOST_LINES} lines.", field="lines")
    if not 1 <= terms.duration_days <= MOST_DAYS:
        raise InvalidAsk(f"Choose between 1 and {MOST_DAYS} days.", field="duration_days")
    if terms.retention_days is not None and not 0 <= terms.retention_days <= 36500:
        raise InvalidAsk(
            "Say in days, from 0 to 36500, how long you keep what you read.", field="retention_days"
        )
    seen: set[tuple[str, str]] = set()
    for number, line in enumerate(terms.lines):
        _check_line(line, f"lines[{number}]", catalogue, purposes)
        for key in line.options:
            if (key, line.purpose) in seen:
                raise InvalidAsk(
                    f"{key} for {line.purpose} stands in more than one line.", field=f"lines[{number}]"
                )
            seen.add((key, line.purpose))


def _check_line(line: Line, path: str, catalogue: Catalogue, purposes: Collection[str]) -> None:
    for place, key in [(f"{path}.key", line.key), *((f"{path}.any_of", other) for other in line.any_of)]:
        if key not in catalogue.keys:
            raise InvalidAsk("There is no such key in the catalogue.", field=place)
    if line.purpose not in catalogue.purposes:
        raise InvalidAsk("Name a purpose of the Data Privacy Vocabulary.", field=f"{path}.purpose")
    if line.purpose not in purposes:
        raise InvalidAsk("Your company has not registered this purpose.", field=f"{path}.purpose")
    if line.frequency not in FREQUENCIES:
        raise InvalidAsk(f"Choose one of {', '.join(FREQUENCIES)}.", field=f"{path}.frequency")
    if len(line.why) > MOST_WHY or not companies.is_readable(line.why):
        raise InvalidAsk(
            f"Give the reason in one line of at most {MOST_WHY} characters, without signs that nobody sees and marks "
            "that strike letters out.",
            field=f"{path}.why",
        )
