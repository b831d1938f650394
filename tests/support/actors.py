"""The people of a test: a company with its client, and a consumer with a browser. HTTP is all they speak.

``World`` makes them. Who exists is arranged through services; what they then do goes over HTTP, in process or to a
running server alike, and every machine response is held to ``openapi.yaml``.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx2
import pytest
from flask import Flask
from joserfc import jws
from joserfc.jwk import ECKey

from tests.support import contract
from tests.support.databases import Fill
from tests.support.forms import Form, get_form
from tests.support.houses import build_house
from tests.support.server import RunningServer
from vrm import accounts, clock, companies, profiles
from vrm.app import create_app
from vrm.config import Settings
from vrm.db import Database
from vrm.house import House

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DELIVERY = "dpv:DeliveryOfGoods"
MARKETING = "dpv:DirectMarketing"
PASSWORD = "correct horse battery staple"
MIA: Mapping[str, object] = {
    "name": "Mia Tran",
    "email": "mia@mail.example",
    "birthdate": "1991-06-17",
    "address": {
        "street_address": "14 Barkly Street",
        "locality": "Brunswick",
        "postal_code": "3056",
        "country": "AU",
    },
}


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

    @classmethod
    def register(
        cls,
        house: House,
        http: httpx2.Client,
        *,
        name: str = "Nordlicht Versand",
        domain: str = "nordlicht.example",
        purposes: Sequence[str] = (DELIVERY, MARKETING),
        redirect_uri: str = "",
        approved: bool = True,
    ) -> Self:
        """Register through services; the proof of the domain is taken as found."""
        now = clock.now()
        redirect_uri = redirect_uri or f"https://{domain}/back"

        def arrange(session: Any) -> tuple[companies.Company, companies.Client]:
            company = companies.register(
                session,
                legal_name=name,
                address="1 Harbour Lane\nKiel",
                contact=f"privacy@{domain}",
                domain=domain,
                privacy_notice_url=f"https://{domain}/privacy",
                purposes=dict.fromkeys(purposes),
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
                jwks={"keys": [key.as_dict(private=False)]},
                now=now,
            )
            return company, client

        key = ECKey.generate_key("P-256", auto_kid=True)
        company, client = house.database.write(arrange)
        return cls(http, house.settings.issuer, company.id, client.id, key, redirect_uri)

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

    def push(self, params: Mapping[str, str]) -> httpx2.Response:
        """``POST /oauth/par``."""
        return self.http.post("/oauth/par", data={**params, **self.proof()})

    def ask(self, *lines: dict[str, Any], **terms: object) -> Asked:
        """A pushed authorization request, and the address to send a person to."""
        plain = self.request(*lines, **terms)
        pushed = self.push(plain.params)
        assert pushed.status_code == 201, pushed.text
        query = urlencode({"client_id": self.client_id, "request_uri": pushed.json()["request_uri"]})
        return Asked(plain.params, plain.verifier, "/oauth/authorize?" + query)

    def token(self, proof: Mapping[str, str] | None = None, /, **params: str) -> httpx2.Response:
        """``POST /oauth/token``."""
        return self.http.post("/oauth/token", data={**params, **(proof or self.proof())})

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
        return self.http.get("/v1/profile", params=params, headers=bearer(access_token, purpose))

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
        return self.http.post(
            "/v1/disclosures", json=body, headers=bearer(token or self.own_token(), purpose)
        )

    def consents(self, after: str | None = None, *, token: str | None = None) -> httpx2.Response:
        """``GET /v1/consents``."""
        params = {} if after is None else {"after": after}
        return self.http.get("/v1/consents", params=params, headers=bearer(token or self.own_token()))

    def introspect(self, token: str) -> httpx2.Response:
        """``POST /oauth/introspect``."""
        return self.http.post("/oauth/introspect", data={"token": token, **self.proof()})

    def give_back(self, token: str) -> httpx2.Response:
        """``POST /oauth/revoke``."""
        return self.http.post("/oauth/revoke", data={"token": token, **self.proof()})


@dataclass
class Consumer:
    """A person with a profile, at one browser."""

    http: httpx2.Client
    origin: str
    email: str
    consumer_id: str
    items: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def join(
        cls,
        house: House,
        http: httpx2.Client,
        *,
        email: str = "mia@mail.example",
        values: Mapping[str, object] = MIA,
    ) -> Self:
        """Make a profile through services. A list of values is as many items of a plural field."""
        now = clock.now()
        newcomer = accounts.prepare_newcomer(
            house.keys, house.hasher, email=email, password=PASSWORD, name=""
        )

        def arrange(session: Any) -> dict[str, list[str]]:
            invitation = accounts.invite(session, house.keys, email=email, client="127.0.0.1", now=now)
            assert invitation is not None
            accounts.complete_sign_up(session, token=invitation.token, newcomer=newcomer, now=now)
            items: dict[str, list[str]] = {}
            for name, given in values.items():
                for place, raw in enumerate(given if isinstance(given, list) else [given]):
                    item = profiles.put(
                        session,
                        house.keys,
                        house.catalogue,
                        consumer_id=newcomer.consumer_id,
                        field=name,
                        raw=raw,
                        now=now + timedelta(milliseconds=place),  # items stand in the order they were added
                    )
                    items.setdefault(name, []).append(item.item_id)
            return items

        items = house.database.write(arrange)
        return cls(http, origin(house.settings.issuer), email, newcomer.consumer_id, items)

    def sign_in(self, going: str = "/home") -> httpx2.Response:
        """Sign in on the page; gives the redirect that follows."""
        page = self.http.get("/sign-in", params={"next": going})
        form = get_form(page.text, "/sign-in")
        response = self.send(form, email=self.email, password=PASSWORD)
        assert response.status_code == 303, response.status_code
        return response

    def open(self, address: str) -> httpx2.Response:
        """Go to an address and follow what stays on this site; the last response."""
        response = self.http.get(address)
        while response.is_redirect:
            target = urljoin(str(response.url), response.headers["location"])
            if not target.startswith(self.origin + "/"):
                break
            response = self.http.get(target)
        return response

    def look(self, asked: Asked) -> tuple[str, Form]:
        """The page of a request: its path and its form."""
        page = self.open(asked.address)
        assert page.status_code == 200, page.text[:300]
        return page.url.path, get_form(page.text, page.url.path)

    def grant(self, asked: Asked, *, take: Sequence[str] = (), **changes: str) -> str:
        """Allow; ``take`` are the optional lines ticked. The address of the client that follows."""
        _, form = self.look(asked)
        return self.landed(self.send(form, decision="grant", take=list(take), **changes))

    def refuse(self, asked: Asked) -> str:
        """Say no. The address of the client that follows."""
        _, form = self.look(asked)
        return self.landed(self.send(form, decision="refuse"))

    def revoke(self, consent_id: str) -> None:
        """Revoke a consent on its page."""
        path = f"/consents/{consent_id}/revoke"
        response = self.send(get_form(self.http.get(path).text, path))
        assert response.status_code == 303, response.status_code

    def send(
        self, form: Form, headers: Mapping[str, str] | None = None, /, **changes: str | list[str]
    ) -> httpx2.Response:
        """Send a form with some fields changed, as a browser does; the response, not followed."""
        return self.http.post(
            form.action, data={**form.values, **changes}, headers={"Origin": self.origin, **(headers or {})}
        )

    def landed(self, response: httpx2.Response) -> str:
        """Where a decision sent the browser."""
        assert response.status_code == 303, response.text[:300]
        return str(response.headers["location"])


@dataclass
class World:
    """A house, and how to reach it over HTTP. ``app`` is its application where that runs in this process."""

    house: House
    connect: Callable[[], httpx2.Client]
    app: Flask | None = None
    _made: list[httpx2.Client] = field(default_factory=list)
    _companies: int = 0

    def company(self, **facts: Any) -> Company:
        """A company that may ask, each with a domain of its own; see ``Company.register``."""
        self._companies += 1
        if self._companies > 1:
            facts.setdefault("domain", f"nordlicht{self._companies}.example")
        return Company.register(self.house, self.http(), **facts)

    def consumer(self, **facts: Any) -> Consumer:
        """A person who is signed in; see ``Consumer.join``."""
        person = Consumer.join(self.house, self.http(), **facts)
        person.sign_in()
        return person

    def http(self) -> httpx2.Client:
        """A client with cookies of its own; it follows no redirects by itself."""
        self._made.append(self.connect())
        return self._made[-1]

    def close(self) -> None:
        """Let go of every connection."""
        for made in self._made:
            made.close()


def in_process(house: House, app: Flask) -> World:
    """A house reached in this process."""

    def connect() -> httpx2.Client:
        return httpx2.Client(
            transport=httpx2.WSGITransport(app=app),
            base_url=house.settings.issuer,
            event_hooks={"response": [contract.check]},
        )

    return World(house, connect, app)


@pytest.fixture
def world(house: House, app: Flask) -> Iterator[World]:
    """The test's house, once for each engine, reached in this process."""
    made = in_process(house, app)
    yield made
    made.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, _sqlite_with_tables: Fill) -> Iterator[World]:
    """One house for a whole module, for requests that are refused and so change nothing for the next."""
    folder = tmp_path_factory.mktemp("town")
    database = Database(_sqlite_with_tables(folder))
    with build_house(folder / "home", database) as house:
        made = in_process(house, create_app(house))
        yield made
        made.close()
    database.close()


@contextmanager
def served(server: RunningServer) -> Iterator[World]:
    """A running server, reached over the wire; its house is opened here as well, to arrange who exists."""

    def connect() -> httpx2.Client:
        return httpx2.Client(base_url=server.url, timeout=30, event_hooks={"response": [contract.check]})

    with House.open(Settings.load(server.environment)) as house:
        made = World(house, connect)
        try:
            yield made
        finally:
            made.close()


def answer(landed: str) -> dict[str, str]:
    """The parameters of the address a person came back with."""
    return dict(parse_qsl(urlsplit(landed).query, strict_parsing=True))


def bearer(token: str, purpose: str | None = None) -> dict[str, str]:
    """The headers of a read."""
    return {"Authorization": f"Bearer {token}"} | ({"VRM-Purpose": purpose} if purpose else {})


def challenge(verifier: str) -> str:
    """S256 (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def origin(issuer: str) -> str:
    """The origin of an issuer."""
    parts = urlsplit(issuer)
    return f"{parts.scheme}://{parts.netloc}"
