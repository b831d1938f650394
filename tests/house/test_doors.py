"""Everyone tries every door: the matrix of actors and routes, made from the audience that each route declares.

People come with a session, machines with a token or an assertion. Whom a route's audience does not name is turned
away, and nobody reaches across: with somebody else's ids there is nothing.
"""

import json
import re
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from joserfc import jwt
from werkzeug.test import TestResponse

from tests.support import seeds
from tests.support.databases import Fill
from tests.support.houses import ISSUER, build_house
from tests.support.seeds import Person, Shop
from vrm import accesslog, clock, companies, consents, profiles, tokens
from vrm.app import create_app
from vrm.db import Database
from vrm.house import House
from vrm.ids import new_id, new_secret
from vrm.web import audiences
from vrm.web.audiences import MACHINES, PUBLIC, Door

SECRET = "Quillon Xanthe Vex"

WANTED = {"/v1/profile": "consent token", "/v1/disclosures": "own token", "/v1/consents": "own token"}
"""Which of the two kinds of token a route for tokens takes."""


@dataclass
class Town:
    """Mia, whose consent the client A holds; Ben and the client B, who hold nothing of hers; a suspended client."""

    house: House
    app: Flask
    mia: Person
    ben: Person
    shop: Shop
    rival: Shop
    closed: Shop
    consent: consents.Consent
    item_id: str
    bearers: dict[str, dict[str, str]]

    def request(
        self,
        method: str,
        path: str,
        *,
        person: Person | None = None,
        form: dict[str, str] | None = None,
        csrf: bool = True,
        **more: Any,
    ) -> TestResponse:
        """One request in a browser or program of its own; a form of ours carries its hidden field."""
        client = self.app.test_client()
        if person is not None:
            cookie = seeds.sign_in(self.house, person.account_id, person.consumer_id)
            client.set_cookie("vrm", cookie, domain="localhost")
        if form is not None and csrf:
            page = client.get("/account" if person else "/sign-in", base_url=ISSUER).text
            found = re.search(r'name="csrf" value="([^"]+)"', page)
            assert found is not None
            form = form | {"csrf": found[1]}
        return client.open(path, method=method, base_url=ISSUER, data=form, buffered=True, **more)

    def paths(self, door: Door) -> str:
        """The path of a door, with Mia's ids in it."""
        own = {
            "<uuid:ask_id>": lambda: seeds.ask(self.house, self.mia, self.shop, seeds.terms("name")),
            "<uuid:consent_id>": lambda: seeds.grant(self.house, self.mia, self.shop, "name").id,
            "<field>/<uuid:item>": lambda: f"gift_wish/{self.item_id}",
            "<field>": lambda: "name",
            "<mark>/<name>": lambda: urlsplit(_an_asset(self.app)).path.removeprefix("/static/"),
        }
        path = door.rule
        for argument, value in own.items():
            if argument in path:
                path = path.replace(argument, value())
        assert "<" not in path, f"what stands for the arguments of {door.rule}?"
        return path

    def bring(self, method: str, rule: str, headers: dict[str, str]) -> TestResponse:
        """A request to a route for tokens, for Mia's data."""
        body = {"consent_ids": [self.consent.id]} if method == "POST" else None
        return self.app.test_client().open(
            rule, method=method, base_url=ISSUER, headers=headers, json=body, buffered=True
        )

    def prove(self, shop: Shop, path: str, *, signed_by: Shop | None = None, **form: str) -> TestResponse:
        """A request in which a client proves itself, or tries to."""
        claims = {
            "iss": shop.client.id, "sub": shop.client.id, "aud": ISSUER,
            "exp": int(time.time()) + 60, "jti": secrets.token_hex(16),
        }  # fmt: skip
        proof = {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode({"alg": "ES256"}, claims, (signed_by or shop).key),
        }
        return self.app.test_client().post(path, base_url=ISSUER, data=form | proof)

    def doors(self, *names: str) -> Iterator[tuple[Door, str]]:
        """Each route, with each of its methods, whose audience has one of these names."""
        for door in audiences.matrix(self.app):
            if door.audiences & set(names):
                for method in sorted(door.methods):
                    yield door, method


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, _sqlite_with_tables: Fill) -> Iterator[Town]:
    """Everybody, in one house."""
    folder = tmp_path_factory.mktemp("doors")
    with build_house(folder / "home", Database(_sqlite_with_tables(folder))) as house:
        mia = seeds.person(house, {"name": SECRET})
        item = seeds.put(house, mia.consumer_id, "gift_wish", f"{SECRET} socks")
        ben = seeds.person(house, {"name": "Ben Okafor"})
        shop, rival, closed = (seeds.shop(house, name) for name in ("Nordlicht", "Kavanagh", "Gone"))
        consent, ended = (seeds.grant(house, mia, shop, "name") for _ in range(2))
        bearers = {
            "anonymous": None,
            "a token that never was": new_secret("vrm_at_"),
            "consent token": seeds.access_token(house, consent),
            "own token": seeds.own_token(house, shop),
            "own token of B": seeds.own_token(house, rival),
            "token of an ended consent": seeds.access_token(house, ended),
            "expired consent token": _expired(
                house, tokens.Grantee(shop.client.id, mia.consumer_id, consent.id, 1)
            ),
            "expired own token": _expired(house, tokens.Grantee(shop.client.id)),
            "consent token of a suspended client": seeds.access_token(
                house, seeds.grant(house, mia, closed, "name")
            ),
            "own token of a suspended client": seeds.own_token(house, closed),
        }
        seeds.revoke(house, ended)
        house.database.write(
            lambda db: companies.suspend_client(db, client_id=closed.client.id, now=clock.now())
        )
        accesslog.sequence(house.database)
        accesslog.publish(house.database, house.keys.log_signer, house.settings.log_origin)
        yield Town(
            house, create_app(house), mia, ben, shop, rival, closed, consent, item.item_id,
            {name: {"Authorization": f"Bearer {token}"} if token else {} for name, token in bearers.items()},
        )  # fmt: skip


