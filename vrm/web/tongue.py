"""A language and a time zone given by whoever asks, and not by a request: letters are written where there is none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time

from vrm import clock
from vrm.web.language import REGIONS, catalogue

_MOST = 12


@dataclass(frozen=True)
class Tongue:
    """A language to say it in, and where the reader is."""

    translate: Callable[[str], str]
    locale: Locale
    zone: tzinfo = UTC

    def day(self, when: str) -> str:
        """``12 March 2026``."""
        return str(format_date(self._local(when), format="long", locale=self.locale))

    def moment(self, when: str) -> str:
        """``12 March 2026, 9:41 am CET``."""
        at = self._local(when)
        time = format_time(at, format="short", locale=self.locale)
        return f"{self.day(when)}, {time} {clock.zone_name(at)}"

    def _local(self, when: str) -> datetime:
        return datetime.fromisoformat(when).astimezone(self.zone)

    def listed(self, words: Sequence[str]) -> str:
        """Words of the catalogue in one line."""
        return ", ".join(self.translate(word) for word in words[:_MOST]) + (" …" if words[_MOST:] else "")


def tongue_of(written: Mapping[str, Any]) -> Tongue:
    """That of a letter which waits, as ``vrm.work.letters`` says."""
    language = written.get("language", "en")
    locale = Locale.parse(REGIONS.get(language, language), sep="_")
    return Tongue(catalogue(language).gettext, locale, clock.zone(written.get("zone", "UTC")))
