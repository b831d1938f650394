"""What the catalogue refuses.

Invalid
├── InvalidValue    a value does not fit its key; the message says how to write it
├── UnknownKey      no such field or answer
├── UnknownPurpose  no such purpose
└── CatalogueFault  a catalogue file is wrong; every fault of every file, at once

Sentences for people are gettext msgids with ``%(name)s`` places. None of them ever repeats what was typed: a
message may end up in a log, a value may not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vrm.errors import Invalid


def N_(message: str) -> str:  # the name gettext's extractors look for
    """Mark a sentence for translation where it is written; it is translated where it is shown."""
    return message


class InvalidValue(Invalid):
    """A value that does not fit its key.

    ``msgid`` and ``params`` let a page say ``message`` in the reader's language. For a structured value
    ``parts`` holds the fault of every member that is wrong, and ``field`` names the first of them.
    """

    code = "invalid_value"

    def __init__(
        self,
        msgid: str,
        *,
        field: str | None = None,
        params: Mapping[str, object] | None = None,
        parts: "Mapping[str, InvalidValue] | None" = None,
    ) -> None:
        super().__init__(msgid % params if params else msgid, field=field)
        self.msgid = msgid
        self.params = params or {}
        self.parts: Mapping[str, InvalidValue] = parts or {}

    def at(self, field: str, parts: "Mapping[str, InvalidValue] | None" = None) -> "InvalidValue":
        """The same fault, said of one part of a structured value."""
        return InvalidValue(self.msgid, field=field, params=self.params, parts=parts)


class UnknownKey(Invalid):
    """The catalogue has no such field or answer."""

    code = "unknown_key"

    def __init__(self) -> None:
        super().__init__(N_("The catalogue has no such key. Look it up in the list of keys."))


class UnknownPurpose(Invalid):
    """The vocabulary has no such purpose."""

    code = "unknown_purpose"

    def __init__(self) -> None:
        super().__init__(N_("There is no such purpose. Use a DPV purpose, such as dpv:ServiceProvision."))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a catalogue file: which file, which key in it ("" for the whole file), and what to do."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.message}" if self.key else f"{self.file}: {self.message}"


class CatalogueFault(Invalid):
    """Catalogue files that cannot be used. ``faults`` lists all of them, so that one round puts them right."""

    code = "catalogue"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(["The catalogue cannot be loaded:", *(f"  {fault}" for fault in faults)]))
        self.faults = tuple(faults)