def _expired(house: House, grantee: tokens.Grantee) -> str:
    secret, past = new_secret("vrm_at_"), clock.now() - timedelta(hours=1)
    house.database.write(
        lambda db: tokens.issue_token(
            db, secret, kind="access", grantee=grantee, scope="", expires_at=past, now=past
        )
    )
    return secret


def _an_asset(app: Flask) -> str:
    page = app.test_client().get("/sign-in", base_url=ISSUER).text
    return str(re.findall(r'"(/static/[^"]+\.css)"', page)[0])


def turned_away(response: TestResponse) -> bool:
    """Sent to sign in, or refused."""
    to_sign_in = response.status_code == 303 and response.headers["Location"].startswith("/sign-in")
    return to_sign_in or response.status_code in {401, 403}


def test_every_route_names_one_kind_of_audience(town: Town, capsys: pytest.CaptureFixture[str]):
    """Public, people or machines: the tests below try each of them, and no route escapes."""
    doors = list(audiences.matrix(town.app))
    kinds = Counter("/".join(sorted(door.audiences)) for door in doors)
    assert set(kinds) == {"public", "consumer", "client", "token"}, "a new audience needs its actors here"
    assert {door.rule for door in doors if "token" in door.audiences} == set(WANTED)
    actors = len(town.bearers) + 2
    with capsys.disabled():
        print(f"\n{actors} actors at {len(doors)} routes: {dict(kinds)}")  # noqa: T201


