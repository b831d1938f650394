"""The vocabulary: what a person can keep, what can be worked out from it, and why a company may ask.

Keeps: fields, answers and purposes, read once from the files in ``data/`` and from the operator's own; nothing
about anyone. Pure: no database, no network, no clock but the day it is told.

May be called by every room above it: to check and show a value, to work out an answer, to name a key or a
purpose. Load it once per process and pass it on.

Must never know: whose value it is looking at, who asks, or what was consented to. It never stores a value and
no message of its repeats one.

    catalogue = Catalogue.load(extra=[Path("our-keys.toml")])
    value = catalogue.parse("birthdate", "1991-06-17")                       # "1991-06-17"
    catalogue.show("birthdate", value)                                       # "17 June 1991"
    catalogue.answer("age_over_18", {"birthdate": [value]}, today)           # True
    catalogue.replacements("birthdate")                                      # (age_over_13, …)
"""

from vrm.catalogue.catalogue import Catalogue
from vrm.catalogue.errors import CatalogueFault, Fault, InvalidValue, UnknownKey, UnknownPurpose
from vrm.catalogue.keys import SENSITIVITIES, SPECIAL_CATEGORIES, Group, Key, Values
from vrm.catalogue.purposes import Purpose
from vrm.catalogue.shapes import PLAIN, Member, Shape, Value, Voice

__all__ = [
    "PLAIN",
    "SENSITIVITIES",
    "SPECIAL_CATEGORIES",
    "Catalogue",
    "CatalogueFault",
    "Fault",
    "Group",
    "InvalidValue",
    "Key",
    "Member",
    "Purpose",
    "Shape",
    "UnknownKey",
    "UnknownPurpose",
    "Value",
    "Values",
    "Voice",
]
