"""``/v1/audit/…``: what an auditor's program finds, proves and takes out, and that each look is written down."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import httpx2
import pytest

from tests.support import contract, seeds
from tests.support.actors import DELIVERY, Company, World, bearer, needed
from vrm import accesslog, clock, oversight
from vrm.ids import new_id
from vrm.tlog import checkpoint, merkle
from vrm.tlog.canonical import unb64
from vrm.tlog.note import Verifier

STREAM = {"Accept": contract.STREAM}


@dataclass
class Program:
    """What an auditor runs: it has a token and speaks HTTP."""

    world: World
    http: httpx2.Client
    auditor: seeds.Auditor

    @classmethod
    def of(cls, world: World, name: str = "R. Okafor", *, days: int = 30) -> "Program":
        """A program of a new auditor."""
        auditor = seeds.auditor(world.house, name, days=days)
        http = world.http()
        http.headers |= bearer(seeds.auditor_token(world.house, auditor))
        return cls(world, http, auditor)

    def ask(self, path: str, headers: Mapping[str, str] | None = None, /, **query: object) -> httpx2.Response:
        """A look, whatever comes of it."""
        params = {name: str(value) for name, value in query.items()}
        return self.http.get(f"/v1/audit/{path}", params=params, headers=dict(headers or {}))

    def get(self, path: str, **query: object) -> Any:
        """A look that is answered."""
        response = self.ask(path, None, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def pages(self, path: str, of: str, cursor: str = "before", **query: object) -> list[Any]:
        """Everything, a page of two at a time."""
        found: list[Any] = []
        more: dict[str, object] = {}
        while True:
            page = self.get(path, limit=2, **query, **more)
            assert len(page[of]) <= 2
            found += page[of]
            onward = page.get("older" if cursor == "before" else "next")
            if onward is None:
                return found
            more = {cursor: onward}


@dataclass
class Past:
    """A log with something in it: two people read by one company's client, and a series of refusals."""

    program: Program
    company: Company
    world: World
    reads: int

    @property
    def span(self) -> dict[str, str]:
        now = clock.now()
        return {
            "since": clock.rfc3339(now - timedelta(days=1)),
            "until": clock.rfc3339(now + timedelta(hours=1)),
        }

    def open_case(self, *leaves: int) -> str:
        """A case with entries marked and a note."""
        house, me, now = self.world.house, self.program.auditor.auditor_id, clock.now()

        def write(db: Any) -> str:
            case = oversight.open_case(db, house.keys, title="Night reads", auditor_id=me, now=now).id
            for leaf in leaves:
                oversight.mark(
                    db, house.keys, case_id=case, leaf_index=leaf, auditor_id=me, now=now, note=f"see {leaf}"
                )
            oversight.add_note(db, house.keys, case_id=case, text="Asked them why.", auditor_id=me, now=now)
            return case

        return house.database.write(write)


@pytest.fixture
def past(noon: datetime, world: World) -> Past:
    """What an auditor comes to look at."""
    company = world.company()
    for name, times in (("Mia", 3), ("Ben", 2)):
        person = world.consumer(email=f"{name.lower()}@example.com")
        asked = company.ask(needed("name"), needed("email"))
        held = company.take_back(asked, person.grant(asked))
        for _ in range(times):
            assert company.read(held.access_token).status_code == 200
    company.read_many([new_id() for _ in range(25)])
    program = Program.of(world)
    seeds.catch_up(world.house)
    oversight.watch(world.house.database, now=clock.now() + timedelta(seconds=1))  # all before that is seen
    return Past(program, company, world, reads=5)


