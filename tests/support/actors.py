"""The people of a test: a company with its client, and a consumer with a browser. HTTP is all they speak.

``World`` makes them. Who exists is arranged through services; what they then do goes over HTTP, in process or to a
running server alike, and every machine response is held to ``openapi.yaml``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest
from flask import Flask

from tests.support import contract
from tests.support.company import (
    DELIVERY,
    MARKETING,
    Asked,
    Company,
    Held,
    answer,
    bearer,
    challenge,
    details,
    line,
    needed,
)
from tests.support.consumer import MIA, PASSWORD, Consumer
from tests.support.databases import Fill
from tests.support.houses import build_house
from tests.support.server import RunningServer
from vrm import companies
from vrm.app import create_app
from vrm.config import Settings
from vrm.db import Database
from vrm.house import House

__all__ = [
    "DELIVERY",
    "MARKETING",
    "MIA",
    "PASSWORD",
    "Asked",
    "Company",
    "Consumer",
    "Held",
    "World",
    "answer",
    "bearer",
    "challenge",
    "details",
    "line",
    "needed",
    "normal",
    "served",
]


@dataclass
class World:
    """A house, and how to reach it over HTTP. ``app`` is its application where that runs in this process."""

    house: House
    connect: Callable[[], httpx2.Client]
    app: Flask | None = None
    _made: list[httpx2.Client] = field(default_factory=list)
    _companies: int = 0
    _consumers: int = 0

    def company(self, **facts: Any) -> Company:
        """A company that may ask, each with a domain of its own; see ``Company.register``."""
        self._companies += 1
        if self._companies > 1:
            facts.setdefault("domain", f"nordlicht{self._companies}.example")
        return Company.register(self.house, self.http(), **facts)

    def consumer(self, **facts: Any) -> Consumer:
        """A person who is signed in, each with an address of their own; see ``Consumer.join``."""
        self._consumers += 1
        if self._consumers > 1:
            facts.setdefault("email", f"mia{self._consumers}@mail.example")
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
def normal(house: House, **settings: Any) -> Iterator[World]:
    """The same house as a normal instance and no sandbox, with some settings changed, reached in this process."""
    instance = replace(house.settings.instance, sandbox=False)
    strict = replace(house, settings=replace(house.settings, instance=instance, **settings))
    made = in_process(strict, create_app(strict))
    try:
        yield made
    finally:
        made.close()


@contextmanager
def served(server: RunningServer) -> Iterator[World]:
    """A running server, reached over the wire; its house is opened here as well, to arrange who exists."""

    def connect() -> httpx2.Client:
        return httpx2.Client(base_url=server.url, timeout=30, event_hooks={"response": [contract.check]})

    with House.open(Settings.load(server.environment)) as house:
        # Another world of the same server may have made some.
        made = World(house, connect, _companies=len(house.database.read(companies.list_companies)))
        try:
            yield made
        finally:
            made.close()
