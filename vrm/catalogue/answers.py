"""How answers are worked out. A rule sees the fields its answer declares, the day, and nothing else.

A rule gives None where the answer is not known: a person who lists no child may have none, or may not want to
say. An answer never guesses. Companies cannot choose thresholds: each is fixed in a catalogue file, where the
person can read it, so that no series of questions can close in on a value.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vrm.catalogue.keys import Rule, Values
from vrm.catalogue.shapes import Choice, Country, Date, Iban, Integer, Shape, Structured, Value, YesNo


def age_on(birthdate: date, today: date) -> int:
    """Full years lived. Who was born on 29 February comes of age on 1 March, except in a leap year."""
    return today.year - birthdate.year - ((today.month, today.day) < (birthdate.month, birthdate.day))


def age_over(source: str, years: int) -> Rule:
    """Whether the person has turned ``years``."""

    def rule(values: Values, today: date) -> Value | None:
        birthdate = _day(_first(values, source))
        return None if birthdate is None else age_on(birthdate, today) >= years

    return rule


def age_band(source: str, bands: Mapping[str, int]) -> Rule:
    """The band the age falls in; ``bands`` maps a choice to the lowest age in it."""

    def rule(values: Values, today: date) -> Value | None:
        birthdate = _day(_first(values, source))
        return None if birthdate is None else _band(age_on(birthdate, today), bands)

    return rule


def number_band(source: str, bands: Mapping[str, int]) -> Rule:
    """The band a number falls in; ``bands`` maps a choice to the lowest number in it."""

    def rule(values: Values, today: date) -> Value | None:
        number = _first(values, source)
        return _band(number, bands) if isinstance(number, int) else None

    return rule


def year_of(source: str) -> Rule:
    """The year of a date, and nothing else of it."""

    def rule(values: Values, today: date) -> Value | None:
        day = _day(_first(values, source))
        return None if day is None else day.year

    return rule


def month_of(source: str) -> Rule:
    """The month of a date as a choice, ``"06"``, and nothing else of it."""

    def rule(values: Values, today: date) -> Value | None:
        day = _day(_first(values, source))
        return None if day is None else f"{day.month:02d}"

    return rule


def parts_of(source: str, parts: Sequence[str]) -> Rule:
    """Some parts of an address, all of them or none; one part alone is given bare."""

    def rule(values: Values, today: date) -> Value | None:
        home = _home(values, source)
        if home is None or not all(part in home for part in parts):
            return None
        return home[parts[0]] if len(parts) == 1 else {part: home[part] for part in parts}

    return rule


def postal_area(source: str) -> Rule:
    """Country and the first two characters of the postal code, never more than half of it."""

    def rule(values: Values, today: date) -> Value | None:
        home = _home(values, source)
        code = str(home.get("postal_code", "")).replace(" ", "") if home else ""
        area = code[: min(2, len(code) // 2)]
        return {"area": area, "country": home["country"]} if home and "country" in home and area else None

    return rule


def has_any(count: str, items: str) -> Rule:
    """Yes if an item is kept or the count is above zero; no only if the person has said zero."""

    def rule(values: Values, today: date) -> Value | None:
        if values.get(items):
            return True
        number = _first(values, count)
        return number > 0 if isinstance(number, int) else None

    return rule


def one_of(source: str, values: Sequence[str]) -> Rule:
    """Whether the choice is one of some."""

    def rule(found: Values, today: date) -> Value | None:
        choice = _first(found, source)
        return None if choice is None else choice in values

    return rule


def iban_country(source: str) -> Rule:
    """The country an account is kept in: the first two letters of its IBAN."""

    def rule(values: Values, today: date) -> Value | None:
        iban = _first(values, source)
        return iban[:2] if isinstance(iban, str) else None

    return rule


def unexpired(source: str, kind: str) -> Rule:
    """Whether a document of this kind is valid today; not known where none, or none with a date, is kept."""

    def rule(values: Values, today: date) -> Value | None:
        documents = [item for item in values.get(source, ()) if isinstance(item, Mapping)]
        days = [_day(item.get("expires")) for item in documents if item.get("kind") == kind]
        dated = [day for day in days if day is not None]
        if any(day >= today for day in dated):
            return True
        return False if dated and len(dated) == len(days) else None

    return rule


def _first(values: Values, source: str) -> Value | None:
    items = values.get(source, ())
    return items[0] if items else None


def _home(values: Values, source: str) -> Mapping[str, str | int | bool] | None:
    """The address labelled home, or else the first: one and the same for every answer."""
    addresses = [item for item in values.get(source, ()) if isinstance(item, Mapping)]
    return next(
        (item for item in addresses if item.get("label") == "home"), addresses[0] if addresses else None
    )


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _band(number: int, bands: Mapping[str, int]) -> str | None:
    fitting = [(lowest, code) for code, lowest in bands.items() if lowest <= number]
    return max(fitting)[1] if fitting else None


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A rule as a catalogue file may name it.

    ``takes`` are the shapes of the fields it is worked out from, in their order; ``params`` maps a parameter's
    name to the type it must have: ``int``, ``str``, ``list`` (of text) or ``dict`` (of text to whole number).
    ``gives`` are the shapes its answer may have.
    """

    build: Callable[..., Rule]
    takes: tuple[type, ...]
    params: Mapping[str, type]
    gives: tuple[type[Shape], ...]


RULES: Mapping[str, RuleKind] = {
    "age_over": RuleKind(age_over, (Date,), {"years": int}, (YesNo,)),
    "age_band": RuleKind(age_band, (Date,), {"bands": dict}, (Choice,)),
    "number_band": RuleKind(number_band, (Integer,), {"bands": dict}, (Choice,)),
    "year_of": RuleKind(year_of, (Date,), {}, (Integer,)),
    "month_of": RuleKind(month_of, (Date,), {}, (Choice,)),
    "parts_of": RuleKind(parts_of, (Structured,), {"parts": list}, (Country, Structured)),
    "postal_area": RuleKind(postal_area, (Structured,), {}, (Structured,)),
    "has_any": RuleKind(has_any, (Integer, object), {}, (YesNo,)),
    "one_of": RuleKind(one_of, (Choice,), {"values": list}, (YesNo,)),
    "iban_country": RuleKind(iban_country, (Iban,), {}, (Country,)),
    "unexpired": RuleKind(unexpired, (Structured,), {"kind": str}, (YesNo,)),
}
