"""Real ids for the arguments of routes, so that a test can walk every route there is.

What stands in a path is made anew each time, as the route may end it; a route whose arguments are unknown here fails
the test that walks it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from tests.support import seeds
from tests.support.seeds import Auditor, Person, Shop
from vrm import accesslog, accounts, clock, companies, consents, oversight
from vrm.disclosures import Answer, Door, Reader
from vrm.house import House
from vrm.ids import new_id
from vrm.oversight import Filters

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def unknown(path: str) -> str:
    """The same path, with ids that never were."""
    return ID.sub(lambda _: new_id(), path)


def hidden_field(page: str) -> str:
    """What the forms of a page hold to show that they are ours."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None, page[:500]
    return found[1]


@dataclass
class Places:
    """One person, one company, one auditor, and what is theirs. ``item`` is of the person's field ``gift_wish``."""

    house: House
    app: Flask
    person: Person
    shop: Shop
    auditor: Auditor
    item: str
    known: dict[str, str] = field(default_factory=dict)

    def path(self, rule: str, *, fresh: bool = True) -> str:
        """The path of a route, with real ids in it; not ``fresh``: those of the time before do, nothing will come of it."""
        if fresh or rule not in self.known:
            self.known[rule] = self._path(rule)
        return self.known[rule]

    def _path(self, rule: str) -> str:
        ways: Mapping[str, Callable[[], str]] = {
            "<uuid:consent_id>/reads/<uuid:event_id>": self._read,
            "/v1/proposals/<uuid:proposal_id>": lambda: f"/v1/proposals/{self.received}",
            "<uuid:proposal_id>": lambda: self._proposed(seeds.shop(self.house, "Another")),
            "<uuid:ask_id>/receipt": lambda: f"{self._refused()}/receipt",
            "<int:number>": lambda: "1",
            "<uuid:event_id>": lambda: self._read().rpartition("/")[2],
            "<uuid:consent_id>": lambda: seeds.grant(self.house, self.person, self.shop, "name").id,
            "<grant_id>": lambda: seeds.grant(self.house, self.person, self.shop, "name").id,
            "<uuid:ask_id>": lambda: seeds.ask(self.house, self.person, self.shop, seeds.terms("name")),
            "<code>": self._stop_code,
            "<field>/<uuid:item>": lambda: f"gift_wish/{self.item}",
            "<field>": lambda: "name",
            "<group>": lambda: "identity",
            "<mark>/<name>": self._asset,
            "<uuid:company_id>": lambda: self.shop.company.id,
            "<uuid:client_id>": self._client,
            "<uuid:account_id>": self._colleague,
            "<uuid:invitation_id>": self._invitation,
            "<int:leaf_index>": lambda: "3",
            "<int:size>": self._size,
            "<level>/<path:place>": lambda: "0/000.p/1",
            "<path:place>": lambda: "000.p/1",
            "<uuid:anomaly_id>": lambda: self.anomaly,
            "<uuid:case_id>": self._case,
            "<uuid:token_id>": self._token,
            "<uuid:view_id>": self._view,
        }
        for argument, value in ways.items():
            if argument in rule:
                rule = rule.replace(argument, value())
        assert "<" not in rule, f"what stands for the arguments of {rule}?"
        return rule

    def query(self, rule: str) -> Mapping[str, str]:
        """What a route for auditors' programs cannot do without."""
        now = clock.now()
        span = {
            "since": clock.rfc3339(now - timedelta(days=1)),
            "until": clock.rfc3339(now + timedelta(hours=1)),
        }
        match rule.removeprefix("/v1/audit/"):
            case "tallies":
                return span
            case "rankings":
                return {"by": "client"}
            case "consistency":
                return {"old": "1"}
            case "exposure" | "exposure/bundle":
                return {**span, "client": self.shop.client.id}
            case _:
                return {}

    @cached_property
    def anomaly(self) -> str:
        """A series of refusals, found in the log."""
        refused = self.door.read_many(
            Reader(self.shop.client.id), consent_ids=[new_id() for _ in range(25)], purpose=None, keys=None
        )
        assert len(list(refused)) == 25
        seeds.catch_up(self.house)
        oversight.watch(self.house.database, now=clock.now())
        return self.house.database.read(lambda db: oversight.list_anomalies(db, limit=1))[0].id

    @cached_property
    def door(self) -> Door:
        """The door through which the company reads."""
        return Door(self.house.database, self.house.keys, self.house.catalogue)

    def _write(self, deed: Callable[[Any], Any]) -> Any:
        return self.house.database.write(deed)

    def _read(self) -> str:
        consent = seeds.grant(self.house, self.person, self.shop, "name")
        answer = self.door.read(
            Reader(self.shop.client.id, consent.epoch), consent_id=consent.id, purpose=None, keys=None
        )
        assert isinstance(answer, Answer)
        seeds.catch_up(self.house)
        return f"{consent.id}/reads/{answer.event_id}"

    @cached_property
    def received(self) -> str:
        """What the company proposed: one, of which its programs hear the same each time."""
        return self._proposed(self.shop)

    def _proposed(self, shop: Shop) -> str:
        """What a company proposes; another each time, as one may propose no more than a few."""
        return seeds.proposal(self.house, seeds.grant(self.house, self.person, shop, "name")).id

    def _stop_code(self) -> str:
        consent = seeds.grant(self.house, self.person, self.shop, "name")
        return consents.stop_code(self.house.keys, consumer_id=consent.consumer_id, consent_id=consent.id)

    def _refused(self) -> str:
        asked = seeds.ask(self.house, self.person, self.shop, seeds.terms("name"))
        self._write(
            lambda db: consents.refuse(
                db, self.house.keys, consumer_id=self.person.consumer_id, ask_id=asked, now=clock.now()
            )
        )
        return asked

    def _asset(self) -> str:
        page = self.app.test_client().get("/sign-in", base_url=self.house.settings.issuer).text
        return str(urlsplit(re.findall(r'"(/static/[^"]+\.css)"', page)[0]).path).removeprefix("/static/")

    def _client(self) -> str:
        keys = {"keys": [self.shop.key.as_dict(private=False)]}
        made = self._write(
            lambda db: companies.new_client(
                db, company_id=self.shop.company.id, name="Nordlicht till", redirect_uris=[seeds.REDIRECT],
                jwks=keys, now=clock.now(),
            )
        )  # fmt: skip
        return str(made.id)

    def _colleague(self) -> str:
        return seeds.colleague(self.house, self.shop.company.id, "agent").account_id

    def _invitation(self) -> str:
        invited = self._write(
            lambda db: companies.invite_person(
                db, self.house.keys, company_id=self.shop.company.id, email=f"{new_id()}@work.example",
                role="agent", by=None, now=clock.now(),
            )
        )  # fmt: skip
        return str(invited.id)

    def _size(self) -> str:
        published = self.house.database.read(accesslog.latest_checkpoint)
        assert published is not None
        return str(published.size)

    def _case(self) -> str:
        me, keys, now = self.auditor.auditor_id, self.house.keys, clock.now()

        def write(db: Any) -> str:
            case = oversight.open_case(db, keys, title="Night reads", auditor_id=me, now=now).id
            oversight.mark(db, keys, case_id=case, leaf_index=3, auditor_id=me, now=now, note="at three")
            return case

        return str(self._write(write))

    def _token(self) -> str:
        held = self._tokens()
        if not held:
            seeds.auditor_token(self.house, self.auditor)
            held = self._tokens()
        return held[0].id

    def _tokens(self) -> list[accounts.AuditorToken]:
        me, now = self.auditor.auditor_id, clock.now()
        return self.house.database.read(
            lambda db: accounts.list_auditor_tokens(db, self.house.keys, auditor_id=me, now=now)
        )

    def _view(self) -> str:
        me, now = self.auditor.auditor_id, clock.now()
        view = self._write(
            lambda db: oversight.save_view(
                db,
                self.house.keys,
                auditor_id=me,
                name="Refusals",
                filters=Filters(outcome="refused"),
                now=now,
            )
        )
        return str(view.id)
