"""What a company wants (an ask), what a person allowed (a consent), and every state it went through.

An ask is decided once: granted, narrowed or refused. A consent is a chain of immutable revisions, each a set of
lines; its state is one row, and each change raises ``version``. Nothing here is ever overwritten or forgotten but
by ``forget``.

Called by the pages in which people decide and by ``disclosures``; ``holdings`` and ``quality`` are what a company's
own people may see of all this, and name nobody but by the company's own pseudonym. This room never sees a value: a line names a
key and an item, not what stands in it.
"""

from vrm.consents import holdings, quality
from vrm.consents.asked import Asked, asked_of
from vrm.consents.asks import get_ask, get_open_ask, list_asks, open_ask, refuse
from vrm.consents.effective import Permitted, Refused, Standing, public_code, weigh
from vrm.consents.reading import lock_versions, standings, standings_of
from vrm.consents.records import Ask, Choice, Consent, Revision
from vrm.consents.service import (
    expire,
    forget,
    get_consent,
    grant,
    list_consents,
    list_revisions,
    revoke,
)
from vrm.consents.terms import FREQUENCIES, MOST_DAYS, GrantedLine, InvalidAsk, Line, Terms, check_terms

__all__ = [
    "FREQUENCIES",
    "MOST_DAYS",
    "Ask",
    "Asked",
    "Choice",
    "Consent",
    "GrantedLine",
    "InvalidAsk",
    "Line",
    "Permitted",
    "Refused",
    "Revision",
    "Standing",
    "Terms",
    "asked_of",
    "check_terms",
    "expire",
    "forget",
    "get_ask",
    "get_consent",
    "get_open_ask",
    "grant",
    "holdings",
    "list_asks",
    "list_consents",
    "list_revisions",
    "lock_versions",
    "open_ask",
    "public_code",
    "quality",
    "refuse",
    "revoke",
    "standings",
    "standings_of",
    "weigh",
]
