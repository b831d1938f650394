"""Where attacks are played: one house with its people, what an attack finds there, and what it must not change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from joserfc.jwk import ECKey
from sqlalchemy import text

from tests.support.actors import MARKETING, MIA, Asked, Company, Consumer, Held, World, answer, line, needed
from tests.support.forms import Form
from vrm import clock, companies, consents
from vrm.house import House

HARM: Mapping[str, str] = {
    "code": "SELECT count(*) FROM authorization_codes",
    "token": "SELECT count(*) FROM tokens WHERE revoked_at IS NULL",
    "pushed": "SELECT count(*) FROM pushed_requests",
    "consent": "SELECT count(*) FROM consents WHERE state = 'active'",
    "revision": "SELECT count(*) FROM consent_revisions",
    "read": "SELECT count(*) FROM event_lookups WHERE type = 'disclosure' AND outcome = 'answered'",
    "session": "SELECT count(*) FROM sessions",
    "value": "SELECT count(*) FROM profile_values",
}
"""What an attack is after, as a number that must be the same afterwards. Tokens alone may become fewer."""


@dataclass
class Stage:
    """One house for many attacks: whoever a row does not spoil is there for the next one."""

    world: World

    @property
    def house(self) -> House:
        return self.world.house

    @cached_property
    def company(self) -> Company:
        """The company that is attacked."""
        return self.world.company()

    @cached_property
    def other(self) -> Company:
        """A company that attacks, registered and approved like any other."""
        return self.world.company(name="Other")

    @cached_property
    def simple(self) -> Company:
        """A sandbox's client with a secret."""
        return self.world.company(name="Simple", secret=True)

    @cached_property
    def mia(self) -> Consumer:
        """The person who is attacked."""
        return self.world.consumer()

    @cached_property
    def ben(self) -> Consumer:
        """Another person, who attacks."""
        return self.world.consumer(email="ben@mail.example")

    @cached_property
    def zoe(self) -> Consumer:
        """A person with two homes, and something very sensitive."""
        other = {
            "street_address": "3 Rue Verte",
            "locality": "Lyon",
            "postal_code": "69001",
            "country": "FR",
        }
        values = {**MIA, "address": [MIA["address"], other], "religious_diet": "halal"}
        return self.world.consumer(email="zoe@mail.example", values=values)

    @cached_property
    def held(self) -> Held:
        """Good tokens of the company for Mia's name; no attack may spoil them."""
        asked = self.company.ask(needed("name"))
        return self.company.take_back(asked, self.mia.grant(asked))

    def ledger(self) -> dict[str, int]:
        """How much there is of everything that an attack is after."""
        with self.house.database.engine.connect() as connection:
            return {what: connection.execute(text(query)).scalar_one() for what, query in HARM.items()}


@dataclass
class Scene:
    """What one attack finds arranged. Which parts are there, its ``given`` says."""

    stage: Stage
    company: Company
    person: Consumer
    asked: Asked | None = None
    code: str = ""
    held: Held | None = None
    form: Form | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def request(self) -> Asked:
        assert self.asked is not None
        return self.asked

    @property
    def tokens(self) -> Held:
        assert self.held is not None
        return self.held

    @property
    def page(self) -> Form:
        assert self.form is not None
        return self.form

    @property
    def thief(self) -> Company:
        """The same client with another key of possession."""
        return replace(self.company, dpop_key=ECKey.generate_key("P-256"))

    def redeem(self, **changes: str) -> httpx2.Response:
        """Exchange the code, with something changed."""
        return self.company.redeem(self.request, self.code, **changes)

    def decide(self, headers: Mapping[str, str] | None = None, /, **changes: Any) -> httpx2.Response:
        """Say yes on the page, with something changed."""
        return self.person.send(self.page, headers, **{"decision": "grant", **changes})


Came = httpx2.Response | tuple[int, str]
Given = Callable[[Stage], Scene]


@dataclass(frozen=True)
class Row:
    """One attack: what is tried, against which guard, and what must come of it.

    ``given`` arranges, ``attack`` strikes. ``status`` and ``word`` must come, see ``came``; nothing of ``HARM`` may
    change, ``but`` what is named there. Where several guards stand in its way, ``guard`` names all of them.
    """

    sentence: str
    guard: str | tuple[str, ...]
    given: Given
    attack: Callable[[Scene], Came]
    status: int
    word: str
    but: tuple[str, ...] = ()

    @property
    def guards(self) -> tuple[str, ...]:
        return (self.guard,) if isinstance(self.guard, str) else self.guard

    @property
    def id(self) -> str:
        return f"{' + '.join(self.guards)}: {self.sentence}"