def test_entries_are_found_by_every_filter(past: Past) -> None:
    """A filter finds exactly the entries that have what it names; together they narrow further."""
    program = past.program
    (every,) = [program.pages("entries", "entries")]
    assert [each["leaf_index"] for each in every] == list(range(len(every)))[::-1]
    answered = program.get("entries", outcome="answered", client=past.company.client_id)["entries"]
    assert len(answered) == past.reads
    one = answered[0]
    assert (one["type"], one["keys"], one["purpose"]) == ("disclosure", ["email", "name"], DELIVERY)
    for name in ("company", "client", "purpose", "type", "outcome", "thread", "actor"):
        found = program.pages("entries", "entries", **{name: one[name]})
        assert found == [each for each in every if each.get(name) == one[name]], name
    assert len(program.pages("entries", "entries", key="email", **past.span)) == past.reads + 2
    assert len(program.pages("entries", "entries", code="not_found")) == 25
    assert program.get("entries", thread="A" * 43)["entries"] == []


def test_an_entry_proves_itself(past: Past) -> None:
    """From its bytes and the proof one climbs to the root that the checkpoint signs, trusting nobody."""
    house, found = past.world.house, past.program.get("entries/4")
    verifier = Verifier(house.settings.log_origin, house.keys.log_signer.public)
    signed = checkpoint.verify(found["checkpoint"].encode(), verifier)
    leaf = merkle.leaf_hash(found["entry"].encode())
    assert found["leaf_hash"] and unb64(found["leaf_hash"]) == leaf
    proof = [unb64(each) for each in found["proof"]]
    assert merkle.included(proof, 4, signed.size, leaf, signed.root)
    absent = past.program.ask(f"entries/{2**70}")
    assert (absent.status_code, absent.json()["code"]) == (404, "no_such_entry")


def test_figures(past: Past) -> None:
    """Sums over time and by member agree with the entries."""
    tallies = past.program.get("tallies", client=past.company.client_id, type="disclosure", **past.span)
    assert sum(each["answered"] for each in tallies["buckets"]) == past.reads
    assert sum(each["refused"] for each in tallies["buckets"]) == 25
    by_hour = past.program.get("tallies", grain="hour", **past.span)
    assert len(by_hour["buckets"]) > len(tallies["buckets"])
    ranked = past.program.get("rankings", by="key", type="disclosure")
    assert {each["value"]: each["count"] for each in ranked["counts"]} == {"email": 5, "name": 5}


def test_who_was_exposed(past: Past) -> None:
    """Consent by consent, in pages and as one stream alike, for a client and for its company."""
    whose = {"client": past.company.client_id, **past.span}
    answer = past.program.get("exposure", **whose)
    assert (answer["threads"], answer["reads"], answer["keys"]) == (2, 5, ["email", "name"])
    assert sorted(each["reads"] for each in answer["exposed"]) == [2, 3]
    assert answer["key_reads"] == {"email": 5, "name": 5}
    assert past.program.get("exposure", key="iban", **whose)["threads"] == 0
    first = past.program.get("exposure", limit=1, **whose)
    second = past.program.get("exposure", limit=1, after=first["next"], **whose)
    assert first["exposed"] + second["exposed"] == answer["exposed"] and "next" not in second
    streamed = past.program.ask("exposure", STREAM, company=past.company.company_id, **past.span)
    assert [json.loads(line) for line in streamed.text.splitlines()] == answer["exposed"]


@pytest.mark.parametrize("kind", ["case", "exposure"])
def test_what_is_taken_out_verifies_by_itself(past: Past, kind: str) -> None:
    """A case and an answer leave as files that verify with nothing else; that they left is in the log, and the hash."""
    house, program = past.world.house, past.program
    if kind == "case":
        sent = program.http.post(f"/v1/audit/cases/{past.open_case(2, 5)}/bundle", params={"older": 3})
    else:
        sent = program.http.post(
            "/v1/audit/exposure/bundle", params={"client": past.company.client_id, **past.span}
        )
    assert sent.status_code == 200, sent.text
    report = oversight.verify_bundle(BytesIO(sent.content))
    assert not report.findings
    seeds.catch_up(house)
    (event,) = house.database.read(
        lambda db: oversight.search(db, oversight.Filters(type="case.exported")).rows
    )
    detail = house.database.read(lambda db: accesslog.details(db, [event.event_id]))[event.event_id]
    digest = bytes.fromhex(str(detail["sha256"]))
    assert unb64(sent.headers["repr-digest"].removeprefix("sha-256=:").removesuffix(":")) == digest
    assert (event.code, detail["auditor"]) == (kind, program.auditor.auditor_id)


