"""The companies that may ask, for people who want to know them before they are asked."""

from collections.abc import Collection

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from vrm.companies.models import CompanyRow, PurposeRow
from vrm.companies.records import Company, company_of
from vrm.ids import is_id


def list_approved(
    session: Session,
    *,
    limit: int,
    after: str | None = None,
    words: str = "",
    purposes: Collection[str] = (),
) -> list[Company]:
    """Approved companies by name: all, or those that have ``words`` in name, domain or reason, or state a purpose.

    ``after`` is the id of the last company of the page before; an unknown one gives no rows. KNOWN GAP: SQLite
    knows upper and lower case of A to Z alone, so there other letters are found as they were typed.
    """
    name = func.lower(CompanyRow.legal_name)
    query = select(CompanyRow).where(CompanyRow.state == "approved")
    if words:
        stated = CompanyRow.purposes.any(
            or_(PurposeRow.purpose.in_(purposes), PurposeRow.why.icontains(words, autoescape=True))
        )
        named = [
            column.icontains(words, autoescape=True) for column in (CompanyRow.legal_name, CompanyRow.domain)
        ]
        query = query.where(or_(*named, stated))
    if after is not None:
        place = select(name).where(CompanyRow.id == after)
        last = session.execute(place).scalar_one_or_none() if is_id(after) else None
        if last is None:
            return []
        query = query.where(or_(name > last, (name == last) & (CompanyRow.id > after)))
    return [company_of(row) for row in session.scalars(query.order_by(name, CompanyRow.id).limit(limit))]
