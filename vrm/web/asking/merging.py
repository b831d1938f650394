"""An ask that adds to a consent (``merge`` of Grant Management for OAuth 2.0, draft 03): both, as one ask."""

from dataclasses import replace
from typing import Any

from vrm.consents import GrantedLine, Line, Revision, Terms


def left_as_they_are(granted: Revision) -> dict[str, Any]:
    """The members of an ask that it need not repeat: how long, how long kept, whom passed on to."""
    terms = granted.terms
    return {
        "duration_days": terms.duration_days,
        "retention_days": terms.retention_days,
        "recipients": list(terms.recipients),
    }


def merge(terms: Terms, granted: Revision) -> Terms:
    """What was granted, line by line, then what is asked for.

    A line stays as it was asked for and granted, with the keys that would do as well. It gives way where the key that
    was chosen is asked for again for the same purpose; another of its keys that is then asked for by itself leaves it.
    """
    asked = {(key, line.purpose) for line in terms.lines for key in line.options}
    kept = [
        _kept(line, granted.terms, asked) for line in granted.lines if (line.key, line.purpose) not in asked
    ]
    return replace(
        terms,
        lines=(*kept, *terms.lines),
        kept=len(kept),
        sign_in=terms.sign_in or granted.terms.sign_in,
        scope_purpose=terms.scope_purpose or granted.terms.scope_purpose,
    )


def _kept(line: GrantedLine, then: Terms, asked: set[tuple[str, str]]) -> Line:
    options = next(
        (each.options for each in then.lines if line.key in each.options and each.purpose == line.purpose),
        (line.key,),
    )
    key, *others = [each for each in options if (each, line.purpose) not in asked]
    return Line(key, line.purpose, line.required, line.why, tuple(others), line.frequency)
