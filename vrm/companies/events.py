"""How this room tells the log. What changed is said by its kind alone.

The text stays out: a log is for ever, and a company's owner is a person's name often enough. Who did it is said in
clear by kind (``actor``); for people of a company the opening also holds their account's id (``by``), and whom they
did it to (``account``).
"""

from datetime import datetime

from sqlalchemy.orm import Session

from vrm import accesslog
from vrm.companies.models import ClientRow, CompanyRow


def record_company(
    session: Session,
    type: str,
    row: CompanyRow,
    now: datetime,
    actor: str = "operator",
    by: str | None = None,
    code: str | None = None,
) -> None:
    """An event about a company."""
    _record(session, accesslog.Event(type, now, actor, company=row.id, code=code, detail=_detail(by=by)))


def record_client(
    session: Session,
    type: str,
    row: ClientRow,
    now: datetime,
    actor: str = "operator",
    by: str | None = None,
    code: str | None = None,
) -> None:
    """An event about a client."""
    event = accesslog.Event(
        type, now, actor, company=row.company_id, client=row.id, code=code, detail=_detail(by=by)
    )
    _record(session, event)


def record_person(
    session: Session,
    type: str,
    company_id: str,
    now: datetime,
    actor: str,
    role: str,
    **ids: str | None,
) -> None:
    """An event about one of a company's people, or an invitation: company and role in clear, ids in the opening."""
    _record(session, accesslog.Event(type, now, actor, company=company_id, code=role, detail=_detail(**ids)))


def _detail(**ids: str | None) -> dict[str, str]:
    return {name: id for name, id in ids.items() if id is not None}


def _record(session: Session, event: accesslog.Event) -> None:
    accesslog.record(session, event)
