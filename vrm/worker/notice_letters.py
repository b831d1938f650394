"""Letters of notices: the words of the page (``vrm.web.notice_words``) as a letter; digests; and the discreet one."""

import json
import textwrap
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from vrm.web.notice_words import Said, said
from vrm.web.tongue import Tongue

WIDTH = 92


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


NOTICE = (
    "%(title)s",
    N_(
        "Hello,\n\nthere is news for you at %(host)s.\n\n%(body)s\n%(stop)sHow we write to you is yours to choose:\n\n"
        "    %(settings)s\n"
    ),
)
DIGEST = (
    N_("What happened since our last letter"),
    N_(
        "Hello,\n\nthis is what happened since our last letter.\n\n%(body)s\n"
        "All of it stands on your page:\n\n    %(page)s\n\n"
        "How we write to you is yours to choose:\n\n    %(settings)s\n"
    ),
)
NEWS = (
    N_("There is news for you"),
    N_("Hello,\n\nthere is news for you at %(host)s.\nSign in to read it:\n\n    %(link)s\n"),
)
"""For who shares a mailbox: no company, no key, no purpose, nothing attached, nor that they wished it so."""

DISCREET = "news"
WORDS: Mapping[str, tuple[str, str]] = {"notice": NOTICE, "digest": DIGEST, DISCREET: NEWS}


def subject(issuer: str, what: str) -> str:
    """The subject of every letter: who writes, and what there is."""
    return f"{urlsplit(issuer).netloc}: {what}"


def filled(letter: str, values: Mapping[str, str], issuer: str, tongue: Tongue) -> dict[str, str]:
    """The values of a letter with those that its words need: title and body, as of the notices it waits with."""
    if letter not in ("notice", "digest"):
        return dict(values)
    more = {"settings": f"{issuer}/notices/settings", "page": f"{issuer}/notices", "stop": ""}
    if letter == "notice":
        one = said(values["kind"], json.loads(values["said"]), tongue)
        stop = f"{values['stop']}\n" if values.get("stop") else ""
        return {**more, **values, "title": one.title, "body": _body(one, issuer), "stop": stop}
    return {
        **more,
        **values,
        "body": _listed(json.loads(values["notices"]), int(values["more"]), issuer, tongue),
    }


def _body(one: Said, issuer: str) -> str:
    paragraphs = [_wrapped(sentence) for sentence in (f"{one.title}.", *one.sentences, one.advice)]
    return "\n\n".join(filter(None, paragraphs)) + f"\n\n{one.act}:\n\n    {issuer}{one.path}\n"


def _listed(notices: list[dict[str, Any]], more: int, issuer: str, tongue: Tongue) -> str:
    parts = []
    for each in notices:
        one = said(each["kind"], each["said"], tongue)
        when = _wrapped(f"{tongue.day(each['at'])}: {one.title}", "* ", "  ")
        parts.append(f"{when}\n{_wrapped(one.sentences[0], '  ', '  ')}\n  {issuer}{one.path}\n")
    if more:
        parts.append(tongue.translate(N_("And %(more)s more.")) % {"more": more} + "\n")
    return "\n".join(parts)


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
