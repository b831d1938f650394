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

    A line stays as it was granted: the key that was chosen, and no other that would have done. It gives way where its
    key is asked for again for the same purpose.
    """
    asked = {(key, line.purpose) for line in terms.lines for key in line.options}
    kept = [_kept(line) for line in granted.lines if (line.key, line.purpose) not in asked]
    return replace(
        terms,
        lines=(*kept, *terms.lines),
        sign_in=terms.sign_in or granted.terms.sign_in,
        scope_purpose=terms.scope_purpose or granted.terms.scope_purpose,
    )


def _kept(line: GrantedLine) -> Line:
    return Line(line.key, line.purpose, line.required, line.why, frequency=line.frequency)
