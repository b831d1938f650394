"""Which keys a company holds, and under how many of the consents that hold them it ever read them.

What is held stands in ``consents``, what was read in the index over the log, and neither knows the other.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from vrm import consents, oversight
from vrm.consents.quality import MIN_PEOPLE


@dataclass(frozen=True)
class FieldUse:
    """A key: under how many active consents it is ``held``, and under how many of these it was ever ``read``."""

    key: str
    held: int
    read: int


@dataclass(frozen=True)
class FieldsUse:
    """The keys held under ``MIN_PEOPLE`` consents or more, what is read least first; of the others no number is told.

    ``few``: those others, each with whether it was ever read. ``newest``: so many consents were looked at, the
    newest; 0: all.
    """

    every: Sequence[FieldUse]
    few: Sequence[tuple[str, bool]]
    newest: int


def use_of_fields(session: Session, *, company_id: str, client_id: str | None, now: datetime) -> FieldsUse:
    """Consent by consent: reads under one that has ended, or of a key that it no longer allows, say nothing of it.

    Reads may be a minute behind, as the index over the log is.
    """
    whole = consents.holdings.held_keys(session, company_id=company_id, now=now, client_id=client_id)
    allowed = consents.holdings.held_threads(session, company_id=company_id, now=now, client_id=client_id)
    given = oversight.keys_read(session, threads=list(allowed))
    held = Counter(key for keys in allowed.values() for key in keys)
    read = Counter(key for thread, keys in allowed.items() for key in keys & given.get(thread, set()))
    every = [FieldUse(key, number, read[key]) for key, number in held.items() if number >= MIN_PEOPLE]
    few = sorted((key, read[key] > 0) for key, number in held.items() if number < MIN_PEOPLE)
    every.sort(key=lambda field: (field.read / field.held, -field.held, field.key))
    return FieldsUse(every, few, len(allowed) if sum(whole.values()) > held.total() else 0)
