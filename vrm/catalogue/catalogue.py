"""The catalogue as everyone else uses it: loaded once, never changed, asked by the name of a key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from vrm import clock
from vrm.catalogue.errors import N_, InvalidValue, UnknownKey, UnknownPurpose
from vrm.catalogue.keys import Group, Key, Values
from vrm.catalogue.purposes import Purpose, load_purposes
from vrm.catalogue.reading import Entries, read
from vrm.catalogue.shapes import PLAIN, Choice, Integer, Shape, Structured, Value, Voice


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The vocabulary: ``keys`` by name, ``groups`` by name in the order of the page, ``purposes`` by id."""

    keys: Mapping[str, Key]
    groups: Mapping[str, Group]
    purposes: Mapping[str, Purpose]

    @classmethod
    def load(cls, extra: Sequence[Path] = ()) -> "Catalogue":
        """Our own keys and those of the operator's files. CatalogueFault lists all that is wrong with them."""
        entries = read(extra, _own_entries())
        groups = {
            name: replace(group, keys=tuple(key.name for key in entries.keys.values() if key.group == name))
            for name, group in entries.groups.items()
        }
        return cls(MappingProxyType(dict(entries.keys)), MappingProxyType(groups), _own_purposes())

    def get(self, name: str) -> Key:
        """The key of this name; UnknownKey where there is none."""
        key = self.keys.get(name)
        if key is None:
            raise UnknownKey
        return key

    def get_purpose(self, id: str) -> Purpose:
        """The purpose of this id; UnknownPurpose where there is none."""
        purpose = self.purposes.get(id)
        if purpose is None:
            raise UnknownPurpose
        return purpose

    def fields(self) -> tuple[Key, ...]:
        """What a person can keep, in the order of the page."""
        return tuple(key for key in self._in_order() if key.kind == "field")

    def answers(self) -> tuple[Key, ...]:
        """What can be worked out, in the order of the page."""
        return tuple(key for key in self._in_order() if key.kind == "answer")

    def replacements(self, name: str) -> tuple[Key, ...]:
        """The answers that may be offered in place of this field, in the order of the page."""
        self.get(name)
        return tuple(key for key in self.answers() if name in key.may_replace)

    def parse(self, name: str, raw: object, *, today: date | None = None) -> Value:
        """One value of a field as it is stored, from what a form or JSON gave; of a plural field, one item.

        InvalidValue says how to write it. ``today`` is the day in UTC, which birthdays are checked against.
        """
        key = self.get(name)
        if key.kind == "answer":
            raise InvalidValue(N_("This is worked out. Change what it is worked out from."))
        return key.shape.parse(raw, today or clock.now().date())

    def show(self, name: str, value: object, *, voice: Voice = PLAIN) -> str:
        """The very value in plain words, on one line; of a plural field, one item."""
        return self.get(name).shape.show(value, voice)

    def answer(self, name: str, values: Values, today: date) -> Value | None:
        """The answer on that day, or None where the values do not say. The rule sees only ``answers_from``."""
        key = self.get(name)
        if key.rule is None:
            raise UnknownKey
        return key.rule({source: values.get(source, ()) for source in key.answers_from}, today)

    def messages(self) -> Iterator[str]:
        """Every msgid that comes from data: labels, helps, choices, units, purposes. Each once, in order."""
        return iter(dict.fromkeys(message for message in self._messages() if message))

    def _in_order(self) -> Iterator[Key]:
        return (self.keys[name] for group in self.groups.values() for name in group.keys)

    def _messages(self) -> Iterator[str]:
        for group in self.groups.values():
            yield from (group.label, group.help)
        for key in self._in_order():
            yield from (key.label, key.help)
            yield from _shape_messages(key.shape)
        for purpose in self.purposes.values():
            yield from (purpose.plain, purpose.label, *purpose.cautions)


def _shape_messages(shape: Shape) -> Iterator[str]:
    if isinstance(shape, Choice):
        yield from (label for _, label in shape.choices)
    elif isinstance(shape, Integer):
        yield shape.unit
    elif isinstance(shape, Structured):
        for member in shape.members:
            yield from (member.label, member.help)
            yield from _shape_messages(member.shape)


@cache
def _own_entries() -> Entries:
    data: Traversable = files("vrm.catalogue") / "data"
    keys = [source for source in (data / "keys").iterdir() if source.name.endswith(".toml")]
    # The groups' own order is that of catalogue.toml; the order of the files decides nothing else.
    sources = [data / "catalogue.toml", *sorted(keys, key=lambda source: source.name)]
    return read(sources, Entries())


@cache
def _own_purposes() -> Mapping[str, Purpose]:
    return load_purposes()
