"""What a key is: a field, which a person keeps, or an answer, which is worked out from fields.

Both live in one namespace and neither implies the other: whoever may read ``birthdate`` may not thereby read
``age_over_18``, nor the other way round.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from vrm.catalogue.shapes import Member, Shape, Structured, Value

Kind: TypeAlias = Literal["field", "answer"]
Sensitivity: TypeAlias = Literal["ordinary", "sensitive", "special"]
Proposable: TypeAlias = Literal["", "issued", "corrected"]

# Field name to its values, in the person's own order; a field that is not plural has at most one.
Values: TypeAlias = Mapping[str, Sequence[Value]]
Rule: TypeAlias = Callable[[Values, date], Value | None]

SENSITIVITIES: tuple[str, ...] = ("ordinary", "sensitive", "special")
PROPOSABLE: tuple[str, ...] = ("issued", "corrected")

# The special categories of GDPR, Art. 9(1), in its order.
SPECIAL_CATEGORIES: tuple[str, ...] = (
    "racial_or_ethnic_origin",
    "political_opinions",
    "religious_or_philosophical_beliefs",
    "trade_union_membership",
    "genetic_data",
    "biometric_data",
    "health",
    "sex_life_or_orientation",
)


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the profile page, with the names of its keys in the order they are shown."""

    name: str
    label: str
    help: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the catalogue. ``label`` and ``help`` are English msgids.

    ``sensitivity``: ``sensitive`` is what can cost money, safety or standing in the wrong hands; ``special``
    is a special category of GDPR Art. 9, named in ``special_category``. ``autocomplete`` is an HTML autofill
    token, ``category`` a concept of the DPV personal-data extension (``pd:BirthDate``).

    ``proposable``: whether a company may propose a value. Of what is ``issued``, such as a loyalty number, who
    proposes it vouches for it; what is ``corrected``, such as an address, is their word against the person's.

    Of an answer alone: ``answers_from`` names the only fields it is worked out from, ``may_replace`` those in
    whose place it may be offered.
    """

    name: str
    kind: Kind
    label: str
    group: str
    shape: Shape
    help: str = ""
    plural: bool = False
    sensitivity: Sensitivity = "ordinary"
    special_category: str = ""
    autocomplete: str = ""
    category: str = ""
    proposable: Proposable = ""
    answers_from: tuple[str, ...] = ()
    may_replace: tuple[str, ...] = ()
    rule: Rule | None = field(default=None, repr=False, compare=False)

    @property
    def type(self) -> str:
        """The word for its shape: ``text``, ``date``, ``structured`` …"""
        return self.shape.name

    @property
    def members(self) -> tuple[Member, ...]:
        """The parts of a structured key; empty for every other."""
        return self.shape.members if isinstance(self.shape, Structured) else ()

    @property
    def special(self) -> bool:
        """Whether GDPR Art. 9 asks for explicit consent."""
        return self.sensitivity == "special"
