"""Community Solid Server: an account, a pod with one document, and a token that is bound to a key (Solid-OIDC).

It is set up through its own JSON API, as its documentation shows.
"""

import base64
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2

from bench.side_by_side import wire
from bench.side_by_side.signing import Key

DOCUMENT = {
    "name": "Mia Tran",
    "birthdate": "1991-06-17",
    "email": "mia@people.example",
    "phone_number": "+61 491 570 156",
    "address": "14 Barkly Street, Brunswick 3056 VIC",
}


@dataclass
class Pod:
    """A person's pod at a server, with a document that only they and whoever has their token may read."""

    port: int
    key: Key = field(default_factory=Key)
    token: str = ""

    def __post_init__(self) -> None:
        with httpx2.Client(base_url=self.address, timeout=30) as http:
            web_id, credentials = self._account(http)
            self.token = self._token(http, credentials)
            put = http.put(self._path, json=DOCUMENT, headers=self._shown("PUT"))
            if put.status_code != 201:
                raise SystemExit(f"the pod of {web_id} took no document: {put.status_code} {put.text[:400]}")

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def read(self) -> bytes:
        """A read of the document, with a proof of now."""
        return wire.get(self._path, self.port, self._shown("GET"))

    _path = "/mia/profile.json"

    def _shown(self, method: str) -> dict[str, str]:
        proof = self.key.proof(method, self.address + self._path, self.token)
        return {"Authorization": f"DPoP {self.token}", "DPoP": proof}

    def _account(self, http: httpx2.Client) -> tuple[str, dict[str, str]]:
        """Make an account with a pod; gives the WebID, and the credentials of a client that acts for it."""
        made = _posted(http, "/.account/account/", {})
        http.headers["Authorization"] = f"CSS-Account-Token {made['authorization']}"
        controls = http.get("/.account/").json()["controls"]
        login = {"email": "mia@people.example", "password": "a long sentence of mine"}
        _posted(http, controls["password"]["create"], login)
        controls = http.get("/.account/").json()["controls"]
        web_id = _posted(http, controls["account"]["pod"], {"name": "mia"})["webId"]
        return web_id, _posted(
            http, controls["account"]["clientCredentials"], {"name": "shop", "webId": web_id}
        )

    def _token(self, http: httpx2.Client, credentials: dict[str, str]) -> str:
        pair = f"{quote(credentials['id'])}:{quote(credentials['secret'])}"
        address = f"{self.address}/.oidc/token"
        answer = http.post(
            address,
            data={"grant_type": "client_credentials", "scope": "webid"},
            headers={
                "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
                "DPoP": self.key.proof("POST", address),
            },
        )
        http.headers.pop("Authorization")
        return str(answer.raise_for_status().json()["access_token"])


def _posted(http: httpx2.Client, address: str, body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = http.post(address, json=body).raise_for_status().json()
    return found