@pytest.mark.parametrize("actor", ["nobody", "consent token", "own token"])
def test_without_a_session_every_page_sends_one_to_sign_in(town: Town, actor: str):
    """A token opens no page, and being sent to sign in gives nothing away: unknown ids are sent there too."""
    headers = town.bearers.get(actor, {})
    for door, method in town.doors("consumer", "company", "auditor"):
        for path in (town.paths(door), re.sub(r"[0-9a-f-]{36}", lambda _: new_id(), town.paths(door))):
            response = town.request(method, path, form={} if method == "POST" else None, headers=headers)
            assert response.status_code == 303, (method, path)
            assert response.headers["Location"].startswith("/sign-in"), (method, path)
            assert SECRET not in response.text


def test_a_person_is_let_in_at_every_page_of_their_own(town: Town):
    """With a session and their own ids nobody is turned away; what is typed wrongly is said, and nothing breaks."""
    for door, method in town.doors("consumer", PUBLIC):
        path = town.paths(door)
        response = town.request(method, path, person=town.mia, form={} if method == "POST" else None)
        assert not turned_away(response), (method, path, response.status_code)
        absent = response.status_code == 404 and PUBLIC not in door.audiences
        assert response.status_code < 500 and not absent, (method, path, response.status_code)


def test_a_person_finds_nothing_of_another(town: Town):
    """With Mia's ids Ben gets what he gets with ids that never were; nowhere does her data show."""
    for door, method in town.doors("consumer", PUBLIC):
        path = town.paths(door)
        form = {"decision": "grant", "version": "1", "value": "mine"} if method == "POST" else None
        response = town.request(method, path, person=town.ben, form=form)
        assert SECRET not in response.text, (method, path)
        if re.search(r"[0-9a-f]{8}-", path):
            assert 400 <= response.status_code < 500, (method, path, response.status_code)
            unknown = town.request(
                method, re.sub(r"[0-9a-f-]{36}", lambda _: new_id(), path), person=town.ben, form=form
            )
            assert response.status_code == unknown.status_code, (method, path)
            assert _said(response) == _said(unknown), (method, path)


def _said(response: TestResponse) -> str:
    """The words of a page, without what differs each time."""
    text = re.sub(r"<[^>]+>", " ", response.text)
    return re.sub(r"r-[0-9a-f]{8}|[0-9a-f]{8}-[0-9a-f-]{27}|\s+", " ", text)


def test_nothing_of_mia_changed(town: Town):
    """After everybody tried every door, her profile is as it was and the consent she gave stands."""
    listed = town.house.database.read(
        lambda db: profiles.list_items(db, town.house.keys, consumer_id=town.mia.consumer_id)
    )
    assert {name: [item.value for item in items] for name, items in listed.items()} == {
        "name": [SECRET],
        "gift_wish": [f"{SECRET} socks"],
    }
    consent = town.house.database.read(
        lambda db: consents.get_consent(db, consumer_id=town.mia.consumer_id, consent_id=town.consent.id)
    )
    assert consent.state == "active"


def test_no_form_is_taken_without_its_hidden_field(town: Town):
    """From Mia's own browser or a stranger's: a form that did not come from a page of ours is refused."""
    for door, method in town.doors("consumer", "company", "auditor", PUBLIC):
        if method == "POST":
            for person in (town.mia, None):
                response = town.request(method, town.paths(door), person=person, form={}, csrf=False)
                assert response.status_code == 403, (door.rule, person)


def test_a_page_of_another_site_cannot_send_our_forms(town: Town):
    """The browser says where a form comes from, and that is believed."""
    for door, method in town.doors("consumer", PUBLIC):
        if method == "POST":
            for header in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
                response = town.request(method, town.paths(door), person=town.mia, form={}, headers=header)
                assert response.status_code == 403, (door.rule, header)


