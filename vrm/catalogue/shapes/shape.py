"""What every shape of value can do: be read from a form or from JSON, and be said in plain words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias

from vrm.catalogue.errors import N_, InvalidValue

# What is stored and what leaves: JSON, at most one level deep.
Scalar: TypeAlias = str | int | bool
Value: TypeAlias = Scalar | Mapping[str, Scalar]

FILL_IN = N_("Fill this in.")


def as_written(message: str) -> str:
    """The translation that changes nothing."""
    return message


@dataclass(frozen=True, slots=True)
class Voice:
    """How a value is said: ``locale`` for dates and the names of places, ``translate`` for our own words."""

    locale: str = "en_GB"
    translate: Callable[[str], str] = as_written


PLAIN = Voice()


class Shape(Protocol):
    """One kind of value. Shapes are immutable, and ``parse`` is idempotent: what it returns, it accepts unchanged."""

    @property
    def name(self) -> str:
        """The word for this shape in a catalogue file: ``text``, ``date`` …"""

    @property
    def control(self) -> str:
        """What a form shows: an HTML input type, or ``textarea``, ``select`` or ``parts``."""

    def parse(self, raw: object, today: date) -> Value:
        """The value as it is stored. InvalidValue says how to write it."""

    def show(self, value: object, voice: Voice) -> str:
        """The very value in plain words, on one line. Never fails on what is stored, however old."""

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        """(value, words) to choose from, sorted as a reader expects; empty where anything may be written."""


def typed(raw: object) -> str:
    """What a person typed, without the blanks around it; InvalidValue when that is nothing."""
    if not isinstance(raw, str):
        raise InvalidValue(N_("Write this as text."))
    text = raw.strip()
    if not text:
        raise InvalidValue(FILL_IN)
    return text
