"""Reading TOML tables strictly: each entry is taken by name and type, what is wrong or left over is a fault.

Faults are gathered and not raised, so that whoever edits a file sees all of them in one round.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from vrm.catalogue.errors import Fault

T = TypeVar("T", str, int, bool, list[Any], dict[str, Any])

WORDS = {bool: "true or false", int: "a whole number", str: "text", list: "a list", dict: "a table"}


@dataclass(frozen=True, slots=True)
class Table:
    """One table of one file. ``key`` names it in faults; ``raw`` is emptied as entries are taken."""

    faults: list[Fault]
    file: str
    key: str
    raw: dict[str, object]

    def fault(self, message: str) -> None:
        self.faults.append(Fault(self.file, self.key, message))

    def take(self, name: str, kind: type[T], default: T | None = None) -> T:
        """The entry, or the default. Without a default the entry must be there; a wrong one counts as empty."""
        value: object = self.raw.pop(name, default)
        if value is None:
            self.fault(f"Add `{name}`.")
        # In Python True is an int; in a catalogue it is not.
        elif not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fault(f"Make `{name}` {WORDS[kind]}.")
        else:
            return value
        return kind()

    def text(
        self, name: str, default: str | None = None, *, longest: int = 200, among: Collection[str] = ()
    ) -> str:
        """A text of one line, no longer than ``longest``, and ``among`` the given ones where any are given."""
        before = len(self.faults)
        text = self.take(name, str, default)
        if text == default or len(self.faults) > before:
            return text
        if among and text not in among:
            self.fault(f"Make `{name}` one of: {', '.join(among)}.")
        elif not text or len(text) > longest or text != " ".join(text.split()):
            self.fault(f"Make `{name}` one line of 1 to {longest} characters.")
        return text

    def texts(self, name: str, default: list[Any] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        found = self.take(name, list, default)
        if not all(isinstance(item, str) for item in found):
            self.fault(f"Make every entry of `{name}` text.")
            return ()
        return tuple(str(item) for item in found)

    def tables(self, name: str, *, pattern: str) -> Iterator[tuple[str, "Table"]]:
        """The tables in this table, by name. A name that does not fit ``pattern`` is a fault, and left out."""
        for inner, raw in self.take(name, dict, {}).items():
            at = f"{self.key}.{inner}" if self.key else inner
            if not re.fullmatch(pattern, inner):
                self.faults.append(Fault(self.file, at, f"Make the name fit {pattern}."))
            elif not isinstance(raw, dict):
                self.faults.append(Fault(self.file, at, "Make this a table."))
            else:
                yield inner, Table(self.faults, self.file, at, dict(raw))

    def done(self) -> None:
        """Everything known has been taken: what is left was not meant for us."""
        for name in self.raw:
            self.fault(f"Remove `{name}`; nothing reads it.")


def read_table(source: Path | Traversable, faults: list[Fault]) -> Table | None:
    """The whole of a TOML file; None, and a fault, where it cannot be read."""
    try:
        return Table(faults, source.name, "", tomllib.loads(source.read_text("utf-8")))
    except OSError as fault:
        faults.append(Fault(source.name, "", f"The file cannot be read: {fault.strerror}."))
    except UnicodeDecodeError:
        faults.append(Fault(source.name, "", "Save the file as UTF-8."))
    except tomllib.TOMLDecodeError as fault:
        faults.append(Fault(source.name, "", f"This is not TOML: {fault}."))
    return None


def labelled(table: Table, raw: Mapping[str, object], pattern: str) -> tuple[tuple[str, str], ...]:
    """A closed list: code to label, in the order written."""
    for code, label in raw.items():
        if not re.fullmatch(pattern, code):
            table.fault(f"Make the choice `{code}` fit {pattern}.")
        if not isinstance(label, str) or not label or len(label) > 80:
            table.fault(f"Give the choice `{code}` a label of at most 80 characters.")
    return tuple((code, str(label)) for code, label in raw.items())
