"""A company of the story: its web site on loopback, and its OAuth client, which is Authlib's own."""

import json
import threading
from collections.abc import Callable
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
from authlib.common.security import generate_token
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

from vrm.demo.possession import Client

PROOF_PATH = "/.well-known/vrm-domain-proof"


_BACK = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The company's web site</title>
<style>:root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}</style>
<h1>You are back at the company's web site</h1>
<p>This page stands for it in the demo. Your decision has been told to the company, and it holds.</p>
<ul>
<li><a href="$issuer/home">Go back to your own pages</a>: what you allow, who reads it, and who else asks
<li><a href="$issuer/company/sign-in">Try it again from the other side</a>: sign in as the owner of a company, whose
console builds an ask and runs it step by step
</ul>
</html>
"""
"""Where people come back to. What the address holds, such as a code, is never said on it."""


class Site:
    """Web sites of companies: each shows the proof of its domain, and takes people back from a decision.

    ``issuer``: where people go on to from there.
    """

    def __init__(self, port: int = 0, *, issuer: str = "") -> None:
        self.proofs: dict[str, Callable[[], str]] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = (self.headers.get("Host") or "").partition(":")[0]
                proof = site.proofs.get(host) if self.path == PROOF_PATH else None
                body = (proof() if proof else _BACK.replace("$issuer", escape(issuer))).encode()
                self.send_response(200)
                self.send_header("Content-Type", f"text/{'plain' if proof else 'html'}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: the query of a callback holds a code."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class Shop:
    """One registered client, speaking OAuth 2.0 with a stock library, as the FAPI 2.0 Security Profile wants it."""

    def __init__(self, issuer: str, client_id: str, key: ECKey, redirect_uri: str) -> None:
        self.issuer = issuer
        self.redirect_uri = redirect_uri
        self._assertion = PrivateKeyJWT(issuer, alg="ES256", headers={"kid": key.kid})
        self._client_id, self._key = client_id, key
        self.oauth = self._new_session()
        self._state = self._verifier = ""

    def ask(self, details: dict[str, Any]) -> str:
        """Push a request; the address to send a person to."""
        self._verifier = generate_token(48)
        whole, self._state = self.oauth.create_authorization_url(
            f"{self.issuer}/oauth/authorize",
            code_verifier=self._verifier,
            authorization_details=json.dumps([{"type": "vrm_profile", **details}]),
        )
        pushed = self.oauth.post(
            f"{self.issuer}/oauth/par",
            data=dict(parse_qsl(urlsplit(whole).query)),
            auth=self.oauth.client_auth(self._assertion),
        ).raise_for_status()
        query = urlencode({"client_id": self._client_id, "request_uri": pushed.json()["request_uri"]})
        return f"{self.issuer}/oauth/authorize?{query}"

    def take_back(self, answer: str) -> dict[str, Any]:
        """Exchange the code in the address a person came back with for tokens."""
        if dict(parse_qsl(urlsplit(answer).query)).get("iss") != self.issuer:  # RFC 9207, section 2.4
            raise ValueError("the answer is another server's")
        token: dict[str, Any] = self.oauth.fetch_token(
            f"{self.issuer}/oauth/token",
            authorization_response=answer,
            state=self._state,
            code_verifier=self._verifier,
        )
        return token

    def read(self, purpose: str | None = None, keys: str | None = None) -> httpx2.Response:
        """``GET /v1/profile`` under the person's token."""
        response: httpx2.Response = self.oauth.get(
            f"{self.issuer}/v1/profile",
            headers={"VRM-Purpose": purpose} if purpose else {},
            params={"keys": keys} if keys else {},
        )
        return response

    def own(self) -> Client:
        """A session under the client's own token, for what belongs to no single person."""
        session = self._new_session()
        session.fetch_token(f"{self.issuer}/oauth/token", grant_type="client_credentials")
        return session

    def introspect(self, token: str) -> dict[str, Any]:
        """What the server says of a token (RFC 7662)."""
        answer: dict[str, Any] = self.oauth.introspect_token(
            f"{self.issuer}/oauth/introspect", token=token
        ).json()
        return answer

    def _new_session(self) -> Client:
        return Client(
            self._client_id,
            self._key,
            redirect_uri=self.redirect_uri,
            token_endpoint_auth_method=self._assertion,
            revocation_endpoint_auth_method=self._assertion,
            code_challenge_method="S256",
        )
