"""What an operator means by what they typed."""

from sqlalchemy.orm import Session

from vrm import companies
from vrm.companies import Company
from vrm.errors import Invalid, NotFound
from vrm.ids import is_id


def choose(session: Session, company: str) -> Company:
    """The company an operator means by an id or a domain; raises ``NotFound``, or ``Invalid`` when several fit."""
    if is_id(company):
        return companies.get_company(session, company_id=company)
    fitting = [one for one in companies.list_companies(session) if one.domain == company.lower()]
    if not fitting:
        raise NotFound("There is no such company. See: vrm company list.")
    if len(fitting) > 1:
        raise Invalid(f"{len(fitting)} companies name this domain; give the id. See: vrm company list.")
    return fitting[0]
