"""private_key_jwt: a client proves itself with a signed assertion (RFC 7523, OpenID Connect Core section 9)."""

import time
from datetime import UTC, datetime
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key

from vrm import clock, companies, tokens
from vrm.web.oauth.clients import Client
from vrm.web.oauth.transaction import current_session

ALGORITHMS = ["ES256", "PS256", "Ed25519"]  # FAPI 2.0, section 5.4.1
LEEWAY = 10
MOST_LIFE = 3600
MOST_JTI = 256


class KeyNotKnown(Exception):
    """An assertion names a key that its client may have published since. Look once, outside the transaction."""

    def __init__(self, client_id: str) -> None:
        super().__init__(client_id)
        self.client_id = client_id


class ClientAssertion(JWTBearerClientAssertion):  # type: ignore[misc]
    """Accepts an assertion once, meant for this server, signed by a key the client registered."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, issuer: str) -> None:
        super().__init__(leeway=LEEWAY)
        self._issuer = issuer

    def __call__(self, query_client: Any, request: Any) -> Client | None:
        """The client that the request proves to come from. A client_id beside it is the same (RFC 7521, 4.2)."""
        client: Client | None = super().__call__(query_client, request)
        if client is not None and request.form.get("client_id", client.client_id) != client.client_id:
            raise InvalidClientError(description="The client_id is not that of the client assertion.")
        return client

    def extract_assertion(self, assertion: str) -> Any:
        """Headers and claims, not verified yet. Raises ``InvalidClientError`` alone, whatever was sent."""
        try:
            return super().extract_assertion(assertion)
        except (ValueError, TypeError, RecursionError) as fault:
            raise InvalidClientError(description="The client assertion is not a JWT.") from fault

    def get_audiences(self) -> list[str]:
        """RFC 7523, section 3: this server, by its issuer identifier or its token endpoint."""
        return [self._issuer, f"{self._issuer}/oauth/token"]

    def resolve_client_public_key(self, client: Client) -> KeySet:
        """The client's keys that are good now, which may be none."""
        good = client.asker.client.good_keys(clock.now())
        return KeySet([import_key(dict(key.jwk)) for key in good])

    def process_assertion_claims(self, assertion: str, key: KeySet) -> Any:
        """Verify signature and claims. Raises ``InvalidClientError``, which does not say which part was wrong.

        And ``KeyNotKnown``, before anything is changed, where the client's key set should be read first.
        """
        self._require_known(assertion, key)
        try:
            claims = jwt.decode(assertion, key, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, KeyError) as fault:
            raise InvalidClientError(description="The client assertion does not verify.") from fault
        # A list would let an assertion that was meant for several servers be replayed among them.
        if not isinstance(claims.get("aud"), str):
            raise InvalidClientError(description="The aud of a client assertion is one string.")
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 1 <= len(jti) <= MOST_JTI or not jti.isprintable():
            raise InvalidClientError(description="A client assertion needs a jti.")
        exp = claims.get("exp")
        if not (
            isinstance(exp, (int, float)) and 0 < exp <= time.time() + MOST_LIFE
        ):  # false for NaN as well
            raise InvalidClientError(description="A client assertion expires within an hour.")
        self.verify_claims(claims)
        return claims

    def _require_known(self, assertion: str, keys: KeySet) -> None:
        header, claims = self.extract_assertion(assertion)
        known, kid = {key.kid for key in keys.keys}, header.get("kid")
        # One without a kid means the only key there is.
        missing = kid not in known if isinstance(kid, str) else not known
        if missing and companies.is_jwks_due(current_session(), client_id=claims["sub"], now=clock.now()):
            raise KeyNotKnown(claims["sub"])

    def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
        """RFC 7523, section 3: a ``jti`` counts once, on every process."""
        expires_at = datetime.fromtimestamp(claims["exp"] + LEEWAY, UTC)
        return tokens.use_assertion(
            current_session(), client_id=claims["sub"], jti=jti, expires_at=expires_at
        )