def came(response: Came) -> tuple[int, str]:
    """What came: the status, and the code of the error, where a redirect leads, or ``page``."""
    if isinstance(response, tuple):
        return response
    if response.is_redirect:
        target = response.headers["location"]
        said = dict(parse_qsl(urlsplit(target).query))
        return response.status_code, said.get("error") or target.partition("?")[0]
    if "json" in response.headers.get("content-type", ""):
        body = response.json()
        return response.status_code, str(body.get("error") or body.get("code") or "")
    return response.status_code, "page"


# What an attack may find. Each arranges over HTTP what really happens before it.


def nothing(stage: Stage) -> Scene:
    return Scene(stage, stage.company, stage.mia)


def simple(stage: Stage) -> Scene:
    """A sandbox's client with a secret, which need not push."""
    return Scene(stage, stage.simple, stage.mia)


def pushed(stage: Stage) -> Scene:
    """A request that was pushed, and nobody has opened."""
    return replace(nothing(stage), asked=stage.company.ask(needed("name"), line("email")))


def opened(stage: Stage) -> Scene:
    """The page of a request is open before its person."""
    scene = pushed(stage)
    return replace(scene, form=scene.person.look(scene.request)[1])


def in_hand(stage: Stage) -> Scene:
    """A code that was not redeemed."""
    scene = pushed(stage)
    return replace(scene, code=answer(scene.person.grant(scene.request))["code"])


def spent(stage: Stage) -> Scene:
    """A code that was redeemed, and what it yielded."""
    scene = in_hand(stage)
    got = scene.redeem().json()
    return replace(scene, more=got)


def holding(stage: Stage) -> Scene:
    """Good tokens, shared by all attacks."""
    return replace(nothing(stage), held=stage.held)


def bound(stage: Stage) -> Scene:
    """A code that was bound to the company's key as it was asked for."""
    proof = stage.company.possession("POST", "/oauth/par")
    asked = stage.company.pushed(stage.company.request(needed("name")), dpop=proof)
    return replace(nothing(stage), asked=asked, code=answer(stage.mia.grant(asked))["code"])


def revoked(stage: Stage) -> Scene:
    """Tokens whose consent was revoked, beside those that all attacks share."""
    assert stage.held
    asked = stage.company.ask(needed("name"))
    held = stage.company.take_back(asked, stage.mia.grant(asked))
    stage.mia.revoke(held.consent_id)
    return replace(nothing(stage), held=held)


def paused(stage: Stage) -> Scene:
    """Tokens whose consent its person paused."""
    asked = stage.company.ask(needed("name"))
    held = stage.company.take_back(asked, stage.mia.grant(asked))
    stage.house.database.write(
        lambda db: consents.pause(
            db,
            stage.house.keys,
            consumer_id=stage.mia.consumer_id,
            consent_id=held.consent_id,
            now=clock.now(),
        )
    )
    return replace(nothing(stage), held=held)


def read_once(stage: Stage) -> Scene:
    """Tokens for a name that may be read once, and was."""
    asked = stage.company.ask(needed("name", frequency="once"), line("email"))
    held = stage.company.take_back(asked, stage.mia.grant(asked))
    assert stage.company.read(held.access_token).is_success
    return replace(nothing(stage), held=held)


def two_purposes(stage: Stage) -> Scene:
    """Tokens for a name for one purpose and an address for another."""
    asked = stage.company.ask(needed("name"), needed("email", MARKETING))
    held = stage.company.take_back(asked, stage.mia.grant(asked))
    return replace(nothing(stage), held=held)


def changed(stage: Stage, company: Company | None = None, /, **changes: Any) -> None:
    """Change the client of this company, or of the one that is attacked, as its developers can."""
    client_id = (company or stage.company).client_id
    stage.house.database.write(
        lambda db: companies.change_client(db, client_id=client_id, now=clock.now(), **changes)
    )


def new_notice(stage: Stage, company: Company) -> None:
    """The company changes its notice: what people allowed on the one before has to be asked anew."""
    facts = {"company_id": company.company_id, "privacy_notice_url": f"{company.redirect_uri}/new"}
    stage.house.database.write(lambda db: companies.change_notice(db, **facts, now=clock.now()))
