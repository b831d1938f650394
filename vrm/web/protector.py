"""From an ``Authorization`` header to the row of its token (RFC 6750).

What the token is worth is not decided here: a token proves who asks and on which consent, and the door weighs
whether that consent still stands.
"""

from dataclasses import dataclass
from typing import NoReturn

from flask import abort, g, request

from vrm import accounts, clock, tokens
from vrm.web import problems
from vrm.web.rooms import house

_REALM = 'Bearer realm="vrm"'


@dataclass(frozen=True)
class OwnToken:
    """A client speaking for itself."""

    client_id: str


@dataclass(frozen=True)
class ConsentToken:
    """A client reading under one consent."""

    client_id: str
    consent_id: str
    epoch: int


def consent_token() -> ConsentToken:
    """The token of this request, which must stand on a consent; answers 401 or 403 otherwise."""
    row = _token()
    if row.consent_id is None or row.epoch is None:
        refuse(403, "insufficient_scope", "This needs the token of a consent, not the client's own.")
    return ConsentToken(row.client_id, row.consent_id, row.epoch)


def own_token() -> OwnToken:
    """The token of this request, which must be the client's own; answers 401 or 403 otherwise."""
    row = _token()
    if row.consent_id is not None:
        refuse(
            403, "insufficient_scope", "This needs the client's own token (grant type client_credentials)."
        )
    return OwnToken(row.client_id)


def auditor_id() -> str:
    """The auditor whose program brings this request's token; answers 401 or 403 otherwise.

    The token is worth what the mandate is worth at this moment; it is asked about at most once in a request.
    """
    if "auditor_id" not in g:
        secret, now = _secret(), clock.now()
        found = house().database.read(
            lambda session: accounts.find_auditor_by_token(session, token=secret, now=now)
        )
        if found is None:
            if _find_access_token(secret) is not None:
                refuse(403, "insufficient_scope", "This needs a token that an auditor made (scope audit).")
            refuse(
                401,
                "invalid_token",
                "The token is unknown, expired or ended, or the mandate behind it has ended. Make a new one.",
            )
        g.auditor_id = found
    return str(g.auditor_id)


def refuse(status: int, code: str, detail: str) -> NoReturn:
    """Answer with a problem and the challenge of RFC 6750, section 3."""
    response = problems.respond(status, code, detail)
    error = "" if code == "token_required" else f', error="{_wire_code(status, code)}"'
    response.headers["WWW-Authenticate"] = _REALM + error
    abort(response)


def _wire_code(status: int, code: str) -> str:
    """RFC 6750, section 3.1, knows three codes."""
    if status == 401:
        return "invalid_token"
    return "insufficient_scope" if status == 403 else code


def _token() -> tokens.Token:
    secret = _secret()
    row = _find_access_token(secret)
    if row is not None:
        return row
    now = clock.now()
    auditor = house().database.read(
        lambda session: accounts.find_auditor_by_token(session, token=secret, now=now)
    )
    if auditor is not None:
        refuse(
            403, "insufficient_scope", "An auditor's token (scope audit) opens /v1/audit and nothing else."
        )
    refuse(401, "invalid_token", "The access token is unknown, expired or revoked. Get a new one.")


def _find_access_token(secret: str) -> tokens.Token | None:
    return house().database.read(
        lambda session: tokens.find_token(session, secret, kind="access", now=clock.now())
    )


def _secret() -> str:
    headers = request.headers.getlist("Authorization")
    if not headers:
        refuse(401, "token_required", "Send an access token in the Authorization header.")
    scheme, _, secret = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not secret.strip():
        refuse(
            400, "invalid_request", "Send one Authorization header of the form: Bearer, a space, the token."
        )
    return secret.strip()
