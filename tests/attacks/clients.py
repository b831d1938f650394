"""Which client it is, and whether it may ask now: its standing, its keys over time, its secret, its name."""

import base64
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from joserfc.jwk import ECKey
from time_machine import travel

from tests.attacks.assertions import CLIENT, OWN, show
from tests.attacks.stage import Came, Row, Scene, Stage, came, nothing
from tests.support.actors import Company, normal
from vrm import clock, companies


def _retired(stage: Stage) -> Scene:
    """A client that changed over to another key; the old one was stolen."""
    company, new = stage.world.company(name="Retiring"), ECKey.generate_key("P-256", auto_kid=True)
    ends = clock.now()

    def change(db: Any) -> None:
        companies.add_client_key(db, client_id=company.client_id, jwk=new.as_dict(private=False), now=ends)
        companies.retire_client_key(
            db,
            client_id=company.client_id,
            kid=str(company.key.kid),
            until=ends + timedelta(seconds=60),
            now=ends,
        )

    stage.house.database.write(change)
    return Scene(stage, company, stage.mia)


def _two_minutes_later(scene: Scene) -> Came:
    with travel(clock.now().timestamp() + 120):
        return came(show(scene.company, scene.company.assertion(exp=int(time.time()) + 60)))


def _sent_again(stage: Stage) -> Scene:
    """A stolen key was removed, and a set that still has it is sent a month later."""
    company, new = stage.world.company(name="Sending"), ECKey.generate_key("P-256", auto_kid=True)
    keys = [each.as_dict(private=False) for each in (company.key, new)]

    def change(db: Any) -> None:
        kid, old = str(company.key.kid), clock.now() - timedelta(days=40)
        companies.remove_client_key(db, client_id=company.client_id, kid=kid, now=old)
        companies.sweep(db, now=clock.now())
        companies.change_client(db, client_id=company.client_id, jwks={"keys": keys}, now=clock.now())

    stage.house.database.write(change)
    return Scene(stage, company, stage.mia)


def _stopped(what: str) -> Callable[[Stage], Scene]:
    """A client, or its company, that was suspended or never approved."""

    def arrange(stage: Stage) -> Scene:
        company = stage.world.company(name="Stopped", approved=what != "unapproved")

        def stop(db: Any) -> None:
            if what == "client":
                companies.suspend_client(db, client_id=company.client_id, now=clock.now())
            elif what == "company":
                companies.suspend_company(db, company_id=company.company_id, now=clock.now())

        stage.house.database.write(stop)
        return Scene(stage, company, stage.mia)

    return arrange


def _own(scene: Scene) -> Came:
    return show(scene.company, scene.company.assertion())


def _named(client: Callable[[Stage], Company]) -> Callable[[Scene], Came]:
    """A good proof of one client beside the name of another."""
    return lambda scene: show(
        scene.company, scene.company.assertion(), client_id=client(scene.stage).client_id
    )


def _secret_outside_a_sandbox(scene: Scene) -> Came:
    with normal(scene.stage.house) as strict:
        company = strict.company(
            name="Strict", domain=f"strict{len(scene.stage.world._made)}.example", secret=True
        )
        return came(company.token(**OWN))


def _two_ways(scene: Scene) -> Came:
    return scene.company.token({**scene.company.proof(), "client_secret": "x" * 43}, **OWN)


def _basic_and_assertion(scene: Scene) -> Came:
    pair = base64.b64encode(f"{scene.company.client_id}:x".encode()).decode()
    return scene.company.http.post(
        "/oauth/token", data={**OWN, **scene.company.proof()}, headers={"Authorization": f"Basic {pair}"}
    )


def _wrong_secret(**changes: str) -> Callable[[Scene], Came]:
    def attack(scene: Scene) -> Came:
        company = scene.stage.simple
        return company.http.post("/oauth/token", data={**OWN, **company.proof(), **changes})

    return attack


def _empty_secret(scene: Scene) -> Came:
    pair = base64.b64encode(f"{scene.stage.simple.client_id}:".encode()).decode()
    return scene.company.http.post("/oauth/token", data=OWN, headers={"Authorization": f"Basic {pair}"})


def _secret_of_a_keyed_client(scene: Scene) -> Came:
    sent = {"client_id": scene.company.client_id, "client_secret": str(scene.stage.simple.secret)}
    return scene.company.http.post("/oauth/token", data={**OWN, **sent})


ROWS = [
    Row("a key that was removed, in a set that still has it", "keys ended for good", _sent_again, _own, 400, CLIENT),
    Row("a key that was retired", "keys that are good now", _retired, _two_minutes_later, 400, CLIENT),
    Row("a client that was suspended", "client in good standing", _stopped("client"), _own, 400, CLIENT),
    Row("a company that was suspended", "company in good standing", _stopped("company"), _own, 400, CLIENT),
    Row("a company that was not approved", "company approved", _stopped("unapproved"), _own, 400, CLIENT),
    Row("another client's name beside a good proof", "one client in a request", nothing, _named(lambda stage: stage.other), 400, CLIENT),
    Row("a weaker client's name beside a good proof", "one client in a request", nothing, _named(lambda stage: stage.simple), 400, CLIENT),
    Row("a secret outside a sandbox", "secrets in a sandbox alone", nothing, _secret_outside_a_sandbox, 400, CLIENT),
    Row("an assertion and a secret", "one way to prove oneself", nothing, _two_ways, 400, "invalid_request"),
    Row("an assertion and a Basic header", "one way to prove oneself", nothing, _basic_and_assertion, 400, "invalid_request"),
    Row("a guessed secret", "secret", nothing, _wrong_secret(client_secret="x" * 43), 400, CLIENT),
    Row("an empty secret", "secret", nothing, _empty_secret, 401, CLIENT),
    Row("a secret for a client that has a key", "secret", nothing, _secret_of_a_keyed_client, 400, CLIENT),
]  # fmt: skip
