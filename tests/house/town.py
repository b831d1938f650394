"""Everybody in one house, for the tests of every actor at every door.

Mia, whose consent the client A holds, and A's people in each role; Ben, the company B and its owner, who hold nothing
of hers; a company that is suspended; auditors whose mandate holds and does not; and every state of having come in.
"""

import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from flask import Flask
from joserfc import jwt
from sqlalchemy import update
from werkzeug.test import Client, TestResponse

from tests.support import seeds
from tests.support.company import Company
from tests.support.databases import Fill
from tests.support.houses import ISSUER, build_house
from tests.support.places import Places, hidden_field
from tests.support.seeds import Auditor, Person, Shop
from vrm import accounts, clock, companies, consents, tokens
from vrm.accounts.auditors import auditors
from vrm.app import create_app
from vrm.db import Database
from vrm.house import House
from vrm.ids import new_secret
from vrm.web import audiences, offices
from vrm.web.audiences import PEOPLE, PUBLIC, Door
from vrm.web.offices import AUDITORS, COMPANIES, CONSUMERS, NEWCOMER, NO_MANDATE, UNPROVED, Office

SECRET = "Quillon Xanthe Vex"
"""Mia's name, and what stands on every page that shows any of her data."""
COLLEAGUE = "Perpetua Ashgrove"
"""The name of A's people, which nobody but they may see."""


_OFFICES = (CONSUMERS, COMPANIES, AUDITORS)


GRANTS = "grant_management_query grant_management_revoke"


@dataclass(frozen=True)
class Actor:
    """Somebody with an account, signed in at an office as a role; ``proved``: with the second factor as well."""

    office: Office
    role: str
    account_id: str
    proved: bool = False


@dataclass
class Browser:
    """Somebody's browser, and the hidden field of the forms that each office gave it."""

    client: Client
    session: str
    hidden: dict[str, str] = field(default_factory=dict)


