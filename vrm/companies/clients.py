"""Verbs on clients. Each change is written together with its event, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from vrm.companies.addresses import parse_jwks_uri, parse_redirect_uri
from vrm.companies.client_keys import replace_keys
from vrm.companies.client_records import Client, client_of
from vrm.companies.errors import BadJwksUri, BadKeys, BadRedirectUri
from vrm.companies.events import record_client
from vrm.companies.jwks import parse_jwks
from vrm.companies.models import ClientRow
from vrm.companies.reading import get_row
from vrm.companies.records import Company
from vrm.companies.remote_keys import drop_address
from vrm.companies.service import get_company
from vrm.companies.wording import is_readable
from vrm.errors import Conflict, Denied, Invalid
from vrm.ids import new_id, secret_hash

MOST_REDIRECT_URIS = 20


def new_client(
    session: Session,
    *,
    company_id: str,
    name: str,
    redirect_uris: Sequence[str],
    now: datetime,
    jwks: Mapping[str, object] | None = None,
    jwks_uri: str | None = None,
    secret: str | None = None,
    scope_purpose: str | None = None,
    post_logout_redirect_uris: Sequence[str] = (),
    loopback: bool = False,
    actor: str = "operator",
    by: str | None = None,
    client_id: str | None = None,
) -> Client:
    """Register software of a company; the answer's id is its ``client_id``, a new one unless it is ours to choose.

    Its keys are given as a JWK Set (``jwks``) or as the address of one (``jwks_uri``), not both (RFC 7591, section
    2); see ``parse_jwks_uri`` for ``loopback``, and ``refresh_jwks`` for reading it. In a sandbox, which is for the
    caller to know, it may have a ``secret`` instead, 256 random bits, of which only the hash is kept. A company that is still
    pending may register clients; they may ask once it is approved. Raises ``BadRedirectUri``, ``BadKeys``,
    ``BadJwksUri``, ``Invalid`` and ``NotFound``.
    """
    company = get_company(session, company_id=company_id)
    if [jwks, jwks_uri, secret].count(None) != 2:
        raise BadKeys("Give the client's keys, or the address of its key set; one of the two.")
    row = ClientRow(
        id=client_id or new_id(),
        company_id=company_id,
        name=_name(name),
        redirect_uris=_redirect_uris(redirect_uris),
        post_logout_redirect_uris=_logout_uris(post_logout_redirect_uris),
        scope_purpose=_scope_purpose(scope_purpose, company),
        secret_hash=secret_hash(secret) if secret else None,
        jwks_uri=None,
        jwks_tried_at=None,
        jwks_fetched_at=None,
        jwks_failed_at=None,
        jwks_failure=None,
        state="active",
        suspended_by=None,
        created_at=now,
        ended_keys=[],
        keys=[],
    )
    if secret is None:
        _set_keys(row, company, jwks, jwks_uri, loopback, now)
    session.add(row)
    session.flush()
    record_client(session, "client.registered", row, now, actor, by)
    return client_of(row)


def change_client(
    session: Session,
    *,
    client_id: str,
    now: datetime,
    name: str | None = None,
    redirect_uris: Sequence[str] | None = None,
    jwks: Mapping[str, object] | None = None,
    jwks_uri: str | None = None,
    scope_purpose: str | None = None,
    post_logout_redirect_uris: Sequence[str] | None = None,
    loopback: bool = False,
    actor: str = "operator",
    by: str | None = None,
) -> Client:
    """Change what is given; a key left out of ``jwks`` is worth nothing from then on, a retired one keeps its end.

    ``jwks`` also ends an address it had. With a new ``jwks_uri``, keys given by value serve until that address has
    answered once; those of another address are worth nothing at once. An empty ``scope_purpose`` leaves it to the only
    purpose the company has.
    """
    row = get_row(session, client_id)
    given: dict[str, Any] = {
        "name": name,
        "redirect_uris": redirect_uris,
        "jwks": jwks,
        "jwks_uri": jwks_uri,
        "scope_purpose": scope_purpose,
        "post_logout_redirect_uris": post_logout_redirect_uris,
    }
    if jwks is not None and jwks_uri is not None:
        raise BadKeys("Give the client's keys, or the address of its key set; one of the two.")
    if name is not None:
        row.name = _name(name)
    if redirect_uris is not None:
        row.redirect_uris = _redirect_uris(redirect_uris)
    if post_logout_redirect_uris is not None:
        row.post_logout_redirect_uris = _logout_uris(post_logout_redirect_uris)
    if scope_purpose is not None:
        row.scope_purpose = _scope_purpose(scope_purpose, get_company(session, company_id=row.company_id))
    if jwks is not None or jwks_uri is not None:
        row.secret_hash = None  # whoever has a key is no longer proved by less
        company = get_company(session, company_id=row.company_id)
        _set_keys(row, company, jwks, jwks_uri, loopback, now)
    session.flush()
    changed = [what for what, value in given.items() if value is not None]
    code = changed[0] if len(changed) == 1 else None
    record_client(session, "client.changed", row, now, actor, by, code)
    return client_of(row)


def suspend_client(
    session: Session, *, client_id: str, now: datetime, actor: str = "operator", by: str | None = None
) -> Client:
    """Stop one client at once. Suspending twice is one suspension.

    What the operator suspended stays the operator's, whoever came first; see ``resume_client``.
    """
    row = get_row(session, client_id)
    if row.state != "suspended" or (row.suspended_by == "company" and actor == "operator"):
        row.state, row.suspended_by = "suspended", actor
        record_client(session, "client.suspended", row, now, actor, by)
    return client_of(row)


def resume_client(
    session: Session, *, client_id: str, now: datetime, actor: str = "operator", by: str | None = None
) -> Client:
    """Lift a suspension. Raises ``Conflict`` where there is none.

    A company lifts only its own: for the operator's it gets ``Denied``. The operator may lift either.
    """
    row = get_row(session, client_id)
    if row.state != "suspended":
        raise Conflict("This client is not suspended.", code="not_suspended")
    if actor != "operator" and row.suspended_by != actor:
        raise Denied(
            "The operator suspended this client, and only the operator can resume it.",
            code="suspended_by_operator",
        )
    row.state, row.suspended_by = "active", None
    record_client(session, "client.resumed", row, now, actor, by)
    return client_of(row)


def _set_keys(
    row: ClientRow,
    company: Company,
    jwks: Mapping[str, object] | None,
    jwks_uri: str | None,
    loopback: bool,
    now: datetime,
) -> None:
    if jwks_uri is None:
        parsed = parse_jwks(jwks)
        drop_address(row, now)
        replace_keys(row, parsed, "value", now)
        return
    uri = parse_jwks_uri(jwks_uri, domain=company.domain, loopback=loopback)
    if company.domain_proved_at is None:
        raise BadJwksUri("Prove the company's web domain first; until then, give the keys themselves.")
    if uri != row.jwks_uri:
        drop_address(row, now)
        row.jwks_uri = uri


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise Invalid("Give the client a name of at most 100 characters, on one line.", field="name")
    if not is_readable(name):
        raise Invalid(
            "Write it without signs that nobody sees and marks that strike letters out.", field="name"
        )
    return name


def _redirect_uris(uris: Sequence[str]) -> list[str]:
    if isinstance(uris, str) or not 1 <= len(uris) <= MOST_REDIRECT_URIS:
        raise BadRedirectUri("Give a list of 1 to %(most)s redirect URIs.", most=MOST_REDIRECT_URIS)
    parsed = [parse_redirect_uri(uri) for uri in uris]
    if len(set(parsed)) < len(parsed):
        raise BadRedirectUri("A redirect URI is listed twice.")
    return parsed


def _logout_uris(uris: Sequence[str]) -> list[str]:
    """Where a person may be led after signing out: held to what redirect URIs are held to, and there may be none."""
    if not uris:
        return []
    try:
        return _redirect_uris(uris)
    except BadRedirectUri as fault:
        fault.field = "post_logout_redirect_uris"
        raise


def _scope_purpose(purpose: str | None, company: Company) -> str | None:
    if purpose and purpose not in company.purposes:
        raise Invalid("Choose one of the purposes the company has registered.", field="scope_purpose")
    return purpose or None