def test_the_whole_log_is_taken_out(past: Past) -> None:
    """Every entry under the newest checkpoint, as one stream that verifies; that it left is in the log."""
    house, program = past.world.house, past.program
    seeds.catch_up(house)
    size = house.database.read(accesslog.latest_checkpoint).size  # type: ignore[union-attr]
    sent = program.ask("export")
    assert sent.status_code == 200, sent.text
    report = accesslog.verify_export(BytesIO(sent.content))
    assert report.ok and (report.kind, report.entries) == ("all", size)
    seeds.catch_up(house)
    (event,) = house.database.read(
        lambda db: oversight.search(db, oversight.Filters(type="log.exported")).rows
    )
    detail = house.database.read(lambda db: accesslog.details(db, [event.event_id]))[event.event_id]
    assert (event.code, detail["auditor"], detail["size"]) == ("all", program.auditor.auditor_id, size)
    assert program.ask("export", client=new_id()).status_code == 400


def test_anomalies(past: Past) -> None:
    """What was found is told with its figures; its evidence finds the entries."""
    (found,) = past.program.get("anomalies", client=past.company.client_id)["anomalies"]
    assert (found["kind"], found["figures"]["observed"]) == ("refusals", 25)
    assert past.program.get(f"anomalies/{found['anomaly_id']}") == found
    assert len(past.program.get("entries", **found["evidence"])["entries"]) == 25
    assert past.program.get("anomalies", kind="volume")["anomalies"] == []
    absent = past.program.ask(f"anomalies/{new_id()}")
    assert (absent.status_code, absent.json()["code"]) == (404, "no_such_anomaly")


def test_checkpoints(past: Past) -> None:
    """Every published one is there, as signed; between any two the growth can be proved."""
    program = past.program
    program.get("cases")
    seeds.catch_up(past.world.house)  # that look
    newest, *_, oldest = listed = program.pages("checkpoints", "checkpoints")
    assert len(listed) >= 2
    assert program.get("checkpoints/newest") == newest == program.get(f"checkpoints/{newest['size']}")
    assert program.http.get("/log/checkpoint").text == newest["note"]
    proved = program.get("consistency", old=oldest["size"])
    proof = [unb64(each) for each in proved["proof"]]
    roots = [unb64(each["root"]) for each in (oldest, newest)]
    assert merkle.consistent(proof, oldest["size"], newest["size"], *roots)
    assert program.ask("consistency", old=0, new=newest["size"] + 1).json()["code"] == "no_such_leaf"
    assert program.ask("checkpoints/999999").json()["code"] == "no_such_checkpoint"


def test_cases(past: Past) -> None:
    """A case is told with its lines, its marks, and who wrote them."""
    program, case = past.program, past.open_case(2, 5, 3)
    (listed,) = program.get("cases", state="open")["cases"]
    assert program.get(f"cases/{case}") == listed
    assert (listed["title"], listed["marks"], listed["opened_by"]["name"]) == ("Night reads", 3, "R. Okafor")
    lines = program.pages(f"cases/{case}/lines", "lines")
    assert [each["line"] for each in lines] == [5, 4, 3, 2, 1]
    assert lines[0]["text"] == "Asked them why."
    marks = program.pages(f"cases/{case}/marks", "marks", "after")
    assert [each["leaf_index"] for each in marks] == [2, 3, 5]
    for path in (f"cases/{new_id()}", f"cases/{new_id()}/lines", f"cases/{new_id()}/marks"):
        assert program.ask(path).json()["code"] == "no_such_case"
    gone = program.http.post(f"/v1/audit/cases/{new_id()}/bundle")
    assert (gone.status_code, gone.json()["code"]) == (404, "no_such_case")
