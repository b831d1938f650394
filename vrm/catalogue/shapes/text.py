"""Text and names: bounded, composed (Unicode NFC), and free of characters that do something instead of saying something."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from vrm.catalogue.errors import N_, InvalidValue
from vrm.catalogue.shapes.shape import FILL_IN, Voice, typed

# Unicode Bidi_Control characters that override or isolate: on a consent page they could make one value read
# as another. The plain marks (U+200E, U+200F) stay; right-to-left text needs them.
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LONGEST_RAW = 20_000
MOST_LINES = 6


def clean(line: str) -> str:
    """One line in NFC, its blanks made single spaces. InvalidValue for characters that cannot be seen or stored."""
    for character in line:
        # Cc: NUL, escape …; Cs: half a surrogate pair, which UTF-8 cannot carry.
        if character in REORDERING or (
            unicodedata.category(character) in ("Cc", "Cs") and not character.isspace()
        ):
            raise InvalidValue(N_("This holds a character that cannot be seen. Type it again by hand."))
    return " ".join(unicodedata.normalize("NFC", line).split())


def bounded(text: str, longest: int) -> str:
    """The text, if it is there and no longer than ``longest`` code points."""
    if not text:
        raise InvalidValue(FILL_IN)
    if len(text) > longest:
        raise InvalidValue(
            N_("This is too long. Use at most %(longest)s characters."), params={"longest": longest}
        )
    return text


@dataclass(frozen=True, slots=True)
class Text:
    """Free text of at most ``longest`` code points; with ``lines``, of at most six lines."""

    longest: int = 200
    lines: bool = False

    @property
    def name(self) -> str:
        return "text"

    @property
    def control(self) -> str:
        return "textarea" if self.lines else "text"

    def parse(self, raw: object, today: date) -> str:
        text = typed(raw)
        if len(text) > LONGEST_RAW:  # not worth normalising
            return bounded(text, self.longest)
        if not self.lines:
            return bounded(clean(text), self.longest)
        lines = [line for line in map(clean, text.splitlines()) if line]
        if len(lines) > MOST_LINES:
            raise InvalidValue(N_("Use at most %(most)s lines."), params={"most": MOST_LINES})
        return bounded("\n".join(lines), self.longest)

    def show(self, value: object, voice: Voice) -> str:
        return ", ".join(str(value).split("\n"))

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Name:
    """What someone or something is called. Names hold nearly anything; an address of any kind is not a name."""

    longest: int = 120

    @property
    def name(self) -> str:
        return "name"

    @property
    def control(self) -> str:
        return "text"

    def parse(self, raw: object, today: date) -> str:
        text = Text(self.longest).parse(raw, today)
        if "://" in text or "@" in text or "<" in text or ">" in text:
            raise InvalidValue(N_("Write the name alone, without an address."))
        if not any(unicodedata.category(character)[0] == "L" for character in text):
            raise InvalidValue(N_("A name has at least one letter."))
        return text

    def show(self, value: object, voice: Voice) -> str:
        return str(value)

    def options(self, voice: Voice) -> tuple[tuple[str, str], ...]:
        return ()
