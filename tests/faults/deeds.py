"""The three deeds that must not come apart: a read, a grant, a revoke. Each can be asked for, and judged.

``prepare`` gives a request that was never made before; ``judge`` looks at what the client heard of it and at what
the database says after the worker came back, and fails unless the two fit.
"""

import base64
import json
import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.faults.driver import Heard, Instance
from tests.faults.world import answered, check_world
from tests.support import seeds
from tests.support.company import Company, needed
from tests.support.forms import get_form
from tests.support.seeds import PURPOSE, Person, Shop
from vrm import clock, consents

SECRET = "Quillon Xanthe Vex"
"""The value that is read: it stands nowhere else."""

Request = Callable[[], Heard]


class Deed(ABC):
    """Something done over HTTP by or about one person."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        with instance.house() as house:
            self.person: Person = seeds.person(house, {"name": SECRET})
            self.shop: Shop = seeds.shop(house)
        self.cookie = {"Cookie": f"vrm={self.person.session}"}
        url = instance.server.url
        # No connection outlives its request: the server's do not outlive it either.
        http = httpx2.Client(base_url=url, timeout=20, limits=httpx2.Limits(max_keepalive_connections=0))
        self.company = Company.speaking_for(self.shop, http, url)

    @abstractmethod
    def prepare(self) -> Request:
        """A request ready to be sent."""

    @abstractmethod
    def judge(self, heard: Heard) -> None:
        """Fail unless what was heard is durable, and the rest is whole or not there at all."""

    def check(self) -> None:
        """Fail unless the instance is whole."""
        with self.instance.house() as house:
            check_world(house, self.person.consumer_id)

    def read(self, token: str) -> httpx2.Response:
        """A read that nothing disturbs."""
        return httpx2.get(
            f"{self.instance.server.url}/v1/profile", headers={"Authorization": f"Bearer {token}"}, timeout=20
        )

    def page(self, path: str) -> dict[str, str]:
        """The form of a page, as a browser would send it untouched."""
        response = httpx2.get(self.instance.server.url + path, headers=self.cookie, timeout=20)
        assert response.status_code == 200, response.text
        return {name: values[0] for name, values in get_form(response.text, path).values.items()}


class Read(Deed):
    """``GET /v1/profile``: nothing leaves unlogged."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        with instance.house() as house:
            self.token = seeds.access_token(house, seeds.grant(house, self.person, self.shop, "name"))
            self.known = set(answered(house, self.person.consumer_id))

    def prepare(self) -> Request:
        headers = {"Authorization": f"Bearer {self.token}"}
        return lambda: self.instance.ask("GET", "/v1/profile", headers=headers)

    def judge(self, heard: Heard) -> None:
        self.check()
        with self.instance.house() as house:
            logged = answered(house, self.person.consumer_id)
        new = {event_id: event for event_id, event in logged.items() if event_id not in self.known}
        self.known |= set(new)
        assert len(new) <= 1, "one request was logged as several reads"
        if SECRET.encode() in heard.raw:
            assert heard.status in {None, 200}, "a refusal holds the value"
            assert new, "a value left, and no event says so"
        if heard.status == 200:
            body = json.loads(heard.body)
            assert body["profile"] == {"name": SECRET}
            assert {body["event_id"]: base64.b64decode(body["leaf_hash"])} == {
                event_id: event.leaf_hash for event_id, event in new.items()
            }
        response = self.read(self.token)
        assert response.status_code == 200, f"reading does not go on: {response.text}"
        self.known.add(response.json()["event_id"])


class ReadWithCheckpoint(Read):
    """A read on SQLite whose commit finds the write-ahead log full, and moves it into the database."""

    FRAMES = 1100  # SQLite moves it at 1000

    def prepare(self) -> Request:
        self.read(self.token)  # the worker has a connection: else closing ours would empty the log
        connection = sqlite3.connect(self.instance.server.home / "vrm.db", isolation_level=None)
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA synchronous = OFF")
        for number in range(self.FRAMES):
            connection.execute(f"PRAGMA user_version = {number % 2}")
        connection.close()
        with self.instance.house() as house:
            self.known = set(answered(house, self.person.consumer_id))
        return super().prepare()


class Grant(Deed):
    """``POST /asks/<id>``: an acknowledged consent is there with all that belongs to it, or there is none."""

    def prepare(self) -> Request:
        self.asked = self.company.ask(needed("name", PURPOSE), duration_days=30)
        asked = httpx2.get(self.instance.server.url + self.asked.address, headers=self.cookie, timeout=20)
        assert asked.status_code == 303, asked.text
        self.path = asked.headers["location"]
        form = self.page(self.path) | {"decision": "grant"}
        return lambda: self.instance.ask("POST", self.path, headers=self.cookie, form=form)

    def judge(self, heard: Heard) -> None:
        self.check()
        ask_id = self.path.rpartition("/")[2]
        with self.instance.house() as house:
            who, states = self.person.consumer_id, ("open", "granted")
            asks = house.database.read(
                lambda db: consents.list_asks(db, consumer_id=who, now=clock.now(), states=states)
            )
        state = next((each.state for each in asks if each.id == ask_id), None)
        location = re.search(rb"\r\nlocation: (\S+)\r\n", heard.raw, re.IGNORECASE)
        code = parse_qs(urlsplit(location[1].decode()).query).get("code") if location else None
        if code is None:
            assert heard.status is None or heard.status >= 400, heard.raw
            if state == "open":  # nothing happened: the person decides again
                again = self.instance.ask(
                    "POST", self.path, headers=self.cookie, form=self.page(self.path) | {"decision": "grant"}
                )
                assert again.status == 303, again.raw
            return
        assert state == "granted", "a consent was acknowledged and is not there"
        answer = self.company.redeem(self.asked, code[0])
        assert answer.status_code == 200, f"an acknowledged code is worth nothing: {answer.text}"
        assert self.company.read(answer.json()["access_token"]).json()["profile"] == {"name": SECRET}


class Revoke(Deed):
    """``POST /consents/<id>/revoke``: an acknowledged revoke is final, one that was not is whole or nothing."""

    def prepare(self) -> Request:
        with self.instance.house() as house:
            self.consent = seeds.grant(house, self.person, self.shop, "name")
            self.token = seeds.access_token(house, self.consent)
        self.path = f"/consents/{self.consent.id}/revoke"
        form = self.page(self.path)
        return lambda: self.instance.ask("POST", self.path, headers=self.cookie, form=form)

    def judge(self, heard: Heard) -> None:
        self.check()
        acknowledged = heard.raw.startswith(b"HTTP/1.1 303")
        with self.instance.house() as house:
            consent = house.database.read(
                lambda db: consents.get_consent(
                    db, consumer_id=self.person.consumer_id, consent_id=self.consent.id
                )
            )
        assert consent.state in {"active", "revoked"}
        if acknowledged:
            assert consent.state == "revoked", "a revoke was acknowledged and is not there"
        response = self.read(self.token)
        assert response.status_code == (401 if consent.state == "revoked" else 200), response.text
        active = self.company.introspect(self.token).json()["active"]
        assert active == (consent.state == "active")
        if consent.state == "active":
            again = self.instance.ask("POST", self.path, headers=self.cookie, form=self.page(self.path))
            assert again.status == 303, again.raw
            assert self.read(self.token).status_code == 401


DEEDS: dict[str, type[Deed]] = {"read": Read, "grant": Grant, "revoke": Revoke}
