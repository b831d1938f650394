"""Authlib's client, which also shows that it holds the key its tokens are bound to (DPoP, RFC 9449).

Authlib knows no such proofs, but leaves room for them: how a request is authenticated is an ``httpx2.Auth``.
"""

import time
from collections.abc import Generator
from typing import Any

import httpx2
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey


class Client(OAuth2Client):  # type: ignore[misc]
    """Every request goes beside a proof. Tokens are shown as DPoP, and are worth nothing to anybody else."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.bound_to = ECKey.generate_key("P-256")
        self.nonce: str | None = None

    def request(
        self, method: str, url: str, withhold_token: bool = False, auth: Any = None, **more: Any
    ) -> httpx2.Response:
        """A request that ``auth`` proves to come from the client; without one the client's token is shown."""
        by = auth if isinstance(auth, httpx2.Auth) else None  # httpx has a sign of its own for "none given"
        answer: httpx2.Response = super().request(method, url, auth=_Proved(self, by), **more)
        return answer


class _Proved(httpx2.Auth):
    """What ``auth`` does, and a proof beside it."""

    requires_request_body = True

    def __init__(self, client: Client, auth: httpx2.Auth | None) -> None:
        self._client, self._auth = client, auth

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        response = yield self._prove(request)
        if response.status_code in (400, 401) and "DPoP-Nonce" in response.headers:
            self._client.nonce = response.headers[
                "DPoP-Nonce"
            ]  # section 8: once more, with the server's nonce
            yield self._prove(request)

    def _prove(self, request: httpx2.Request) -> httpx2.Request:
        claims: dict[str, Any] = {"htm": request.method, "htu": str(request.url.copy_with(query=None))}
        claims |= {"iat": int(time.time()), "jti": generate_token(32)}
        if self._client.nonce is not None:
            claims["nonce"] = self._client.nonce
        if self._auth is None:
            token = self._client.token["access_token"]
            request.headers["Authorization"] = f"DPoP {token}"
            claims["ath"] = create_s256_code_challenge(token)  # the same hash (section 4.2)
        else:
            request = next(self._auth.auth_flow(request))
        key = self._client.bound_to
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
        request.headers["DPoP"] = jwt.encode(header, claims, key)
        return request
