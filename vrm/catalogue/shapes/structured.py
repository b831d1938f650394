"""Values of several parts, each with a shape of its own: an address, a vehicle, a document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from vrm.catalogue.errors import N_, InvalidValue
from vrm.catalogue.shapes.shape import FILL_IN, Scalar, Shape, Value, Voice

PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Member:
    """One part of a structured value."""

    name: str
    label: str
    shape: Shape
    required: bool = False
    help: str = ""
    autocomplete: str = ""


@dataclass(frozen=True, slots=True)
class Structured:
    """A JSON object of ``members``, in their order.

    ``layouts`` says how it reads on one line: (countries, layout), the first that fits, and the empty tuple
    of countries fits all. A layout is segments parted by a comma and a blank, with ``{member}`` in them; what
    is missing takes its segment away. Without layouts each part is shown after its label.
    """

    members: tuple[Member, ...]
    layouts: tuple[tuple[tuple[str, ...], str], ...] = ()

    @property
    def name(self) -> str:
        return "structured"

    @property
    def control(self) -> str:
        return "parts"

    def parse(self, raw: object, today: date) -> Value:
        if not isinstance(raw, Mapping):
            raise InvalidValue(N_("Fill in the parts one by one."))
        if not set(raw) <= {member.name for member in self.members}:
            raise InvalidValue(N_("This has a part that the catalogue does not know."))
        value: dict[str, Scalar] = {}
        faults: dict[str, InvalidValue] = {}
        for member in self.members:
            part = raw.get(member.name)
            if part is None or (isinstance(part, str) and not part.strip()):
                if member.required:
                    faults[member.name] = InvalidValue(FILL_IN, field=member.name)
                continue
            try:
                parsed = member.shape.parse(part, today)
                assert not isinstance(parsed, Mapping)
                value[member.name] = parsed
            except InvalidValue as fault:
                faults[member.name] = fault.at(member.name)
        if faults:
            name, first = next(iter(faults.items()))
            raise first.at(name, faults)
        if not value:
            raise InvalidValue(N_("Fill in at least one part."))
        return value

    def show(self, value: object, voice: Voice) -> str:
        if not isinstance(value, Mapping):
            return str(value)
        shown = {
            member.name: member.shape.show(value[member.name], voice)
            for member in self.members
            if member.name in value
        }
        layout = self._layout(value)
        if layout:
            segments = [_fill(segment, shown) for segment in layout.split(", ")]
        else:
            segments = [
                f"{voice.translate(member.label)}: {shown[member.name]}"
                for member in self.members
                if member.name in shown
            ]
        # A part that a later catalogue has dropped still leaves with the value, so it is still shown.
        segments += [f"{name}: {part}" for name, part in value.items() if name not in shown]
        return ", ".join(segment for segment in segments if segment)

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        return ()

    def _layout(self, value: Mapping[str, object]) -> str:
        country = value.get("country")
        return next((layout for places, layout in self.layouts if not places or country in places), "")


def _fill(segment: str, shown: Mapping[str, str]) -> str:
    """A segment with its places filled; words around places that are all empty go with them."""
    if PLACE.search(segment) and not any(name in shown for name in PLACE.findall(segment)):
        return ""
    filled = PLACE.sub(lambda place: shown.get(place[1], ""), segment).replace("()", "")
    return " ".join(filled.split())
