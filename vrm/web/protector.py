"""From an ``Authorization`` header to the row of its token (RFC 6750), shown by whoever may show it (RFC 9449).

What the token is worth is not decided here: a token proves who asks and on which consent, and the door weighs
whether that consent still stands.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NoReturn, cast

from flask import Response, abort, current_app, g, request

from vrm import accounts, clock, tokens
from vrm.web import audiences, problems
from vrm.web.dpop import USED_BEFORE, BadProof, Proof, Prover, see
from vrm.web.rooms import house
from vrm.web.signed import ALGORITHMS
from vrm.web.site import site

_BEARER, _DPOP = "Bearer", "DPoP"


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
    consumer_id: str
    scope: str
    shown: tokens.Shown | None = None


@contextmanager
def reading() -> Iterator[ConsentToken]:
    """As ``consent_token``, for the door: ``shown`` is the proof, which the read uses up in its own commit.

    Where the door does not, since nothing was read, it is used up all the same when this ends.
    """
    row, proof = _find_shown()
    try:
        yield replace(_on_consent(row), shown=None if proof is None else proof.shown)
    except tokens.ShownBefore:
        _refuse_proof(BadProof(USED_BEFORE))
    except Exception:
        _use_up(proof)
        raise


def consent_token() -> ConsentToken:
    """The token of this request, which must stand on a consent; answers 401 or 403 otherwise."""
    return _on_consent(_token())


def _on_consent(row: tokens.AccessToken) -> ConsentToken:
    if row.consent_id is None or row.epoch is None:
        refuse(403, "insufficient_scope", "This needs the token of a consent, not the client's own.")
    assert row.consumer_id is not None
    return ConsentToken(row.client_id, row.consent_id, row.epoch, row.consumer_id, row.scope)


def own_token(*, scope: str | None = None) -> OwnToken:
    """The token of this request, which must be the client's own; answers 401 or 403 otherwise.

    One that was asked for with scopes is good for these alone, and one without for everything that needs none.
    """
    row = _token()
    if row.consent_id is not None:
        refuse(
            403, "insufficient_scope", "This needs the client's own token (grant type client_credentials)."
        )
    if scope is not None and scope not in row.scope.split():
        refuse(
            403,
            "insufficient_scope",
            f"This needs the client's own token with the scope {scope}.",
            scope=scope,
        )
    if scope is None and row.scope:
        refuse(403, "insufficient_scope", "This needs the client's own token, asked for without a scope.")
    return OwnToken(row.client_id)


def auditor_id() -> str:
    """The auditor whose program brings this request's token; answers 401 or 403 otherwise.

    The token is worth what the mandate is worth at this moment; it is asked about at most once in a request.
    """
    if "auditor_id" not in g:
        (scheme, secret), now = _secret(), clock.now()
        _require(scheme == _BEARER, "An auditor's token is shown as Bearer.")
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


def refuse(
    status: int, code: str, detail: str, *, nonce: str | None = None, scope: str | None = None
) -> NoReturn:
    """Answer with a problem and a challenge; ``scope`` is what a token for it must have."""
    response = problems.respond(status, code, detail)
    challenge(response, status, code, scope)
    if nonce is not None:
        response.headers["DPoP-Nonce"] = nonce
    abort(response)


def challenge(response: Response, status: int, code: str, scope: str | None = None) -> None:
    """A challenge for each way to show a token (RFC 6750, section 3; RFC 9449, section 7.1).

    Where every token is bound to a key, which is everywhere but in a sandbox, that way is DPoP alone.
    """
    about = (
        f'resource_metadata="{site().issuer}/.well-known/oauth-protected-resource"'  # RFC 9728, section 5.1
    )
    error = "" if code == "token_required" else f'error="{_wire_code(status, code)}", '
    error += f'scope="{scope}", ' if scope else ""
    if "auditor_token" in audiences.of(current_app.view_functions.get(request.endpoint or "")):
        # An auditor's token is bound to no key, and no authorization server gives it out.
        response.headers.add("WWW-Authenticate", f'{_BEARER} realm="vrm", {error}'.rstrip(", "))
        return
    ways = [(_DPOP, f'algs="{" ".join(ALGORITHMS)}", '), *([(_BEARER, "")] if site().sandbox else [])]
    for scheme, own in ways:
        response.headers.add("WWW-Authenticate", f'{scheme} realm="vrm", {error}{own}{about}')


def _wire_code(status: int, code: str) -> str:
    """RFC 6750, section 3.1, knows three codes; RFC 9449, sections 7.1 and 9, two more."""
    if code in ("invalid_dpop_proof", "use_dpop_nonce"):
        return code
    if status == 401:
        return "invalid_token"
    return "insufficient_scope" if status == 403 else code


def _token() -> tokens.AccessToken:
    """The row of this request's token; looked up, and its proof used up, once in a request."""
    if "access_token" not in g:
        g.access_token, proof = _find_shown()
        _use_up(proof)
    return cast(tokens.AccessToken, g.access_token)


