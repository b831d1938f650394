"""The key a client's tokens are bound to: its DPoP proof at the token and the pushing endpoint (RFC 9449)."""

from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import OAuth2Request
from flask import request as flask_request

from vrm import clock
from vrm.web import dpop
from vrm.web.oauth import verified
from vrm.web.oauth.clients import Client
from vrm.web.oauth.transaction import see_once


def read_proof(server: Any) -> dpop.Proof:
    """The proof of the running request. Raises ``dpop.BadProof``."""
    return verified.proof(
        lambda: server.prover.read_proof(
            flask_request.headers.getlist("DPoP"),
            method=flask_request.method,
            address=server.house.settings.issuer + flask_request.path,
            now=clock.now(),
        )
    )


class ProofError(OAuth2Error):  # type: ignore[misc]
    """``invalid_dpop_proof``, or ``use_dpop_nonce`` with a nonce to use (RFC 9449, sections 5 and 8)."""

    def __init__(self, fault: dpop.BadProof, nonce: str) -> None:
        super().__init__(error=fault.code, description=fault.message, status_code=400)
        self._nonce = nonce if fault.code == "use_dpop_nonce" else None

    def get_headers(self) -> list[tuple[str, str]]:
        headers: list[tuple[str, str]] = super().get_headers()
        return [*headers, ("DPoP-Nonce", self._nonce)] if self._nonce else headers


def prove(server: Any, request: OAuth2Request, client: Client, *, required: bool) -> str | None:
    """The thumbprint of the key that the request's proof shows, now used up; None where it brings none and may not.

    Only a client of the simple kind may do without where a proof is ``required`` (FAPI 2.0, section 5.3.2.1).
    """
    sent = request.headers.getlist("DPoP")
    if not sent and (client.is_simple or not required):
        return None
    try:
        proof = read_proof(server)
        if not see_once(proof.shown):
            raise dpop.BadProof(dpop.USED_BEFORE)
    except dpop.BadProof as fault:
        raise ProofError(fault, server.prover.nonce(clock.now())) from fault
    return str(proof.jkt)
