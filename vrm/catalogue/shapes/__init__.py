"""The shapes a value can take: how each is read, checked, brought to one form, and said in plain words.

Pure. A shape knows nothing of keys, people or storage. ``Shape.parse`` raises only ``InvalidValue``; its
messages say what to write and never repeat what was written.
"""

from vrm.catalogue.shapes.choices import Choice, Integer, YesNo
from vrm.catalogue.shapes.contact import Email, Phone, Url
from vrm.catalogue.shapes.dates import Date
from vrm.catalogue.shapes.iban import Iban
from vrm.catalogue.shapes.places import Country, Language, Zone
from vrm.catalogue.shapes.shape import PLAIN, Scalar, Shape, Value, Voice
from vrm.catalogue.shapes.structured import Member, Structured
from vrm.catalogue.shapes.text import Name, Text

__all__ = [
    "PLAIN",
    "Choice",
    "Country",
    "Date",
    "Email",
    "Iban",
    "Integer",
    "Language",
    "Member",
    "Name",
    "Phone",
    "Scalar",
    "Shape",
    "Structured",
    "Text",
    "Url",
    "Value",
    "Voice",
    "YesNo",
    "Zone",
]