def _find_shown() -> tuple[tokens.AccessToken, Proof | None]:
    """The row of this request's token, and the proof it needs, which may have been used before."""
    scheme, secret = _secret()
    row = _find_access_token(secret)
    if row is not None:
        return row, _proof_of_sender(row, scheme, secret)
    now = clock.now()
    auditor = house().database.read(
        lambda session: accounts.find_auditor_by_token(session, token=secret, now=now)
    )
    if auditor is not None:
        refuse(
            403,
            "insufficient_scope",
            "An auditor's token (scope audit) opens /v1/audit and the log's entries, and nothing else.",
        )
    refuse(401, "invalid_token", "The access token is unknown, expired or revoked. Get a new one.")


def _proof_of_sender(row: tokens.AccessToken, scheme: str, secret: str) -> Proof | None:
    """A token that is bound to a key is worth something only beside a proof by that key (RFC 9449, section 7)."""
    if row.jkt is None:
        _require(scheme == _BEARER, "This token is bound to no key: show it as Bearer.")
        return None
    _require(scheme == _DPOP, "This token is bound to a key: show it as DPoP, beside a proof.")
    now, prover = clock.now(), Prover(house().keys, house().settings.dpop_nonce)
    try:
        address = site().issuer + request.path
        sent = request.headers.getlist("DPoP")
        proof = prover.read_proof(sent, method=request.method, address=address, now=now, access_token=secret)
        if proof.jkt != row.jkt:
            raise BadProof("The proof was made with another key than the token is bound to.")
    except BadProof as fault:
        _refuse_proof(fault, nonce=prover.nonce(now) if fault.code == "use_dpop_nonce" else None)
    return proof


def _use_up(proof: Proof | None) -> None:
    if proof is not None:
        try:
            house().database.write_group(lambda connection: see(connection, proof))
        except BadProof as fault:
            _refuse_proof(fault)


def _refuse_proof(fault: BadProof, *, nonce: str | None = None) -> NoReturn:
    refuse(401, fault.code, fault.message, nonce=nonce)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        refuse(401, "invalid_token", otherwise)


def _find_access_token(secret: str) -> tokens.AccessToken | None:
    return house().database.glance(
        lambda connection: tokens.find_access_token(connection, secret, now=clock.now())
    )


def _secret() -> tuple[str, str]:
    """How a token is shown, and the token."""
    headers = request.headers.getlist("Authorization")
    if not headers:
        refuse(401, "token_required", "Send an access token in the Authorization header.")
    name, _, secret = headers[0].partition(" ")
    scheme = {"bearer": _BEARER, "dpop": _DPOP}.get(name.lower())
    if len(headers) > 1 or scheme is None or not secret.strip():
        refuse(400, "invalid_request", "Send one Authorization header of the form: DPoP, a space, the token.")
    return scheme, secret.strip()
