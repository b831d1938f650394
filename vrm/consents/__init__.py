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
from vrm.consents.asks import get_open_ask, list_asks, open_ask, record_refusal, refuse
from vrm.consents.blocking import block, blocked_since, list_blocked, unblock
from vrm.consents.crowding import Offer, grant_all
from vrm.consents.desk import NewDeskCode, find_by_subject, issue_desk_code, take_desk_code
from vrm.consents.effective import Permitted, Refused, Standing, public_code, weigh
from vrm.consents.listing import Listed, Numbers, count_some, list_some, list_standing, moment_of, named_in
from vrm.consents.often import USE as REPLY_MAY_BE_LOST
from vrm.consents.often import is_due, is_limited, next_use
from vrm.consents.own import change
from vrm.consents.pausing import get_readable_since, pause, pause_all, resume, resume_all
from vrm.consents.reading import get_granted, lock_versions, standings, standings_of
from vrm.consents.recognising import Coming, find_decided, may_recognise, recognise
from vrm.consents.recorded import Recorded, get_holder_of, get_record, get_refusal_record
from vrm.consents.records import Amends, Ask, Choice, Consent, Revision
from vrm.consents.revising import days_left, latest_end
from vrm.consents.service import (
    close_used,
    end_all,
    expire,
    forget,
    get_consent,
    get_newest_revision,
    give_back,
    grant,
    list_consents,
    list_revisions,
    revoke,
    sweep,
)
from vrm.consents.stopping import find_by_stop_code, stop_code
from vrm.consents.terms import (
    FREQUENCIES,
    MOST_DAYS,
    GrantedLine,
    InvalidAsk,
    Line,
    Place,
    Terms,
    check_terms,
)
from vrm.consents.uses import Uses, uses_of
from vrm.consents.uses import take as take_uses
from vrm.consents.walking import walk_company
from vrm.consents.withdrawing import Part, Withdrawal, list_withdrawals, withdraw

__all__ = [
    "FREQUENCIES",
    "MOST_DAYS",
    "REPLY_MAY_BE_LOST",
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
    "Listed",
    "NewDeskCode",
    "Numbers",
    "Offer",
    "Part",
    "Permitted",
    "Place",
    "Recorded",
    "Refused",
    "Revision",
    "Standing",
    "Terms",
    "Uses",
    "Withdrawal",
    "amend",
    "asked_of",
    "block",
    "blocked_since",
    "change",
    "check_terms",
    "close_used",
    "count_some",
    "days_left",
    "end_all",
    "expire",
    "find_basis",
    "find_by_stop_code",
    "find_by_subject",
    "find_decided",
    "forget",
    "get_basis",
    "get_consent",
    "get_granted",
    "get_holder_of",
    "get_newest_revision",
    "get_open_ask",
    "get_readable_since",
    "get_record",
    "get_refusal_record",
    "give_back",
    "grant",
    "grant_all",
    "holdings",
    "is_due",
    "is_limited",
    "issue_desk_code",
    "latest_end",
    "list_asks",
    "list_blocked",
    "list_consents",
    "list_revisions",
    "list_some",
    "list_standing",
    "list_withdrawals",
    "lock_versions",
    "may_recognise",
    "moment_of",
    "named_in",
    "next_use",
    "open_ask",
    "pause",
    "pause_all",
    "public_code",
    "quality",
    "recognise",
    "record_refusal",
    "redeem",
    "refuse",
    "resume",
    "resume_all",
    "revoke",
    "standings",
    "standings_of",
    "stop_code",
    "sweep",
    "take_desk_code",
    "take_uses",
    "unblock",
    "uses_of",
    "walk_company",
    "weigh",
    "withdraw",
]
