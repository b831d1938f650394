"""A database that may have been put back: its witnesses are *unheard*, and nothing is signed before they were heard.

Enough were heard when as many as the quorum needs, and at least one, have cosigned what the database holds; or when the
operator answers for it. Until then a witness has ``UNHEARD`` in the place of its objection.
"""

from sqlalchemy import Connection, select, update

from vrm.accesslog.models import LogWitness, table
from vrm.accesslog.tree import find_newest
from vrm.accesslog.witnessed import UNHEARD
from vrm.tlog.policy import Policy

_WITNESSES = table(LogWitness)


def doubt(connection: Connection) -> None:
    """Take the database for one that was put back: nothing is signed until a quorum of its witnesses was heard."""
    if find_newest(connection) is None:
        return  # there is nothing to ask them about
    connection.execute(update(_WITNESSES).values(answered_at=None))
    connection.execute(update(_WITNESSES).where(_WITNESSES.c.objection.is_(None)).values(objection=UNHEARD))


def believe(connection: Connection) -> None:
    """Sign though too few witnesses were heard, as the operator says."""
    unheard = update(_WITNESSES).where(_WITNESSES.c.objection == UNHEARD)
    connection.execute(unheard.values(objection=None))


def believe_quorum(connection: Connection, policy: Policy) -> None:
    """Once enough have cosigned what the database holds, since it was put back, the others are not waited for."""
    cosigned = (_WITNESSES.c.objection.is_(None), _WITNESSES.c.answered_at.is_not(None))
    heard = set(connection.execute(select(_WITNESSES.c.vkey).where(*cosigned)).scalars())
    if heard and policy.met_by(heard):
        believe(connection)
