"""A company with its client, speaking OAuth and reading: keys, assertions, PKCE, tokens."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
from joserfc import jws
from joserfc.jwk import ECKey

from tests.support.seeds import LOYALTY, REDIRECT, Shop
from vrm import clock, companies
from vrm.house import House
from vrm.ids import new_secret

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DELIVERY = "dpv:DeliveryOfGoods"
MARKETING = "dpv:DirectMarketing"


def line(key: str, purpose: str = DELIVERY, **more: object) -> dict[str, Any]:
    """A line of an ask."""
    return {"key": key, "purpose": purpose, **more}


def needed(key: str, purpose: str = DELIVERY, **more: object) -> dict[str, Any]:
    """A required line of an ask."""
    return line(key, purpose, required=True, **more)


def details(*lines: dict[str, Any], **terms: object) -> str:
    """``authorization_details`` of an ask."""
    return json.dumps([{"type": "vrm_profile", "lines": list(lines), **terms}])


@dataclass(frozen=True)
class Asked:
    """A request a client made, and what it must remember until the answer."""

    params: Mapping[str, str]
    verifier: str
    address: str

    @property
    def state(self) -> str:
        return self.params["state"]


@dataclass(frozen=True)
class Held:
    """What a client got for a code."""

    access_token: str
    refresh_token: str
    consent_id: str
    granted: list[dict[str, Any]]


@dataclass
class Company:
    """A registered organisation and its client: keys, assertions, PKCE, tokens, reads."""

    http: httpx2.Client
    issuer: str
    company_id: str
    client_id: str
    key: ECKey
    redirect_uri: str
    dpop_key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    secret: str | None = None

    @classmethod
    def register(
        cls,
        house: House,
        http: httpx2.Client,
        *,
        name: str = "Nordlicht Versand",
        domain: str = "nordlicht.example",
        purposes: Sequence[str] | Mapping[str, str] = (DELIVERY, MARKETING),
        redirect_uri: str = "",
        approved: bool = True,
        secret: bool = False,
    ) -> Self:
        """Register through services; the proof of the domain is taken as found.

        With a ``secret``, of a sandbox's simple kind: it brings no proofs of possession and gets Bearer tokens.
        """
        now, shared = clock.now(), new_secret() if secret else None
        redirect_uri = redirect_uri or f"https://{domain}/back"

        def arrange(session: Any) -> tuple[companies.Company, companies.Client]:
            company = companies.register(
                session,
                legal_name=name,
                address="1 Harbour Lane\nKiel",
                contact=f"privacy@{domain}",
                domain=domain,
                privacy_notice_url=f"https://{domain}/privacy",
                purposes={
                    each: companies.Stated(purposes[each] if isinstance(purposes, Mapping) else None)
                    for each in purposes
                },
                known_purposes=house.catalogue.purposes,
                now=now,
            )
            if approved:
                companies.prove_domain(
                    session, company_id=company.id, domain=domain, token=company.domain_token, now=now
                )
                companies.approve(session, company_id=company.id, now=now)
            client = companies.new_client(
                session,
                company_id=company.id,
                name=f"{name} shop",
                redirect_uris=[redirect_uri],
                jwks=None if secret else {"keys": [key.as_dict(private=False)]},
                secret=shared,
                now=now,
            )
            return company, client

        key = ECKey.generate_key("P-256", auto_kid=True)
        company, client = house.database.write(arrange)
        return cls(http, house.settings.issuer, company.id, client.id, key, redirect_uri, secret=shared)

    @classmethod
    def speaking_for(cls, shop: Shop, http: httpx2.Client, issuer: str) -> Self:
        """The client of a company that ``seeds`` made."""
        return cls(http, issuer, shop.company.id, shop.client.id, shop.key, REDIRECT)

    def assertion(self, *, header: Mapping[str, Any] | None = None, key: Any = None, **claims: object) -> str:
        """A client assertion (RFC 7523). ``claims`` replace those of a good one; None leaves one out."""
        good = {"iss": self.client_id, "sub": self.client_id, "aud": self.issuer}
        good |= {"exp": int(time.time()) + 60, "jti": secrets.token_urlsafe(16), **claims}  # type: ignore[dict-item]
        said = {name: value for name, value in good.items() if value is not None}
        head = {"alg": "ES256", "kid": self.key.kid, **(header or {})}
        # Signed as bytes, so that a test may claim what no careful library would write.
        return jws.serialize_compact(
            head, json.dumps(said).encode(), key or self.key, algorithms=[head["alg"]]
        )

    def proof(self, assertion: str | None = None) -> dict[str, str]:
        """The parameters with which the client proves itself."""
        if self.secret is not None and assertion is None:
            return {"client_id": self.client_id, "client_secret": self.secret}
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion or self.assertion()}

    def request(self, *lines: dict[str, Any], **terms: object) -> Asked:
        """An authorization request whose parameters stand in the address."""
        verifier = secrets.token_urlsafe(48)
        params = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": secrets.token_urlsafe(8),
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            "authorization_details": details(*lines, **terms),
        }
        return Asked(params, verifier, "/oauth/authorize?" + urlencode(params))

    def push(self, params: Mapping[str, str], *, dpop: str = "") -> httpx2.Response:
        """``POST /oauth/par``, beside a proof of possession where one is given."""
        headers = {"DPoP": dpop} if dpop else {}
        return self.http.post("/oauth/par", data={**params, **self.proof()}, headers=headers)

    def ask(self, *lines: dict[str, Any], **terms: object) -> Asked:
        """A pushed authorization request, and the address to send a person to."""
        return self.pushed(self.request(*lines, **terms))

    def pushed(self, plain: Asked, *, dpop: str = "", **changes: str) -> Asked:
        """The same request, pushed with some parameters changed or added; it must be taken."""
        params = {**plain.params, **changes}
        response = self.push(params, dpop=dpop)
        assert response.status_code == 201, response.text
        query = urlencode({"client_id": self.client_id, "request_uri": response.json()["request_uri"]})
        return Asked(params, plain.verifier, "/oauth/authorize?" + query)

    def possession(
        self,
        method: str,
        path: str,
        token: str | None = None,
        *,
        header: Mapping[str, Any] | None = None,
        key: Any = None,
        **claims: object,
    ) -> str:
        """A DPoP proof (RFC 9449). ``claims`` and ``header`` replace those of a good one; None leaves one out."""
        key = key or self.dpop_key
        good: dict[str, object] = {"htm": method, "htu": self.issuer + path, "iat": int(time.time())}
        good["jti"] = secrets.token_urlsafe(16)
        if token is not None:
            good["ath"] = _base64url(hashlib.sha256(token.encode()).digest())
        said = {name: value for name, value in {**good, **claims}.items() if value is not None}
        told = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False), **(header or {})}
        head = {name: value for name, value in told.items() if value is not None}
        return jws.serialize_compact(head, json.dumps(said).encode(), key, algorithms=[head["alg"]])

    def shown(
        self, method: str, path: str, token: str, purpose: str | None = None, **claims: object
    ) -> dict[str, str]:
        """The headers of a read with a token: bound ones beside a proof."""
        if self.secret is not None:
            return bearer(token, purpose)
        proof = {"DPoP": self.possession(method, path, token, **claims)}  # type: ignore[arg-type]
        return {"Authorization": f"DPoP {token}", **proof} | ({"VRM-Purpose": purpose} if purpose else {})

    def token(
        self, proof: Mapping[str, str] | None = None, /, *, dpop: str | None = None, **params: str
    ) -> httpx2.Response:
        """``POST /oauth/token``, beside a proof of the client's own key unless another is given ("": none)."""
        if dpop is None:
            dpop = self.possession("POST", "/oauth/token") if self.secret is None else ""
        return self.http.post(
            "/oauth/token",
            data={**params, **(proof or self.proof())},
            headers={"DPoP": dpop} if dpop else {},
        )

    def redeem(self, asked: Asked, code: str, /, **changes: str) -> httpx2.Response:
        """Exchange a code; ``changes`` replace what a good request says."""
        params = {"code": code, "redirect_uri": self.redirect_uri, "code_verifier": asked.verifier, **changes}
        return self.token(**{"grant_type": "authorization_code", **params})

    def take_back(self, asked: Asked, landed: str) -> Held:
        """Read the address a person came back with, and get the tokens."""
        assert landed.startswith(self.redirect_uri + "?"), landed
        said = answer(landed)
        assert (said["state"], said["iss"]) == (asked.state, self.issuer)
        response = self.redeem(asked, said["code"])
        assert response.status_code == 200, response.text
        got = response.json()
        return Held(
            got["access_token"],
            got["refresh_token"],
            got["grant_id"],
            got["authorization_details"][0]["lines"],
        )

    def own_token(self) -> str:
        """The client's own access token."""
        response = self.token(grant_type="client_credentials")
        assert response.status_code == 200, response.text
        return str(response.json()["access_token"])

    def refresh(self, refresh_token: str) -> httpx2.Response:
        """Use a refresh token."""
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def read(self, access_token: str, purpose: str | None = None, keys: str | None = None) -> httpx2.Response:
        """``GET /v1/profile``."""
        params = {} if keys is None else {"keys": keys}
        return self.http.get(
            "/v1/profile", params=params, headers=self.shown("GET", "/v1/profile", access_token, purpose)
        )

    def read_many(
        self,
        consent_ids: Sequence[str],
        *,
        token: str | None = None,
        purpose: str | None = None,
        keys: Sequence[str] | None = None,
    ) -> httpx2.Response:
        """``POST /v1/disclosures``."""
        body: dict[str, object] = {"consent_ids": list(consent_ids)}
        if keys is not None:
            body["keys"] = list(keys)
        headers = self.shown("POST", "/v1/disclosures", token or self.own_token(), purpose)
        return self.http.post("/v1/disclosures", json=body, headers=headers)

    def propose(self, access_token: str, mark: str = "", **changes: Any) -> httpx2.Response:
        """``POST /v1/proposals``: a loyalty number, unless something else is said."""
        said = {"key": "loyalty_number", "value": dict(LOYALTY), "why": "You are a member now.", **changes}
        shown = self.shown("POST", "/v1/proposals", access_token)
        return self.http.post(
            "/v1/proposals", json=said, headers={**shown, "Idempotency-Key": mark or new_secret()}
        )

    def consents(
        self, after: str | None = None, *, token: str | None = None, **narrowed: str
    ) -> httpx2.Response:
        """``GET /v1/consents``."""
        return self.own("consents", token=token, **narrowed, **({} if after is None else {"after": after}))

    def own(self, what: str, *, token: str | None = None, **params: str) -> httpx2.Response:
        """``GET /v1/…`` under the client's own token."""
        return self.http.get(
            f"/v1/{what}", params=params, headers=self.shown("GET", f"/v1/{what}", token or self.own_token())
        )

    def introspect(self, token: str) -> httpx2.Response:
        """``POST /oauth/introspect``."""
        return self.http.post("/oauth/introspect", data={"token": token, **self.proof()})

    def give_back(self, token: str) -> httpx2.Response:
        """``POST /oauth/revoke``."""
        return self.http.post("/oauth/revoke", data={"token": token, **self.proof()})


def answer(landed: str) -> dict[str, str]:
    """The parameters of the address a person came back with."""
    return dict(parse_qsl(urlsplit(landed).query, strict_parsing=True))


def bearer(token: str, purpose: str | None = None) -> dict[str, str]:
    """The headers of a read."""
    return {"Authorization": f"Bearer {token}"} | ({"VRM-Purpose": purpose} if purpose else {})


def challenge(verifier: str) -> str:
    """S256 (RFC 7636, section 4.2)."""
    return _base64url(hashlib.sha256(verifier.encode()).digest())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
