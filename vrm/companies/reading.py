"""Looking clients up."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from vrm.companies.client_records import Client, client_of
from vrm.companies.models import ClientRow, KeyRow
from vrm.db import Statement
from vrm.errors import NotFound
from vrm.ids import is_id

_UNKNOWN = "There is no such client. See: vrm client list."

_CLIENT = Statement(select(ClientRow.__table__).where(ClientRow.id == bindparam("client_id")))
_KEYS = Statement(select(KeyRow.__table__).where(KeyRow.client_id == bindparam("client_id")))


def get_client(session: Session, *, client_id: str, company_id: str | None = None) -> Client:
    """One client, whatever its state. Raises ``NotFound``, for another company's too where ``company_id`` is given."""
    client = client_of(get_row(session, client_id))
    if company_id not in (None, client.company_id):
        raise NotFound(_UNKNOWN)
    return client


def get_clients(session: Session, client_ids: Iterable[str]) -> dict[str, Client]:
    """Clients by id, whatever their state, at once. Raises ``NotFound`` unless every one is there."""
    ids = set(client_ids)
    if not all(map(is_id, ids)):
        raise NotFound(_UNKNOWN)
    rows = session.scalars(select(ClientRow).where(ClientRow.id.in_(ids))) if ids else ()
    found = {row.id: client_of(row) for row in rows}
    if found.keys() != ids:
        raise NotFound(_UNKNOWN)
    return found


def find_client(connection: Connection, *, client_id: str) -> Client | None:
    """One client, whatever its state, or None: the id may be anything a stranger typed. For hot paths."""
    row = _CLIENT.one(connection, client_id=client_id) if is_id(client_id) else None
    return None if row is None else client_of(row, _KEYS.each(connection, client_id=client_id))


def list_clients(session: Session, *, company_id: str | None = None) -> list[Client]:
    """All clients, or those of one company, the oldest first."""
    wanted = select(ClientRow).order_by(ClientRow.created_at, ClientRow.id)
    if company_id is not None:
        wanted = wanted.where(ClientRow.company_id == company_id)
    return [client_of(row) for row in session.scalars(wanted)]


def list_due(session: Session, *, before: datetime, limit: int) -> list[str]:
    """Clients whose key address was tried before a moment or never, the longest ago first; see ``refresh_jwks``."""
    wanted = (
        select(ClientRow.id)
        .where(
            ClientRow.jwks_uri.is_not(None),
            ClientRow.jwks_tried_at.is_(None) | (ClientRow.jwks_tried_at <= before),
        )
        # Not NULLS FIRST, which the engines default differently: never tried sorts by when it was registered.
        .order_by(ClientRow.jwks_tried_at.is_not(None), ClientRow.jwks_tried_at, ClientRow.created_at)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def get_row(session: Session, client_id: str) -> ClientRow:
    """The row, to be changed. Raises ``NotFound``."""
    row = session.get(ClientRow, client_id) if is_id(client_id) else None
    if row is None:
        raise NotFound(_UNKNOWN)
    return row