@dataclass
class Town:
    """The house with everybody in it."""

    house: House
    app: Flask
    places: Places
    actors: dict[str, Actor]
    ben: Person
    rival: Shop
    closed: Shop
    lena: Auditor
    consent: consents.Consent
    bearers: Mapping[str, Mapping[str, str]]
    browsers: dict[str | None, Browser] = field(default_factory=dict)

    @property
    def mia(self) -> Person:
        """Whose data it is."""
        return self.places.person

    @property
    def shop(self) -> Shop:
        """The company A, and its client."""
        return self.places.shop

    def session(self, who: str) -> str:
        """The token of a new session of an actor."""
        actor = self.actors[who]
        return self.house.database.write(
            lambda db: accounts.start_session(
                db, account_id=actor.account_id, now=clock.now(), proved=actor.proved
            )
        ).token

    def request(
        self,
        method: str,
        path: str,
        *,
        who: str | None = None,
        form: Mapping[str, str] | None = None,
        csrf: bool = True,
        **more: Any,
    ) -> TestResponse:
        """One request in somebody's browser, or nobody's; a form of ours carries its hidden field."""
        browser = self._browser(who)
        if form is not None and csrf:
            form = {**form, "csrf": self._hidden(browser, offices.of(path), who)}
        response = browser.client.open(path, method=method, base_url=ISSUER, data=form, buffered=True, **more)
        if method == "POST" and not self._is_open(browser, who):
            del self.browsers[who]  # the form ended the session, or made another
        return response

    def visit(self, who: str | None, method: str, path: str, **more: Any) -> TestResponse:
        """One page, or one form of ours with as little typed into it as it takes to be looked at."""
        form = {"kid": str(self.shop.key.kid)} if method == "POST" else None
        response = self.request(method, path, who=who, form=form, **more)
        if who and (method, path, response.status_code) == ("POST", "/company/people/leave", 303):
            self._replace(who)
        return response

    def _replace(self, who: str) -> None:
        """Somebody else does the work of a colleague who has left company A."""
        actor = self.actors[who]
        member = self.house.database.read(lambda db: companies.find_member(db, account_id=actor.account_id))
        if member is None and actor.role in companies.ROLES:
            successor = seeds.colleague(self.house, self.shop.company.id, actor.role)
            self.actors[who] = replace(actor, account_id=successor.account_id)
            self.browsers.pop(who, None)

    def _browser(self, who: str | None) -> Browser:
        if who not in self.browsers:
            client, session = self.app.test_client(), self.session(who) if who else ""
            if who:
                client.set_cookie(self.actors[who].office.cookie, session, domain="localhost")
            self.browsers[who] = Browser(client, session)
        return self.browsers[who]

    def _is_open(self, browser: Browser, who: str | None) -> bool:
        held = {
            office.cookie: browser.client.get_cookie(office.cookie, domain="localhost") for office in _OFFICES
        }
        if who is None:
            return not any(held.values())
        cookie = held[self.actors[who].office.cookie]
        return (
            cookie is not None
            and cookie.value == browser.session
            and self.house.database.read(
                lambda db: accounts.find_session(db, token=browser.session, now=clock.now())
            )
            is not None
        )

    def _hidden(self, browser: Browser, office: Office, who: str | None) -> str:
        if office.prefix not in browser.hidden:
            page = "/sign-in"
            if who is not None and self.actors[who].office is office:
                page = "/second-factor" if self.actors[who].role == UNPROVED else "/account"
            shown = browser.client.get(office.prefix + page, base_url=ISSUER).text
            browser.hidden[office.prefix] = hidden_field(shown)
        return browser.hidden[office.prefix]

    def bring(
        self, method: str, door: Door, headers: Mapping[str, str], path: str | None = None
    ) -> TestResponse:
        """A request to a route for tokens, for Mia's data or about the log; ``path``, if it is made already."""
        asks = method == "POST" and "token" in door.audiences
        return self.app.test_client().open(
            path or self.places.path(door.rule),
            method=method,
            base_url=ISSUER,
            headers={"Idempotency-Key": secrets.token_hex(16), **headers} if asks else dict(headers),
            query_string=dict(self.places.query(door.rule)),
            json=self._said(door) if asks else None,
            buffered=True,
        )

    def _said(self, door: Door) -> Mapping[str, object]:
        if door.rule == "/v1/proposals":
            return {"key": "transit_pass", "value": "A 1234", "why": "You bought it with us."}
        return {"consent_ids": [self.consent.id]}

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
        company = Company.speaking_for(signed_by or shop, httpx2.Client(), ISSUER)
        headers = {"DPoP": company.possession("POST", path)} if path == "/oauth/token" else {}
        return self.app.test_client().post(path, base_url=ISSUER, data=form | proof, headers=headers)

    def doors(self, *names: str) -> Iterator[tuple[Door, str]]:
        """Each route, with each of its methods, whose audience has one of these names."""
        for door in audiences.matrix(self.app):
            if door.audiences & set(names):
                for method in sorted(door.methods):
                    yield door, method

    def forms(self) -> Iterator[Door]:
        """Each route that takes a form of ours, and of ours alone."""
        return (
            door
            for door, method in self.doors(PUBLIC, *PEOPLE)
            if method == "POST" and not self.takes_foreign_forms(door)
        )

    def takes_foreign_forms(self, door: Door) -> bool:
        """Whether another site may send a form there."""
        return audiences.is_for_foreign_forms(self.app.view_functions[door.endpoint])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, _sqlite_with_tables: Fill) -> Iterator[Town]:
    """Everybody, in one house."""
    folder = tmp_path_factory.mktemp("doors")
    with build_house(folder / "home", Database(_sqlite_with_tables(folder))) as house:
        yield settle(house)


