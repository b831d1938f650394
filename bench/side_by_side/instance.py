"""An instance of this server: made by ``vrm init``, filled through the services, served as its users serve it."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bench.side_by_side import wire
from bench.side_by_side.contest import Make
from bench.side_by_side.served import Served
from bench.side_by_side.signing import ASSERTION_TYPE, Key, base64url
from tests.support.postgres import free_port
from tests.support.server import RunningServer
from vrm import accounts, clock, companies, consents, profiles, tokens
from vrm.config import Settings
from vrm.house import House
from vrm.ids import new_secret
from vrm.worker import HANDLERS, LOG_SWEEPS, SWEEPS, Worker

PURPOSE = "dpv:DeliveryOfGoods"
REDIRECT = "https://nordlicht.example/back"
PROFILE: dict[str, Any] = {
    "name": "Mia Tran",
    "birthdate": "1991-06-17",
    "email": "mia@people.example",
    "phone_number": "+61 491 570 156",
    "address": {
        "street_address": "14 Barkly Street", "locality": "Brunswick", "region": "VIC", "postal_code": "3056",
        "country": "AU",
    },
}  # fmt: skip
"""Five values, each sealed on its own; all five are in every answer."""

_LONG = timedelta(hours=2)  # tokens outlive the whole run
_TOGETHER = 50  # people in one transaction, while the instance is filled and not served yet


@dataclass(frozen=True)
class Held:
    """A consent, the token that stands on it, and the session of the person who gave it."""

    consumer_id: str
    consent_id: str
    token: str
    session: str


@dataclass
class Instance:
    """``bound``: tokens are bound to the client's key and shown with a proof; otherwise it is a sandbox, and Bearer."""

    home: Path
    issuer: str
    bound: bool
    database_url: str | None = None
    key: Key = field(default_factory=Key)
    client_id: str = ""
    own_token: str = ""
    held: list[Held] = field(default_factory=list)

    @classmethod
    def make(cls, home: Path, people: int, *, bound: bool, database_url: str | None = None) -> "Instance":
        """A new one, with so many people, each with a profile and one consent to all of it."""
        made = RunningServer(home, database_url=database_url)
        made.initialise(*([] if bound else ["--sandbox"]))
        instance = cls(home, made.url, bound, database_url)
        with House.open(instance.settings()) as house:
            instance._fill(house, people)
            _catch_up(house)
        return instance

    def copy(self, home: Path) -> "Instance":
        """The same, with its own SQLite files. For one that is not served."""
        shutil.copytree(self.home, home, symlinks=True)
        return Instance(
            home, self.issuer, self.bound, None, self.key, self.client_id, self.own_token, self.held
        )

    def environment(self) -> dict[str, str]:
        """The settings of its processes."""
        url = {} if self.database_url is None else {"VRM_DATABASE_URL": self.database_url}
        return {"VRM_HOME": str(self.home), "VRM_ISSUER": self.issuer, **url}

    def settings(self) -> Settings:
        return Settings.load(self.environment())

    def serve(
        self,
        module: str = "vrm",
        *arguments: str,
        environment: dict[str, str] | None = None,
    ) -> Served:
        """``vrm serve`` as users run it, worker and sequencer beside it, at a port of its own.

        Its issuer may be another address: nothing but a browser's form looks at where a request arrived.
        """
        port = free_port()
        foreign = {name: "" for name in os.environ if name.startswith("VRM_")}
        return Served(
            [sys.executable, "-m", module, "serve", "--port", str(port), *arguments],
            port=port,
            log=self.home.with_name(f"{self.home.name}-{port}.log"),
            path="/health/ready",
            environment={**foreign, **self.environment(), **(environment or {})},
        )

    def read(self, held: Held) -> bytes:
        """A read of all five values, with a proof of now where tokens are bound."""
        return self._shown("/v1/profile", held.token)

    def reads(self) -> Make:
        """Reads of one person after the other."""
        return lambda count: [self.read(self.held[at % len(self.held)]) for at in range(count)]

    def batches(self) -> Make:
        """Reads of everybody's at once, under the client's own token."""
        path, body = "/v1/disclosures", {"consent_ids": [held.consent_id for held in self.held]}

        def one() -> bytes:
            return wire.post_json(path, _port(self.issuer), body, self.shown("POST", path, self.own_token))

        return lambda count: [one() for _ in range(count)]

    def token_requests(self) -> Make:
        """Requests for the client's own token, each with an assertion and a proof of its own."""
        form = {"grant_type": "client_credentials"}
        return self._authenticated("/oauth/token", lambda at: form, proved=True)

    def pushed_requests(self) -> Make:
        """Authorization requests for five lines, pushed; a proof beside them."""
        lines = [{"key": key, "purpose": PURPOSE, "required": True} for key in PROFILE]
        form = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT,
            "state": "some-state-of-mine", "code_challenge": base64url(bytes(range(32))),
            "code_challenge_method": "S256",
            "authorization_details": wire.compact([{"type": "vrm_profile", "lines": lines, "duration_days": 90}]),
        }  # fmt: skip
        return self._authenticated("/oauth/par", lambda at: form, proved=True)

    def introspections(self) -> Make:
        """Questions what a token is worth, of one person's after the other."""
        held = self.held
        return self._authenticated(
            "/oauth/introspect", lambda at: {"token": held[at % len(held)].token}, proved=False
        )

    def shown(self, method: str, path: str, token: str) -> dict[str, str]:
        """The headers that show a token."""
        if not self.bound:
            return {"Authorization": f"Bearer {token}"}
        return {"Authorization": f"DPoP {token}", "DPoP": self.key.proof(method, self.issuer + path, token)}

    def _shown(self, path: str, token: str) -> bytes:
        return wire.get(path, _port(self.issuer), self.shown("GET", path, token))

    def _authenticated(self, path: str, form: Callable[[int], dict[str, str]], *, proved: bool) -> Make:
        def one(at: int) -> bytes:
            said = {
                **form(at),
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self.key.assertion(self.client_id, self.issuer),
            }
            headers = {"DPoP": self.key.proof("POST", self.issuer + path)} if proved else {}
            return wire.post(path, _port(self.issuer), said, headers)

        return lambda count: [one(at) for at in range(count)]

    def _fill(self, house: House, people: int) -> None:
        now = clock.now()
        client = house.database.write(lambda db: _client(db, house, self.key, now))
        self.client_id = client.id
        for start in range(0, people, _TOGETHER):
            newcomers = [
                (f"person-{number}@people.example", f"10.0.{number // 250}.{number % 250}")
                for number in range(start, min(start + _TOGETHER, people))
            ]
            self.held += house.database.write(
                lambda db, some=newcomers: [  # type: ignore[misc]
                    _person(db, house, client, self._jkt(), email, address, now) for email, address in some
                ]
            )
        grantee = tokens.Grantee(client.id, jkt=self._jkt())
        self.own_token = house.database.write(lambda db: _token(db, grantee, now))

    def _jkt(self) -> str | None:
        return self.key.thumbprint if self.bound else None


