"""What can be asked about: what this version writes into entries, and whatever else the log holds.

What has the form of a code need not be one: a slip of the pen, or somebody's name in the wrong place, has it too. It
is refused where it is asked about, and nothing keeps it.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from vrm.accesslog.types import ACTORS, TYPES
from vrm.catalogue import Catalogue
from vrm.errors import Invalid
from vrm.oversight.codes import EVERY
from vrm.oversight.members import Filters
from vrm.oversight.models import LogIndex, table
from vrm.oversight.tallies import rank

_INDEX = table(LogIndex)
_OURS: dict[str, Collection[str]] = {"type": TYPES, "code": EVERY, "actor": ACTORS}
_NAMED = ("type", "code", "key", "purpose")
"""The members of which the sums know every value."""
_MOST = 1000


def occurring(session: Session, name: str) -> list[str]:
    """Every value of ``type``, ``code``, ``key`` or ``purpose`` in the log, that of most entries first."""
    return [one.value for one in rank(session, Filters(), by=name, limit=_MOST).counts]


def check_known(session: Session, filters: Filters, catalogue: Catalogue) -> None:
    """Raises ``Invalid``, whose ``field`` is the condition, for what neither this version nor the log has a word for."""
    ours = {"key": catalogue.keys, "purpose": catalogue.purposes}
    for name, value in filters.members().items():
        worded = name in _NAMED or name in _OURS
        if worded and value not in ours.get(name, ()) and not _has(session, name, value):
            raise Invalid("There is no such word in the log. Choose one of those it has.", field=name)


def is_in_log(session: Session, name: str, value: str) -> bool:
    """Whether a condition is worth keeping: it says no more than the log does, or than its own form has room for."""
    if name in ("thread", "agent"):
        query = select(_INDEX.c.leaf_index).where(_INDEX.c[name] == value).limit(1)
        return session.execute(query).first() is not None
    return name not in (*_NAMED, *_OURS) or _has(session, name, value)


def _has(session: Session, name: str, value: str) -> bool:
    return value in _OURS.get(name, ()) or (name in _NAMED and value in occurring(session, name))
