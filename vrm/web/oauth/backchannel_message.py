"""What both sides compare at a desk (CIBA Core 1.0, section 7.1): one short line, read as it is written.

Most scripts may be written, with the marks they need, and what can be told apart by a rule is told apart: kept small
after Unicode's technical standard 39 (UTS #39), a word is of one script, a message has one kind of digits, and a letter
few marks. KNOWN GAP: a whole word of one script may look like a word of another, and letters of one like each other.
"""

import re
import unicodedata

from authlib.oauth2 import OAuth2Error

from vrm.companies import MOST_MARKS, is_marked_well, is_seen

MOST = 64

_KINDS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"}
_SIGNS = " .,:;#/+()'&!?_-"
_LATIN = re.compile("[\0-\u01bf\u01c4-\u024f\u1e00-\u1eff]")
"""Its letters but for those of phonetic writing, which are drawn like others: U+0251 like an a, U+01C0 like an l."""
_STROKE = re.compile("[\u4e00\u4e28\u4e36\u4e3f\u4e85]|(?<![\u3041-\u30ff])\u30fc")
"""One stroke of Chinese or Japanese, which is a 1, an l or a dash to whoever takes it for one."""
_WHOLE = "\u0587\u0e33\u0eb3\u0edc\u0edd"
"""Letters of Armenian, Thai and Lao that NFKC would take apart, and that everybody writes so."""
_ALL_SCRIPTS = {"DIGIT", "COMBINING", "MODIFIER"}
_OF = {"EXTENDED": "ARABIC"} | dict.fromkeys(
    ("HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"), "CJK"
)
_TOGETHER = {"CJK", "LATIN"}
"""Written in one word, and unlike but for single strokes (UTS #39, section 5.2: highly restrictive)."""

_PLAIN = (
    "Send a binding_message, and show it on your own screen: the person compares the two. One line of at most "
    f"{MOST} letters with their marks, digits, spaces and {_SIGNS.strip()}"
)
_LONG = f"The binding_message is too long to compare at a glance. Write at most {MOST} characters."
_SPELLING = (
    "Send the binding_message in Unicode's form NFC, and write plain letters and digits instead of wide, raised, joined, "
    "ornamental or phonetic ones."
)
_MIXED = (
    "A word of the binding_message mixes scripts, whose letters or digits may look alike. Write each word in one "
    "script, and put a space between two, whatever other sign stands there."
)
_DIGITS = "The binding_message has digits of two kinds, or of another script than its letters. Write them all as 0 to 9."
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
    letters = [char for char in text if char not in _SIGNS]
    if len(text) > MOST:
        raise InvalidBindingMessage(_LONG)
    if not letters or not all(map(_is_plain, letters)):
        raise InvalidBindingMessage(_PLAIN)
    if not (all(map(_is_usual, text)) and unicodedata.is_normalized("NFC", text)):
        raise InvalidBindingMessage(_SPELLING)
    if not is_marked_well(text):
        raise InvalidBindingMessage(_MARKS)
    # A sign between two scripts keeps them apart for nobody who reads: only a space does.
    if not all(map(_is_of_one_script, text.split(" "))):
        raise InvalidBindingMessage(_MIXED)
    if not _has_one_kind_of_digits(letters):
        raise InvalidBindingMessage(_DIGITS)
    return text


def _is_plain(char: str) -> bool:
    """A letter, a mark or a decimal digit of any script that somebody can see."""
    return unicodedata.category(char) in _KINDS and is_seen(char)


def _is_usual(char: str) -> bool:
    """In the one form in which it is commonly written."""
    plain = char in _WHOLE or unicodedata.is_normalized("NFKC", char)
    return plain and (_script(char) != "LATIN" or _LATIN.match(char) is not None)


def _is_of_one_script(word: str) -> bool:
    scripts = {_script(char) for char in word if char not in _SIGNS} - _ALL_SCRIPTS
    if _STROKE.search(word) and (scripts != {"CJK"} or any(map(str.isdecimal, word))):
        return False
    return len(scripts) < 2 or scripts == _TOGETHER


def _has_one_kind_of_digits(letters: list[str]) -> bool:
    """A Bengali four is drawn like an eight (UTS #39, section 5.3): it stands among Bengali letters and digits alone."""
    zeros = {ord(char) - unicodedata.decimal(char) for char in letters if char.isdecimal()}
    scripts = {_script(char) for char in letters} - _ALL_SCRIPTS
    written = {_script(char) for char in letters if not char.isdecimal()} - _ALL_SCRIPTS
    return zeros <= {ord("0")} or (len(zeros) == len(scripts) == 1 and scripts == written)


def _script(char: str) -> str:
    """Its script, by the first word of its name: ``CYRILLIC SMALL LETTER A``. One name for those written together."""
    first = re.split("[ -]", unicodedata.name(char, "?"))[0]
    return _OF.get(first, first)
