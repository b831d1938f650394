"""Stories over many rooms: what one room has done, and others must hear of, in the same transaction; and what only
two rooms together can tell.

The owners of a company are written to; what it holds is told by what it reads of it; what it proposes waits for its person; who closes their account is
forgotten by every room. Called by the command line, the pages, the API and the worker, which commit; ``erase`` takes the
database, as no transaction spans it and the key store. This room keeps nothing, and must never know what is in a profile.
"""

from vrm.journeys import noticing, proposing, reminding
from vrm.journeys.closing import KIND as KIND_OF_ERASURES
from vrm.journeys.closing import UNTIL_DONE, close_account, close_again, erase, unreadable_from
from vrm.journeys.fields import FieldsUse, FieldUse, use_of_fields
from vrm.journeys.owners import approve, prove_domain, tell_of_proof
from vrm.journeys.stopping import ByCode, find_by_code, stop_by_code
from vrm.journeys.telling import Telling

__all__ = [
    "KIND_OF_ERASURES",
    "UNTIL_DONE",
    "ByCode",
    "FieldUse",
    "FieldsUse",
    "Telling",
    "approve",
    "close_account",
    "close_again",
    "erase",
    "find_by_code",
    "noticing",
    "proposing",
    "prove_domain",
    "reminding",
    "stop_by_code",
    "tell_of_proof",
    "unreadable_from",
    "use_of_fields",
]
