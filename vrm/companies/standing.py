"""The question every ask and every read begins with: may this client, now?"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import cast

from sqlalchemy import Connection, Table, bindparam, select
from sqlalchemy.orm import Session

from vrm.companies.client_records import Asker, ClientStanding
from vrm.companies.errors import MayNotAsk
from vrm.companies.models import ClientRow, CompanyRow, PurposeRow
from vrm.companies.reading import find_client
from vrm.companies.records import company_of
from vrm.db import Statement
from vrm.ids import is_id

_clients = cast(Table, ClientRow.__table__)
_companies = cast(Table, CompanyRow.__table__)
_standings = (
    select(
        _clients.c.id,
        _clients.c.company_id,
        _clients.c.state,
        _companies.c.state.label("company_state"),
        _companies.c.notice_version,
    )
    .join(_companies, _companies.c.id == _clients.c.company_id)
    .where(_clients.c.id.in_(bindparam("ids")))
)
_STANDINGS = Statement(_standings)
_LOCKED = Statement(_standings.with_for_update(read=True))
_COMPANY = Statement(select(_companies).where(_companies.c.id == bindparam("company_id")))
_PURPOSES = Statement(select(PurposeRow.__table__).where(PurposeRow.company_id == bindparam("company_id")))


def may_ask(session: Session, *, client_id: str) -> Asker:
    """The client and its company, if it may ask people now. Raises ``MayNotAsk``, whose code says why not."""
    return _may_ask(session.connection(), client_id)


def lock_askers(connection: Connection, *, client_ids: Collection[str]) -> dict[str, Asker]:
    """Those of these clients that may ask now, with their companies, by id.

    Their rows are share-locked as in ``client_standings``: whatever ends a client's standing or a key of it either came
    first and is seen, or waits.
    """
    client_standings(connection, client_ids=client_ids, lock=True)
    found = {}
    for client_id in client_ids:
        with suppress(MayNotAsk):
            found[client_id] = _may_ask(connection, client_id)
    return found


def client_standing(connection: Connection, *, client_id: str) -> ClientStanding | None:
    """How one client stands; None when there is no such client."""
    return client_standings(connection, client_ids=[client_id]).get(client_id)


def client_standings(
    connection: Connection, *, client_ids: Iterable[str], lock: bool = False
) -> dict[str, ClientStanding]:
    """How clients stand, by id; unknown ids are left out. One query, for hot paths.

    With ``lock``, the rows of clients and companies are share-locked until the transaction ends, so that a
    suspension either comes first and is seen, or waits. (SQLite has one writer at a time and needs no lock.)
    """
    ids = sorted({client_id for client_id in client_ids if is_id(client_id)})
    rows = (_LOCKED if lock else _STANDINGS).each(connection, ids=ids)
    return {row.id: ClientStanding(*row) for row in rows}


def _may_ask(connection: Connection, client_id: str) -> Asker:
    client = find_client(connection, client_id=client_id)
    if client is None:
        raise MayNotAsk("This client is not registered here.", code="client_unknown")
    if client.state != "active":
        raise MayNotAsk("This client is suspended. Ask whoever suspended it.", code="client_suspended")
    company = company_of(
        _COMPANY.one(connection, company_id=client.company_id),
        _PURPOSES.each(connection, company_id=client.company_id),
    )
    if company.state == "suspended":
        raise MayNotAsk("This company is suspended. Ask the operator.", code="company_suspended")
    if company.state != "approved":
        raise MayNotAsk("This company is not approved yet.", code="company_not_approved")
    return Asker(client, company)
