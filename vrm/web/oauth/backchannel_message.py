"""What both sides compare at a desk (CIBA Core 1.0, section 7.1): one short line, in which what looks alike is alike.

Any script may be written, with the marks it needs. Kept small after Unicode's technical standard 39 (UTS #39): a word
is of one script, and a letter has few marks, each of its own script.
"""

import re
import unicodedata
from itertools import pairwise

from authlib.oauth2 import OAuth2Error

MOST = 64
MOST_MARKS = 4
"""So many that are drawn over one letter are read (UTS #39, section 5.4)."""

_KINDS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"}
_SIGNS = " .,:;#/+()'&!?_-"
_BETWEEN = re.compile(f"[{re.escape(_SIGNS)}]+")
_UNSEEN = ("FILLER", "JOINER", "VARIATION SELECTOR", "INHERENT", " BLANK")
"""In the names of letters and marks that nobody sees."""
_STRUCK = re.compile(r"COMBINING .*OVERLAY")
_WHOLE = "\u0587\u0e33\u0eb3\u0edc\u0edd"
"""Letters of Armenian, Thai and Lao that NFKC would take apart, and that everybody writes so."""
_ALL_SCRIPTS = {"DIGIT", "COMBINING", "MODIFIER"}
_OF = {"EXTENDED": "ARABIC"} | dict.fromkeys(
    ("HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"), "CJK"
)
_TOGETHER = {"CJK", "LATIN"}
"""Written in one word, and unlike (UTS #39, section 5.2: highly restrictive)."""

_PLAIN = (
    "Send a binding_message, and show it on your own screen: the person compares the two. One line of at most "
    f"{MOST} letters with their marks, digits, spaces and {_SIGNS.strip()}"
)
_SPELLING = (
    "Send the binding_message in Unicode's form NFC, and write plain letters and digits instead of wide, raised, joined "
    "or ornamental ones."
)
_MIXED = (
    "A word of the binding_message mixes scripts, whose letters or digits may look alike. Write each word in one "
    "script, and put a space between two."
)
_MARKS = (
    f"A letter of the binding_message has at most {MOST_MARKS} marks over it, no mark twice in a row, and none that "
    "strikes it out. A mark follows its letter."
)


class InvalidBindingMessage(OAuth2Error):  # type: ignore[misc]
    """CIBA, section 13. The standard lets a request go without a message; here the person must have what to compare."""

    error = "invalid_binding_message"


def read(text: str) -> str:
    """The message, without blanks around it. Raises ``InvalidBindingMessage``, which says what to do."""
    text = text.strip()
    words = [word for word in _BETWEEN.split(text) if word]
    if len(text) > MOST or not words or not all(map(_is_seen, "".join(words))):
        raise InvalidBindingMessage(_PLAIN)
    plain = all(each in _WHOLE or unicodedata.is_normalized("NFKC", each) for each in text)
    if not (plain and unicodedata.is_normalized("NFC", text)):
        raise InvalidBindingMessage(_SPELLING)
    if not all(map(_is_marked_well, words)):
        raise InvalidBindingMessage(_MARKS)
    if not all(map(_is_of_one_script, words)):
        raise InvalidBindingMessage(_MIXED)
    return text


def _is_seen(char: str) -> bool:
    """A letter, a mark or a decimal digit of any script that somebody can see."""
    name = unicodedata.name(char, "")
    return unicodedata.category(char) in _KINDS and not any(unseen in name for unseen in _UNSEEN)


def _is_marked_well(word: str) -> bool:
    # Taken apart, so that a mark counts which is one with its letter.
    kinds = [(each, unicodedata.category(each)) for each in unicodedata.normalize("NFD", word)]
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


def _is_of_one_script(word: str) -> bool:
    scripts = {_script(char) for char in word} - _ALL_SCRIPTS
    # Digits of two kinds in one number: a Bengali four is drawn like an eight (UTS #39, section 5.3).
    zeros = {ord(char) - unicodedata.decimal(char) for char in word if char.isdecimal()}
    return len(zeros) < 2 and (len(scripts) < 2 or scripts == _TOGETHER)


def _script(char: str) -> str:
    """Its script, by the first word of its name: ``CYRILLIC SMALL LETTER A``. One name for those written together."""
    first = re.split("[ -]", unicodedata.name(char, "?"))[0]
    return _OF.get(first, first)