def test_each_token_opens_its_own_doors_and_no_others(town: Town):
    """Every token at every route for tokens: only the right kind, of a client in good standing, gets in."""
    for door, method in town.doors("token"):
        for actor, headers in town.bearers.items():
            response = town.bring(method, door.rule, headers)
            wanted = WANTED[door.rule]
            place = (method, door.rule, actor, response.status_code)
            if actor == wanted:
                assert response.status_code == 200, place
                continue
            assert SECRET not in response.text, place
            if actor in {"anonymous", "a token that never was"} or actor.startswith("expired"):
                assert response.status_code == 401, place
            elif actor == "token of an ended consent":
                assert response.status_code == (401 if wanted == "consent token" else 403), place
            elif response.status_code == 200:  # their own door: then nothing of A's is behind it
                assert actor.startswith("own token") and wanted == "own token", place
                assert town.consent.subject not in response.text, place
                assert "profile" not in response.text, place
            else:
                assert response.status_code == 403, place


def test_a_session_is_worth_nothing_to_machines(town: Town):
    """A person's cookie opens no route for tokens or clients."""
    for door, method in town.doors(*MACHINES):
        response = town.request(method, door.rule, person=town.mia, form={} if method == "POST" else None)
        assert response.status_code in {400, 401}, (method, door.rule, response.status_code)


def test_clients_prove_themselves_at_every_route_for_clients(town: Town):
    """No token stands for the proof; a suspended client's, or another's signature, is none."""
    form: dict[str, Any] = {"grant_type": "client_credentials", "token": "x"}
    for door, method in town.doors("client"):
        assert method == "POST"
        for actor, headers in town.bearers.items():
            response = town.request("POST", door.rule, headers=headers)
            assert response.status_code in {400, 401}, (door.rule, actor, response.status_code)
        for shop, signer in ((town.closed, town.closed), (town.shop, town.rival)):
            refused = town.prove(shop, door.rule, signed_by=signer, **form)
            assert _error(refused) == "invalid_client", door.rule
        assert _error(town.prove(town.shop, door.rule, **form)) != "invalid_client", door.rule


def _error(response: TestResponse) -> str | None:
    error: str | None = json.loads(response.text or "{}").get("error")
    return error


def test_a_client_reaches_nothing_of_another(town: Town):
    """With A's tokens, codes, pushed requests and consents in its hands, B gets nothing and spoils nothing."""
    secret = town.bearers["consent token"]["Authorization"].removeprefix("Bearer ")
    refresh = new_secret("vrm_rt_")
    grantee = tokens.Grantee(town.shop.client.id, town.mia.consumer_id, town.consent.id, 1)
    code = new_secret()

    def issue(db):
        now = clock.now()
        until = now + timedelta(days=1)
        tokens.issue_token(db, refresh, kind="refresh", grantee=grantee, scope="", expires_at=until, now=now)
        tokens.issue_code(
            db, code, grantee=grantee, redirect_uri=seeds.REDIRECT, code_challenge="x" * 43, scope="", now=now
        )
        return tokens.push_request(db, client_id=town.shop.client.id, params={"state": "s"}, now=now)

    pushed = town.house.database.write(issue)
    for token in (secret, refresh):
        assert town.prove(town.rival, "/oauth/introspect", token=token).json == {"active": False}
        town.prove(town.rival, "/oauth/revoke", token=token)
    grants: tuple[dict[str, Any], ...] = (
        {"grant_type": "refresh_token", "refresh_token": refresh},
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": seeds.REDIRECT,
            "code_verifier": "y" * 43,
        },
    )
    for form in grants:
        assert town.prove(town.rival, "/oauth/token", **form).status_code == 400
    query = {"client_id": town.rival.client.id, "request_uri": pushed}
    assert town.request("GET", "/oauth/authorize", person=town.mia, query_string=query).status_code == 400
    line = town.bring("POST", "/v1/disclosures", town.bearers["own token of B"])
    assert json.loads(line.text)["refused"]["code"] == "not_found"
    mine = town.prove(town.shop, "/oauth/introspect", token=secret)
    assert json.loads(mine.text)["active"] is True
    assert town.prove(town.shop, "/oauth/token", **grants[0]).status_code == 200
