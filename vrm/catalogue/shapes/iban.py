"""Bank account numbers, ISO 13616."""

import re
from dataclasses import dataclass
from datetime import date

from vrm.catalogue.errors import N_, InvalidValue
from vrm.catalogue.shapes.shape import Voice, typed

# How long an IBAN of a country is (IBAN registry). A country not named here is held to 15–34 and the checksum.
LENGTHS = {
    country: length
    for length, named in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS", 23: "AE GI IL IQ", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "PT", 26: "IS TR", 27: "FR GR IT MC MR SM", 28: "AL AZ CY DO GT HU LB PL", 29: "BR PS QA UA",
        30: "JO KW MU", 31: "MT",
    }.items()
    for country in named.split()
}  # fmt: skip
LENGTHS["VA"] = 22


def checksum(iban: str) -> int:
    """The remainder that must be 1: country and check digits moved to the end, letters as 10 to 35, modulo 97."""
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97


@dataclass(frozen=True, slots=True)
class Iban:
    """An IBAN, stored without blanks, shown in groups of four."""

    @property
    def name(self) -> str:
        return "iban"

    @property
    def control(self) -> str:
        return "text"

    def parse(self, raw: object, today: date) -> str:
        iban = re.sub(r"[ \u00a0\u202f.-]", "", typed(raw)).upper()
        if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,60}", iban):
            raise InvalidValue(N_("An IBAN starts with two letters and two digits, such as DE89 3704 …"))
        length = LENGTHS.get(iban[:2])
        if length is not None and len(iban) != length:
            raise InvalidValue(
                N_("An IBAN of this country has %(length)s characters; this one has %(found)s."),
                params={"length": length, "found": len(iban)},
            )
        if not 15 <= len(iban) <= 34:
            raise InvalidValue(N_("An IBAN has 15 to 34 characters."))
        if checksum(iban) != 1:
            raise InvalidValue(
                N_("One character is wrong or two are swapped. Compare it with your bank card.")
            )
        return iban

    def show(self, value: object, voice: Voice) -> str:
        text = str(value)
        return " ".join(text[start : start + 4] for start in range(0, len(text), 4))

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        return ()