def _catch_up(house: House) -> None:
    """Do what is waiting, a receipt for each consent first of all, so that no load is measured beside that."""
    worker = Worker(house, sweeps=LOG_SWEEPS + SWEEPS, handlers=HANDLERS)
    while worker.run_once():
        pass


_CHEAP = accounts.Hasher(accounts.Cost(64, 1, 1))
"""Nobody's password is looked at here: people's sessions are begun without one."""


def _client(db: Session, house: House, key: Key, now: datetime) -> companies.Client:
    domain = "nordlicht.example"
    company = companies.register(
        db, legal_name="Nordlicht GmbH", address="1 Harbour Lane\nKiel", contact=f"privacy@{domain}",
        domain=domain, privacy_notice_url=f"https://{domain}/privacy", purposes={PURPOSE: companies.Stated()},
        known_purposes=house.catalogue.purposes, now=now,
    )  # fmt: skip
    companies.prove_domain(db, company_id=company.id, domain=domain, token=company.domain_token, now=now)
    companies.approve(db, company_id=company.id, now=now)
    return companies.new_client(
        db, company_id=company.id, name="Nordlicht shop", redirect_uris=[REDIRECT],
        jwks={"keys": [key.public]}, now=now,
    )  # fmt: skip


def _person(
    db: Session,
    house: House,
    client: companies.Client,
    jkt: str | None,
    email: str,
    address: str,
    now: datetime,
) -> Held:
    newcomer = accounts.prepare_newcomer(house.keys, _CHEAP, email=email, password="of no use to anybody")
    link = accounts.invite(db, house.keys, email=email, client=address, now=now)
    account = accounts.complete_sign_up(db, token=link.token, newcomer=newcomer, now=now)
    consumer_id = newcomer.person_id
    for name, raw in PROFILE.items():
        profiles.put(db, house.keys, house.catalogue, consumer_id=consumer_id, field=name, raw=raw, now=now)
    terms = consents.Terms(tuple(consents.Line(key, PURPOSE, required=True) for key in PROFILE), 90)
    ask_id = consents.open_ask(
        db, consumer_id=consumer_id, client_id=client.id, company_id=client.company_id, terms=terms, request={},
        now=now,
    )  # fmt: skip
    choices: Sequence[consents.Choice] = [consents.Choice(at, key) for at, key in enumerate(PROFILE)]
    consent = consents.grant(
        db, house.keys, consumer_id=consumer_id, ask_id=ask_id, choices=choices, duration_days=90,
        versions=[], notice={}, notice_version=1, now=now,
    )  # fmt: skip
    grantee = tokens.Grantee(client.id, consumer_id, consent.id, consent.epoch, jkt)
    started = accounts.start_session(db, account_id=account.id, now=now)
    return Held(consumer_id, consent.id, _token(db, grantee, now), started.token)


def _token(db: Session, grantee: tokens.Grantee, now: datetime) -> str:
    secret = new_secret("vrm_at_")
    tokens.issue_token(
        db.connection(), secret, kind="access", grantee=grantee, scope="", expires_at=now + _LONG, now=now
    )  # fmt: skip
    return secret


def _port(issuer: str) -> int:
    return int(issuer.rpartition(":")[2])
