"""Verbs on clients, and the question every ask and every read begins with: may this client, now?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, Table, select
from sqlalchemy.orm import Session

from vrm import accesslog
from vrm.companies.addresses import parse_redirect_uri
from vrm.companies.errors import BadRedirectUri, MayNotAsk
from vrm.companies.jwks import parse_jwks
from vrm.companies.models import ClientRow, CompanyRow
from vrm.companies.records import Asker, Client, ClientStanding, client_of
from vrm.companies.service import get_company
from vrm.errors import Conflict, Invalid, NotFound
from vrm.ids import is_id, new_id

MOST_REDIRECT_URIS = 20

_UNKNOWN = "There is no such client. See: vrm client list."

_clients = cast(Table, ClientRow.__table__)
_companies = cast(Table, CompanyRow.__table__)


def new_client(
    session: Session,
    *,
    company_id: str,
    name: str,
    redirect_uris: Sequence[str],
    jwks: Mapping[str, object],
    now: datetime,
    actor: str = "operator",
) -> Client:
    """Register software of a company; the answer's id is its ``client_id``.

    A company that is still pending may register clients; they may ask once it is approved. Raises
    ``BadRedirectUri``, ``BadKeys``, ``Invalid`` and ``NotFound``.
    """
    get_company(session, company_id=company_id)
    row = ClientRow(
        id=new_id(),
        company_id=company_id,
        name=_name(name),
        redirect_uris=_redirect_uris(redirect_uris),
        jwks=parse_jwks(jwks),
        state="active",
        created_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, "client.registered", row, now, actor)
    return client_of(row)


def change_client(
    session: Session,
    *,
    client_id: str,
    now: datetime,
    name: str | None = None,
    redirect_uris: Sequence[str] | None = None,
    jwks: Mapping[str, object] | None = None,
    actor: str = "operator",
) -> Client:
    """Change what is given; a key left out of ``jwks`` is worth nothing from then on."""
    row = _get(session, client_id)
    if name is not None:
        row.name = _name(name)
    if redirect_uris is not None:
        row.redirect_uris = _redirect_uris(redirect_uris)
    if jwks is not None:
        row.jwks = parse_jwks(jwks)
    _record(session, "client.changed", row, now, actor)
    return client_of(row)


def get_client(session: Session, *, client_id: str) -> Client:
    """One client, whatever its state. Raises ``NotFound``."""
    return client_of(_get(session, client_id))


def get_clients(session: Session, client_ids: Iterable[str]) -> dict[str, Client]:
    """Clients by id, whatever their state, in one query. Raises ``NotFound`` unless every one is there."""
    ids = set(client_ids)
    if not all(map(is_id, ids)):
        raise NotFound(_UNKNOWN)
    rows = session.scalars(select(ClientRow).where(ClientRow.id.in_(ids))) if ids else ()
    found = {row.id: client_of(row) for row in rows}
    if found.keys() != ids:
        raise NotFound(_UNKNOWN)
    return found


def find_client(session: Session, *, client_id: str) -> Client | None:
    """One client, whatever its state, or None: the id may be anything a stranger typed."""
    row = session.get(ClientRow, client_id) if is_id(client_id) else None
    return None if row is None else client_of(row)


def list_clients(session: Session, *, company_id: str | None = None) -> list[Client]:
    """All clients, or those of one company, the oldest first."""
    wanted = select(ClientRow).order_by(ClientRow.created_at, ClientRow.id)
    if company_id is not None:
        wanted = wanted.where(ClientRow.company_id == company_id)
    return [client_of(row) for row in session.scalars(wanted)]


def suspend_client(session: Session, *, client_id: str, now: datetime) -> Client:
    """Stop one client at once. Suspending twice is one suspension."""
    row = _get(session, client_id)
    if row.state != "suspended":
        row.state = "suspended"
        _record(session, "client.suspended", row, now)
    return client_of(row)


def resume_client(session: Session, *, client_id: str, now: datetime) -> Client:
    """Lift a suspension. Raises ``Conflict`` where there is none."""
    row = _get(session, client_id)
    if row.state != "suspended":
        raise Conflict("This client is not suspended.", code="not_suspended")
    row.state = "active"
    _record(session, "client.resumed", row, now)
    return client_of(row)


def may_ask(session: Session, *, client_id: str) -> Asker:
    """The client and its company, if it may ask people now. Raises ``MayNotAsk``, whose code says why not."""
    client = find_client(session, client_id=client_id)
    if client is None:
        raise MayNotAsk("This client is not registered here.", code="client_unknown")
    if client.state != "active":
        raise MayNotAsk("This client is suspended. Ask the operator.", code="client_suspended")
    company = get_company(session, company_id=client.company_id)
    if company.state == "suspended":
        raise MayNotAsk("This company is suspended. Ask the operator.", code="company_suspended")
    if company.state != "approved":
        raise MayNotAsk("This company is not approved yet.", code="company_not_approved")
    return Asker(client, company)


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
    wanted = (
        select(
            _clients.c.id,
            _clients.c.company_id,
            _clients.c.state,
            _companies.c.state.label("company_state"),
            _companies.c.notice_version,
        )
        .join(_companies, _companies.c.id == _clients.c.company_id)
        .where(_clients.c.id.in_(ids))
    )
    if lock:
        wanted = wanted.with_for_update(read=True)
    return {row.id: ClientStanding(*row) for row in connection.execute(wanted)}


def _get(session: Session, client_id: str) -> ClientRow:
    row = session.get(ClientRow, client_id) if is_id(client_id) else None
    if row is None:
        raise NotFound(_UNKNOWN)
    return row


def _record(session: Session, type: str, row: ClientRow, now: datetime, actor: str = "operator") -> None:
    event = accesslog.Event(type=type, at=now, actor=actor, company=row.company_id, client=row.id)
    accesslog.record(session, event)


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise Invalid("Give the client a name of at most 100 characters, on one line.", field="name")
    return name


def _redirect_uris(uris: Sequence[str]) -> list[str]:
    if isinstance(uris, str) or not 1 <= len(uris) <= MOST_REDIRECT_URIS:
        raise BadRedirectUri(f"Give a list of 1 to {MOST_REDIRECT_URIS} redirect URIs.")
    parsed = [parse_redirect_uri(uri) for uri in uris]
    if len(set(parsed)) < len(parsed):
        raise BadRedirectUri("A redirect URI is listed twice.")
    return parsed
