"""A language given by whoever asks, and not by a request: letters are written where there is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from babel.dates import format_date, format_time

_MOST = 12


@dataclass(frozen=True)
class Tongue:
    """A language to say it in."""

    translate: Callable[[str], str]
    locale: Locale

    def day(self, when: str) -> str:
        """``12 March 2026``."""
        return str(format_date(datetime.fromisoformat(when), format="long", locale=self.locale))

    def moment(self, when: str) -> str:
        """``12 March 2026, 9:41 am UTC``."""
        at = datetime.fromisoformat(when)
        return f"{self.day(when)}, {format_time(at, format='short', locale=self.locale)} UTC"

    def listed(self, words: Sequence[str]) -> str:
        """Words of the catalogue in one line."""
        return ", ".join(self.translate(word) for word in words[:_MOST]) + (" …" if words[_MOST:] else "")
