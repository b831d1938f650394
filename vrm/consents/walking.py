"""Coming to everybody who ever allowed a company something, some at a time, for whoever must tell them all."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from vrm.consents.models import ConsentRow
from vrm.consents.records import Consent


def walk_company(
    session: Session, *, company_id: str, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Consent]:
    """The next consents of a company, ended ones too, the first granted first; ``after``: the last one's moment and id."""
    query = select(ConsentRow).where(ConsentRow.company_id == company_id)
    if after is not None:
        query = query.where(tuple_(ConsentRow.granted_at, ConsentRow.id) > after)
    query = query.order_by(ConsentRow.granted_at, ConsentRow.id).limit(limit)
    return [Consent.of(row) for row in session.scalars(query)]
