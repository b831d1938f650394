"""Whose token it is that asks what is held: a client, for itself and nobody else.

What another client of the same company holds is not shown: a token in wrong hands tells of one client alone.
"""

from sqlalchemy.orm import Session

from vrm import companies
from vrm.companies import ClientStanding
from vrm.errors import Denied
from vrm.web.refusals import DETAIL


def get_holder(db: Session, client_id: str) -> ClientStanding:
    """How the client stands, in the transaction that reads what it holds. Raises ``Denied`` where it may not."""
    standing = companies.client_standings(db.connection(), client_ids=[client_id])[client_id]
    if not standing.may_read:
        raise Denied(DETAIL["client_suspended"], code="client_suspended")
    return standing
