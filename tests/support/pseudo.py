"""A pretend language in which every letter we wrote looks different: what still looks plain was never marked."""

import re
from html.parser import HTMLParser

from babel.support import NullTranslations

_LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "åƀćđéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÅƁĆĐÉƑĜĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ",
)
_KEEP = re.compile(r"(%\(\w+\)[sd]|%%|<[^>]*>|&#?\w+;)")
_VALUES = frozenset({"bdi", "code", "time", "pre", "textarea", "style"})
_TEXTS = frozenset({"aria-label", "title", "alt", "placeholder"})
_ISOLATED = re.compile("\u2068[^\u2069]*\u2069")


def pseudo(text: str) -> str:
    """``Sign in`` as ``⟦Šîĝñ îñ⟧``; places for values and tags stay as they are."""
    parts = _KEEP.split(text)
    return "⟦" + "".join(part if n % 2 else part.translate(_LETTERS) for n, part in enumerate(parts)) + "⟧"


class Pseudo(NullTranslations):
    """Translations into the pretend language."""

    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return pseudo(message)

    ugettext, ungettext, upgettext = gettext, ngettext, pgettext


class Plain(HTMLParser):
    """Collects what a page says in plain letters outside of values, and counts its headings and ids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in {"meta", "link", "input", "br", "path", "rect", "circle", "line", "use"}:
            self._open.append(tag)
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in _TEXTS and value:
                self._check(value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not _VALUES & set(self._open):
            self._check(data.removesuffix(" – VRM") if self._open[-1:] == ["title"] else data)

    def _check(self, text: str) -> None:
        if re.search("[A-Za-z]", _ISOLATED.sub("", text)):
            self.found.append(text.strip())
