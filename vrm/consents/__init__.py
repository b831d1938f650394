"""What a company wants (an ask), what a person allowed (a consent), and every state it went through.

An ask is decided once: granted, narrowed or refused. A consent is a chain of immutable revisions, each a set of
lines; its state is one row, and each change raises ``version``. Nothing here is ever overwritten or forgotten but
by ``forget``. It also knows how a company may reach a person who did not come to it, by desk code or by the subject it
has, and whom people have blocked.

Called by the pages in which people decide and by ``disclosures``; ``holdings`` and ``quality`` are what a company's
own people may see of all this, and name nobody but by the company's own pseudonym. This room never sees a value: a line names a
key and an item, not what stands in it.
"""

from vrm.consents import holdings, quality
from vrm.consents.amending import Basis, amend, find_basis, get_basis, redeem
from vrm.consents.asked import Asked, asked_of
from vrm.consents.asks import get_ask, get_open_ask, list_asks, open_ask, record_refusal, refuse
from vrm.consents.blocking import block, blocked_since, list_blocked, unblock
from vrm.consents.desk import NewDeskCode, find_by_subject, issue_desk_code, take_desk_code
from vrm.consents.effective import Permitted, Refused, Standing, public_code, weigh
from vrm.consents.reading import lock_versions, standings, standings_of
from vrm.consents.recognising import Coming, find_decided, may_recognise, recognise
from vrm.consents.records import Amends, Ask, Choice, Consent, Revision
from vrm.consents.revising import days_left
from vrm.consents.service import (
    end_all,
    expire,
    forget,
    get_consent,
    get_newest_revision,
    give_back,
    grant,
    list_consents,
    list_revisions,
    list_standing,
    revoke,
    sweep,
)
from vrm.consents.terms import FREQUENCIES, MOST_DAYS, GrantedLine, InvalidAsk, Line, Terms, check_terms

__all__ = [
    "FREQUENCIES",
    "MOST_DAYS",
    "Amends",
    "Ask",
    "Asked",
    "Basis",
    "Choice",
    "Coming",
    "Consent",
    "GrantedLine",
    "InvalidAsk",
    "Line",
    "NewDeskCode",
    "Permitted",
    "Refused",
    "Revision",
    "Standing",
    "Terms",
    "amend",
    "asked_of",
    "block",
    "blocked_since",
    "check_terms",
    "days_left",
    "end_all",
    "expire",
    "find_basis",
    "find_by_subject",
    "find_decided",
    "forget",
    "get_ask",
    "get_basis",
    "get_consent",
    "get_newest_revision",
    "get_open_ask",
    "give_back",
    "grant",
    "holdings",
    "issue_desk_code",
    "list_asks",
    "list_blocked",
    "list_consents",
    "list_revisions",
    "list_standing",
    "lock_versions",
    "may_recognise",
    "open_ask",
    "public_code",
    "quality",
    "recognise",
    "record_refusal",
    "redeem",
    "refuse",
    "revoke",
    "standings",
    "standings_of",
    "sweep",
    "take_desk_code",
    "unblock",
    "weigh",
]
