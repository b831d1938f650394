"""Revoked or paused in one process, refused in another: no read that starts after the reply succeeds."""

import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from tests.faults.driver import CHEAP
from tests.support import seeds
from tests.support.forms import get_form
from tests.support.server import RunningServer
from vrm import clock, consents
from vrm.config import Settings
from vrm.house import House

TIMES = 200


@dataclass(frozen=True)
class Held:
    """A consent as its client holds it: the token that stands on it, and its id for reading many at once."""

    consent_id: str
    token: str


@dataclass(frozen=True)
class Seen:
    """One read: of which consent, when it started, whether it was answered."""

    number: int
    started: float
    answered: bool


class Readers:
    """Threads that read the newest consent without a pause, one by one token, another as part of a stream."""

    def __init__(self, servers: list[RunningServer], held: list[Held], own: str) -> None:
        self.number = 0
        self.seen: list[Seen] = []
        self._held, self._own = held, own
        self._over = threading.Event()
        self._moved = threading.Condition()
        kinds = itertools.product(servers, (self.read_one, self.read_many))
        self._threads = [threading.Thread(target=self._run, args=kind) for kind in kinds]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def await_reads(self, number: int, count: int) -> None:
        """Wait until so many reads of a consent have come back."""
        with self._moved:
            enough = self._moved.wait_for(
                lambda: sum(seen.number == number for seen in self.seen[-100:]) >= count, timeout=30
            )
        assert enough, "the readers do not read"

    def read_one(self, http: httpx2.Client, held: Held) -> bool:
        """``GET /v1/profile``."""
        response = http.get("/v1/profile", headers={"Authorization": f"Bearer {held.token}"})
        assert response.status_code in {200, 401, 403}, response.text
        return response.status_code == 200

    def read_many(self, http: httpx2.Client, held: Held) -> bool:
        """``POST /v1/disclosures``."""
        response = http.post(
            "/v1/disclosures",
            json={"consent_ids": [held.consent_id]},
            headers={"Authorization": f"Bearer {self._own}"},
        )
        assert response.status_code == 200, response.text
        return "profile" in response.json()

    def _run(self, server: RunningServer, read) -> None:
        with httpx2.Client(base_url=server.url, timeout=30) as http:
            while not self._over.is_set():
                number = self.number
                started = time.monotonic()
                seen = Seen(number, started, read(http, self._held[number]))
                with self._moved:
                    self.seen.append(seen)
                    self._moved.notify_all()


@pytest.fixture
def pair(tmp_path, request) -> Iterator[list[RunningServer]]:
    """Two servers, one process each, on one instance."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    home = tmp_path / "home"
    first = RunningServer(home, database_url=url, workers=1, environment=CHEAP)
    first.initialise("--sandbox")
    second = RunningServer(home, database_url=url, workers=1, environment=CHEAP | {"VRM_ISSUER": first.url})
    try:
        for server in (first, second):
            server.start()
        yield [first, second]
    finally:
        for server in (first, second):
            server.stop()


@pytest.mark.parametrize(
    "pair",
    ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
    indirect=True,
)
@pytest.mark.deep
def test_revoked_in_one_process_is_refused_in_the_other(
    pair: list[RunningServer], capsys: pytest.CaptureFixture[str]
):
    """200 revokes and pauses in turn, readers running all the while on both processes: none that starts after the
    reply succeeds.
    """
    settings = Settings.load({k: v for k, v in pair[0].environment.items() if k.startswith("VRM_")})
    with House.open(settings) as house:
        mia, shop = seeds.person(house), seeds.shop(house)
        granted = [seeds.grant(house, mia, shop, "name") for _ in range(TIMES + 1)]
        held = [Held(consent.id, seeds.access_token(house, consent)) for consent in granted]
        own = seeds.own_token(house, shop)

        def pause(consent_id: str) -> None:
            house.database.write(
                lambda db: consents.pause(
                    db, house.keys, consumer_id=mia.consumer_id, consent_id=consent_id, now=clock.now()
                )
            )

        def revoke(consent_id: str) -> None:
            path = f"/consents/{consent_id}/revoke"
            response = person.post(path, data=get_form(person.get(path).text, path).values)
            assert response.status_code == 303, response.text

        replied: list[float] = []
        with (
            httpx2.Client(base_url=pair[0].url, cookies={"vrm": mia.session}, timeout=30) as person,
            Readers(pair, held, own) as readers,
            httpx2.Client(base_url=pair[1].url, timeout=30) as other,
        ):
            for number in range(TIMES):
                readers.await_reads(number, 1)
                (pause if number % 2 else revoke)(held[number].consent_id)
                replied.append(time.monotonic())
                assert not readers.read_one(other, held[number])
                assert not readers.read_many(other, held[number])
                readers.number = number + 1
    after = [seen for seen in readers.seen if seen.number < TIMES and seen.started > replied[seen.number]]
    late = [seen for seen in after if seen.answered]
    before = sum(seen.answered for seen in readers.seen)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{TIMES} revokes and pauses: {before} reads answered before, {len(after) + 2 * TIMES} started after a reply,"
            f" {len(late)} of them answered"
        )
    assert not late
    assert before >= TIMES
