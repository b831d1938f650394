"""What a company writes for people to decide on says what it seems to say: nothing stands in it unseen or struck out.

"Parcel\\u3164carrier" has a letter that nobody sees, "Par\\u0336cel" a mark that strikes one out. Neither is taken, in
any script; what a text may say is nobody's question here.
"""

import re
import unicodedata
from itertools import pairwise

MOST_MARKS = 4
"""So many that are drawn over one letter are read (UTS #39, section 5.4)."""

_UNSEEN = (
    "FILLER",
    "JOINER",
    "VARIATION SELECTOR",
    "INHERENT",
    " BLANK",
    "OBJECT REPLACEMENT",
    "NULL NOTEHEAD",
)
"""In the names of letters, marks and signs that nobody sees, though they count as printable."""
_STRUCK = re.compile(r"COMBINING .*(OVERLAY|ENCLOSING)")


def is_readable(text: str, *, lines: bool = False) -> bool:
    """Whether people see all that is written, on one line unless ``lines``; an empty text has nothing that they miss."""
    plain = text.replace("\r", " ").replace("\n", " ") if lines else text
    return plain.isprintable() and all(map(is_seen, plain)) and is_marked_well(plain)


def is_seen(char: str) -> bool:
    """Whether there is something to see of a printable character."""
    return not any(unseen in unicodedata.name(char, "") for unseen in _UNSEEN)


def is_marked_well(text: str) -> bool:
    """Whether each mark follows a letter, few and no two alike over one, and none strikes it out."""
    # Taken apart, so that a mark counts which is one with its letter.
    apart = "".join(unicodedata.normalize("NFD", char) if char.isalpha() else char for char in text)
    kinds = [(char, unicodedata.category(char)) for char in apart]
    over = 0
    for (before, kind_before), (char, kind) in pairwise([("", ""), *kinds]):
        over = over + 1 if kind == "Mn" else 0
        astray = kind[0] == "M" and kind_before[:1] not in ("L", "M")
        if (
            astray
            or over > MOST_MARKS
            or (over and char == before)
            or _STRUCK.match(unicodedata.name(char, ""))
        ):
            return False
    return True
