"""private_key_jwt: a client proves itself with a signed assertion (RFC 7523, OpenID Connect Core section 9)."""

import json
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc.jwk import Key, KeySet, import_key

from vrm import clock, companies, tokens
from vrm.db import Database
from vrm.web import signed
from vrm.web.oauth import verified
from vrm.web.oauth.clients import Client
from vrm.web.oauth.transaction import current_session, see_once

LEEWAY = 10
TYPES = (None, "JWT", "client-authentication+jwt")
"""A text that was signed for something else is no assertion (RFC 8725, section 3.11)."""
MOST_LIFE = 3600
MOST_JTI = 256


class KeyNotKnown(Exception):
    """An assertion names a key that its client may have published since. Look once, outside the transaction."""

    def __init__(self, client_id: str) -> None:
        super().__init__(client_id)
        self.client_id = client_id


def verify_ahead(database: Database, assertion: str) -> None:
    """Verify an assertion against its client's keys of now. Raises ``signed.BadSignature`` where that fails.

    Nothing may be concluded of it: whether there is such a client, and the claims, are looked at in the transaction.
    """
    client_id = verified.take(assertion).claims.get("sub")
    client = database.glance(lambda connection: companies.find_client(connection, client_id=str(client_id)))
    verified.verify(assertion, KeySet([]) if client is None else _good_keys(client))


class ClientAssertion(JWTBearerClientAssertion):  # type: ignore[misc]
    """Accepts an assertion once, meant for this server, signed by a key the client registered."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, issuer: str) -> None:
        super().__init__(leeway=LEEWAY)
        self._issuer = issuer

    def extract_assertion(self, assertion: str) -> Any:
        """Headers and claims, not verified yet. Raises ``InvalidClientError`` alone, whatever was sent."""
        try:
            taken = verified.take(assertion)
        except signed.BadSignature as fault:
            raise InvalidClientError(
                description="The client assertion is not a JWT signed with ES256, PS256 or Ed25519. "
                "EdDSA goes by the name Ed25519 here (RFC 9864)."
            ) from fault
        return taken.header, taken.claims

    def get_audiences(self) -> list[str]:
        """FAPI 2.0, section 5.3.2.1: this server by its issuer identifier, and no endpoint's address."""
        return [self._issuer]

    def resolve_client_public_key(self, client: Client) -> KeySet:
        """The client's keys that are good now, which may be none."""
        return _good_keys(client.asker.client)

    def process_assertion_claims(self, assertion: str, key: KeySet) -> Any:
        """Verify signature and claims. Raises ``InvalidClientError``, which does not say which part was wrong.

        And ``KeyNotKnown``, before anything is changed, where the client's key set should be read first.
        """
        self._require_known(assertion, key)
        header, _ = self.extract_assertion(assertion)
        if header.get("typ") not in TYPES:
            raise InvalidClientError(description="The typ of a client assertion is JWT, or left out.")
        try:
            claims = verified.verify(assertion, key)
        except signed.BadSignature as fault:
            raise InvalidClientError(
                description="The client assertion does not verify. Sign it with a key that is registered for this client."
            ) from fault
        # A list would let an assertion that was meant for several servers be replayed among them.
        if not isinstance(claims.get("aud"), str):
            raise InvalidClientError(description="The aud of a client assertion is one string.")
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 1 <= len(jti) <= MOST_JTI or not jti.isprintable():
            raise InvalidClientError(
                description="A client assertion needs a jti, of at most 256 characters that can be printed."
            )
        exp = claims.get("exp")
        if (
            isinstance(exp, bool)
            or not isinstance(exp, (int, float))
            or not 0 < exp <= time.time() + MOST_LIFE + LEEWAY
        ):
            raise InvalidClientError(description="A client assertion expires within an hour.")
        self.verify_claims(claims)
        return claims

    def _require_known(self, assertion: str, keys: KeySet) -> None:
        header, claims = self.extract_assertion(assertion)
        known, kid = {key.kid for key in signed.fitting(header, keys).keys}, header.get("kid")
        # One without a kid means the only key there is.
        missing = kid not in known if isinstance(kid, str) else not known
        if missing and companies.is_jwks_due(current_session(), client_id=claims["sub"], now=clock.now()):
            raise KeyNotKnown(claims["sub"])

    def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
        """RFC 7523, section 3: a ``jti`` counts once, on every process."""
        expires_at = datetime.fromtimestamp(claims["exp"] + LEEWAY, UTC)
        return see_once(tokens.Shown("assertion", claims["sub"], jti, expires_at))


def _good_keys(client: companies.Client) -> KeySet:
    return KeySet([_key(json.dumps(dict(key.jwk))) for key in client.good_keys(clock.now())])


@lru_cache(maxsize=1000)
def _key(jwk: str) -> Key:
    """Making a key costs more than verifying with it."""
    return import_key(json.loads(jwk))