def settle(house: House) -> Town:
    """Let them all move in."""
    app = create_app(house)
    mia = seeds.person(house, {"name": SECRET})
    item = seeds.put(house, mia.consumer_id, "gift_wish", f"{SECRET} socks")
    ben = seeds.person(house, {"name": "Ben Okafor"})
    shop, rival, closed = (seeds.shop(house, name) for name in ("Nordlicht", "Kavanagh", "Gone"))
    auditor, lena = seeds.auditor(house), seeds.auditor(house, "Lena Weiss")
    places = Places(house, app, mia, shop, auditor, item.item_id)
    consent, ended = (seeds.grant(house, mia, shop, "name") for _ in range(2))
    recognised = seeds.grant_terms(house, mia, shop, replace(seeds.terms("name"), sign_in=True))
    expired = _expired(house, tokens.Grantee(shop.client.id, mia.consumer_id, consent.id, 1))
    bearers = {
        "anonymous": None,
        "a token that never was": new_secret("vrm_at_"),
        "consent token": seeds.access_token(house, consent),
        "own token": seeds.own_token(house, shop),
        "sign-in token": seeds.access_token(house, recognised, "openid"),
        "own token of B": seeds.own_token(house, rival),
        "own token for grants": seeds.own_token(house, shop, GRANTS),
        "own token of B for grants": seeds.own_token(house, rival, GRANTS),
        "token of an ended consent": seeds.access_token(house, ended),
        "expired consent token": expired,
        "expired own token": _expired(house, tokens.Grantee(shop.client.id)),
        "consent token of a suspended client": seeds.access_token(
            house, seeds.grant(house, mia, closed, "name")
        ),
        "own token of a suspended client": seeds.own_token(house, closed),
        "auditor's token": seeds.auditor_token(house, lena),
        "expired auditor's token": seeds.auditor_token(
            house, lena, days=1, now=clock.now() - timedelta(days=2)
        ),
        "auditor's token, mandate ended": seeds.auditor_token(house, _dismissed(house)),
        "auditor's token, mandate over": seeds.auditor_token(house, _over(house)),
        "auditor's session": auditor.session,
    }
    seeds.revoke(house, ended)
    owner_of_closed = seeds.colleague(house, closed.company.id)
    house.database.write(lambda db: companies.suspend_client(db, client_id=closed.client.id, now=clock.now()))
    house.database.write(
        lambda db: companies.suspend_company(db, company_id=closed.company.id, now=clock.now())
    )
    actors: dict[str, Actor] = {
        "mia": Actor(CONSUMERS, "consumer", mia.account_id),
        "ben": Actor(CONSUMERS, "consumer", ben.account_id),
        "a consumer, unproved": Actor(CONSUMERS, UNPROVED, _with_factor(house, seeds.person(house, {}))),
        **{
            role: Actor(COMPANIES, role, seeds.colleague(house, shop.company.id, role, name=COLLEAGUE).account_id)
            for role in companies.ROLES
        },
        "an owner, unproved": Actor(
            COMPANIES, UNPROVED, _with_factor(house, seeds.colleague(house, shop.company.id))
        ),
        "owner of a suspended company": Actor(COMPANIES, "owner", owner_of_closed.account_id),
        "owner of B": Actor(COMPANIES, "owner", seeds.colleague(house, rival.company.id).account_id),
        "a newcomer": Actor(COMPANIES, NEWCOMER, seeds.colleague(house, None).account_id),
        "someone invited": Actor(COMPANIES, NEWCOMER, _invited(house, shop)),
        "someone off-boarded": Actor(COMPANIES, NEWCOMER, _off_boarded(house, shop)),
        "auditor": Actor(AUDITORS, "auditor", auditor.account_id, proved=True),
        "lena": Actor(AUDITORS, "auditor", lena.account_id, proved=True),
        "an auditor, unproved": Actor(AUDITORS, UNPROVED, auditor.account_id),
        "an auditor whose mandate is over": Actor(
            AUDITORS, NO_MANDATE, _over(house).account_id, proved=True
        ),
        "an auditor who was dismissed": Actor(
            AUDITORS, NO_MANDATE, _dismissed(house).account_id, proved=True
        ),
    }  # fmt: skip
    seeds.catch_up(house)
    headers = {name: {"Authorization": f"Bearer {token}"} if token else {} for name, token in bearers.items()}
    return Town(house, app, places, actors, ben, rival, closed, lena, consent, headers)


def _with_factor(house: House, who: Person | seeds.Colleague) -> str:
    seeds.second_factor(house, who.account_id)
    return who.account_id


def _invited(house: House, shop: Shop) -> str:
    who = seeds.colleague(house, None)
    house.database.write(
        lambda db: companies.invite_person(
            db,
            house.keys,
            company_id=shop.company.id,
            email=who.email,
            role="owner",
            by=None,
            now=clock.now(),
        )
    )
    return who.account_id


def _off_boarded(house: House, shop: Shop) -> str:
    who = seeds.colleague(house, shop.company.id, "developer", name=COLLEAGUE)
    house.database.write(
        lambda db: companies.end_member(
            db, company_id=shop.company.id, account_id=who.account_id, by=None, now=clock.now()
        )
    )
    return who.account_id


def _over(house: House) -> Auditor:
    """An auditor whose day has come: nobody ended the mandate."""
    auditor = seeds.auditor(house)
    over = update(auditors).where(auditors.c.id == auditor.auditor_id).values(until=auditors.c.granted_at)
    house.database.write(lambda db: db.execute(over.returning(auditors.c.id)).one())
    return auditor


def _dismissed(house: House) -> Auditor:
    """An auditor whose mandate the operator ended."""
    auditor = seeds.auditor(house)
    house.database.write(lambda db: accounts.end_auditor(db, auditor_id=auditor.auditor_id, now=clock.now()))
    return auditor


def _expired(house: House, grantee: tokens.Grantee) -> str:
    secret, past = new_secret("vrm_at_"), clock.now() - timedelta(hours=1)
    house.database.write(
        lambda db: tokens.issue_token(
            db.connection(), secret, kind="access", grantee=grantee, scope="", expires_at=past, now=past
        )
    )
    return secret
