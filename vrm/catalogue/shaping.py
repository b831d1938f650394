"""From a table of a catalogue file to the shape of a value."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from vrm.catalogue.shapes import (
    Choice,
    Country,
    Date,
    Email,
    Iban,
    Integer,
    Language,
    Member,
    Name,
    Phone,
    Shape,
    Structured,
    Text,
    Url,
    YesNo,
    Zone,
)
from vrm.catalogue.shapes.structured import PLACE
from vrm.catalogue.tables import Table, labelled

Lists: TypeAlias = dict[str, tuple[tuple[str, str], ...]]

# Autofill field names of the HTML standard that a profile can fill. Cards, passwords and codes are not here:
# a profile is no place for them.
AUTOFILL = frozenset(
    [
        "name",
        "honorific-prefix",
        "given-name",
        "additional-name",
        "family-name",
        "honorific-suffix",
        "nickname",
        "username",
        "organization-title",
        "organization",
        "street-address",
        "address-line1",
        "address-line2",
        "address-line3",
        "address-level4",
        "address-level3",
        "address-level2",
        "address-level1",
        "country",
        "country-name",
        "postal-code",
        "language",
        "bday",
        "bday-day",
        "bday-month",
        "bday-year",
        "sex",
        "url",
        "photo",
        "tel",
        "email",
        "impp",
    ]
)


def shape_of(table: Table, lists: Lists, *, inside: bool = False) -> Shape:
    """The shape the table declares. Where it declares none that exists, a fault, and text in its place."""
    name = table.text("type", among=tuple(BUILDERS))
    if inside and name == "structured":
        table.fault("A part cannot have parts of its own.")
        return Text()
    return BUILDERS.get(name, _text)(table, lists)


def _text(table: Table, lists: Lists) -> Text:
    return Text(table.take("longest", int, 200), table.take("lines", bool, False))


def _date(table: Table, lists: Lists) -> Date:
    return Date(past=table.take("past", bool, False))


def _integer(table: Table, lists: Lists) -> Integer:
    least, most = table.take("least", int), table.take("most", int)
    if least > most:
        table.fault("Make `least` no more than `most`.")
    return Integer(least, most, table.text("unit", "", longest=20))


def _choice(table: Table, lists: Lists) -> Choice:
    raw = table.raw.get("choices")
    if isinstance(raw, str):
        choices = lists.get(table.text("choices", among=tuple(lists)), ())
    else:
        choices = labelled(table, table.take("choices", dict), "[a-z0-9][a-z0-9_]{0,31}")
        if not choices:
            table.fault("Give `choices` at least one entry.")
    return Choice(choices)


def _structured(table: Table, lists: Lists) -> Structured:
    members = []
    for name, inner in table.tables("members", pattern="[a-z][a-z_]{1,31}"):
        autocomplete = inner.text("autocomplete", "")
        if autocomplete and autocomplete not in AUTOFILL:
            inner.fault("Make `autocomplete` a token of the HTML standard (section “Autofill”).")
        members.append(
            Member(
                name=name,
                label=inner.text("label", longest=48),
                shape=shape_of(inner, lists, inside=True),
                required=inner.take("required", bool, False),
                help=inner.text("help", "", longest=240),
                autocomplete=autocomplete,
            )
        )
        inner.done()
    if not members:
        table.fault("Give `members` at least one part.")
    return Structured(tuple(members), _layouts(table, {member.name for member in members}))


def _layouts(table: Table, members: set[str]) -> tuple[tuple[tuple[str, ...], str], ...]:
    layouts = []
    for raw in table.take("layouts", list, []):
        inner = Table(table.faults, table.file, table.key, dict(raw) if isinstance(raw, dict) else {})
        line = inner.text("line")
        # A part that the layout leaves out would leave the house unseen.
        if sorted(PLACE.findall(line)) != sorted(members):
            inner.fault("Name every member in `line`, as {name}, once.")
        layouts.append((inner.texts("countries", []), line))
        inner.done()
    return tuple(layouts)


BUILDERS: Mapping[str, Callable[[Table, Lists], Shape]] = {
    "text": _text,
    "name": lambda table, lists: Name(table.take("longest", int, 120)),
    "email": lambda table, lists: Email(),
    "phone": lambda table, lists: Phone(),
    "url": lambda table, lists: Url(),
    "date": _date,
    "integer": _integer,
    "yes_no": lambda table, lists: YesNo(),
    "choice": _choice,
    "country": lambda table, lists: Country(),
    "language": lambda table, lists: Language(),
    "zone": lambda table, lists: Zone(),
    "iban": lambda table, lists: Iban(),
    "structured": _structured,
}
