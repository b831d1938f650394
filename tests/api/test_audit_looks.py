"""``/v1/audit/…``: who gets in, what is answered to a bad question, and that nothing is seen unlogged."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.test_audit import Program
from tests.support import contract, seeds
from tests.support.actors import World, bearer, needed
from vrm import accounts, clock, oversight
from vrm.ids import new_id, new_secret
from vrm.oversight import Look

_PLACES = {"leaf_index": "0", "size": "1", "anomaly_id": new_id(), "case_id": new_id()}
LOOKS = [
    (method, path.format(**_PLACES), operation)
    for method, path, operation in contract.operations()
    if path.startswith("/v1/audit/")
]
NAMES = [operation["operationId"] for _, _, operation in LOOKS]


def looked(world: World, program: Program) -> list[Look]:
    """What is recorded of one auditor's looks, the newest first."""
    seeds.catch_up(world.house)
    found = world.house.database.read(lambda db: oversight.list_looks(db, world.house.keys, limit=200)).looks
    return [each for each in found if each.auditor_id == program.auditor.auditor_id]


def test_every_request_is_a_look(world: World) -> None:
    """Each operation is recorded under a name of its own, with how it was narrowed, whatever it then answers."""
    program, who = Program.of(world), world.company().client_id
    for method, path, _ in LOOKS:
        response = program.http.request(method, path, params={"client": who, "limit": "3"})
        assert response.status_code in {200, 400, 404}, (path, response.text)
    found = looked(world, program)
    assert len({each.what for each in found}) == len(found) == len(LOOKS)
    assert all(each.what.startswith("api_") for each in found)
    assert all(each.query["client"] == who and each.query["limit"] == "3" for each in found)
    entry = next(each for each in found if each.what == "api_entry")
    assert entry.query["leaf_index"] == "0"


def test_looks_are_there_for_every_auditor(world: World) -> None:
    """One auditor's program hears what another's did, by name; what was typed and is nothing of the log is not kept."""
    one, other = Program.of(world, "R. Okafor"), Program.of(world, "Lena Weiß")
    one.ask("entries", thread="Mia Tran?")
    seeds.catch_up(world.house)
    (look,) = other.get("looks", what="api_entries")["looks"]
    assert (look["name"], look["query"]) == ("R. Okafor", {"thread": "(other)"})


def test_what_cannot_be_recorded_is_not_answered(world: World) -> None:
    """With the log out of order every operation fails, and says nothing of what it would have shown."""
    program, house = Program.of(world), world.house
    seeds.catch_up(house)
    with house.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE log_pending RENAME TO log_pending_away"))
    for method, path, _ in LOOKS:
        response = program.http.request(method, path)
        assert response.status_code == 500, path
        assert set(response.json()) == {"type", "title", "status", "detail", "code", "reference"}


def expired(world: World) -> str:
    """A token whose days are over, of an auditor whose mandate holds."""
    past = clock.now() - timedelta(days=9)
    return seeds.auditor_token(world.house, seeds.auditor(world.house), days=8, now=past)


def of_an_ended_mandate(world: World) -> str:
    """A token that would be good, of an auditor whom the operator dismissed."""
    auditor = seeds.auditor(world.house)
    token = seeds.auditor_token(world.house, auditor)
    world.house.database.write(
        lambda db: accounts.end_auditor(db, auditor_id=auditor.auditor_id, now=clock.now())
    )
    return token


def ended(world: World) -> str:
    """A token that its auditor ended."""
    auditor, now = seeds.auditor(world.house), clock.now()
    token = seeds.auditor_token(world.house, auditor)

    def end(db: Session) -> None:
        (held,) = accounts.list_auditor_tokens(db, world.house.keys, auditor_id=auditor.auditor_id, now=now)
        accounts.end_auditor_token(db, auditor_id=auditor.auditor_id, token_id=held.id, now=now)

    world.house.database.write(end)
    return token


def of_the_page(world: World) -> str:
    """What the browser holds: it opens pages and nothing here."""
    return seeds.auditor(world.house).session


def unknown(world: World) -> str:
    """One that never was."""
    return new_secret("vrm_au_")


@pytest.mark.parametrize("make", [expired, of_an_ended_mandate, ended, of_the_page, unknown])
def test_a_token_is_worth_what_its_mandate_is_worth(town: World, make: Callable[[World], str]) -> None:
    """Expired, ended, dismissed, unknown: all the same, and nothing is recorded for somebody who is nobody."""
    http = town.http()
    before = count(town)
    http.headers |= bearer(make(town))
    made = count(town) - before
    for method, path, _ in LOOKS:
        response = http.request(method, path)
        assert (response.status_code, response.json()["code"]) == (401, "invalid_token"), path
        assert response.headers["www-authenticate"] == 'Bearer realm="vrm", error="invalid_token"'
    assert count(town) - before == made


def count(world: World) -> int:
    """How many events there are."""
    seeds.catch_up(world.house)
    return world.house.database.read(lambda db: oversight.indexed(db))


def test_tokens_of_the_wrong_kind(world: World) -> None:
    """A company's tokens open nothing here, and an auditor's opens nothing of a company's; no token is a challenge."""
    company, mia, program = world.company(), world.consumer(), Program.of(world)
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    for token in (held.access_token, company.own_token()):
        refused = world.http().get("/v1/audit/entries", headers=bearer(token))
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    for path in ("/v1/profile", "/v1/consents"):
        refused = program.http.get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    nobody = world.http().get("/v1/audit/entries")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "token_required")
    assert nobody.headers["www-authenticate"] == 'Bearer realm="vrm"'


BAD: dict[str, tuple[str, dict[str, str | list[str]], str | None]] = {
    "an unknown filter": ("entries", {"clients": "x"}, None),
    "a time that is none": ("entries", {"since": "yesterday"}, "since"),
    "a time out of all reach": ("entries", {"until": "9999-12-31T23:59:59Z"}, "until"),
    "an empty time": ("tallies", {"since": "", "until": "2026-03-01"}, "since"),
    "the end before the beginning": ("entries", {"since": "2026-03-02", "until": "2026-03-01"}, "until"),
    "an id that is none": ("entries", {"client": "7"}, "client"),
    "a thread with a space": ("entries", {"thread": "a b"}, "thread"),
    "a zero byte": ("entries", {"code": "a\0b"}, "code"),
    "an empty member": ("entries", {"code": ""}, "code"),
    "a page of none": ("entries", {"limit": "0"}, "limit"),
    "a page too long": ("entries", {"limit": "201"}, "limit"),
    "a number that is none": ("entries", {"before": "-1"}, "before"),
    "a number beyond all": ("entries", {"before": str(2**63)}, "before"),
    "digits that are none of ours": ("entries", {"before": "٣"}, "before"),
    "something said twice": ("entries", {"code": ["a", "b"]}, "code"),
    "a parameter where none is": ("entries/0", {"limit": "1"}, None),
    "no time for figures": ("tallies", {"since": "2999-01-01"}, "until"),
    "a code that is no word of the log": ("entries", {"code": "mia"}, "code"),
    "a key that is none": ("rankings", {"by": "code", "key": "mia_tran"}, "key"),
    "looks that are neither": ("entries", {"looks": "some"}, "looks"),
    "a grain that is none": ("tallies", {"grain": "week"}, "grain"),
    "too long a time": ("tallies", {"since": "2020-01-01", "until": "2026-01-01", "grain": "hour"}, "since"),
    "by nothing": ("rankings", {}, "by"),
    "by something else": ("rankings", {"by": "thread"}, "by"),
    "exposed through nobody": ("exposure", {"since": "2026-03-01", "until": "2026-03-02"}, "client"),
    "a kind that is none": ("anomalies", {"kind": "odd"}, "kind"),
    "consistent with what": ("consistency", {}, "old"),
    "a case state that is none": ("cases", {"state": "shut"}, "state"),
}


@pytest.fixture(scope="module")
def asking(town: World) -> Program:
    """One program for all bad questions."""
    return Program.of(town)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_question_is_told_so(asking: Program, name: str) -> None:
    """A sentence, the code ``invalid``, and the parameter that is wrong where it is one we know."""
    path, query, field = BAD[name]
    response = asking.http.get(f"/v1/audit/{path}", params=query)
    body = response.json()
    assert (response.status_code, body["code"], body.get("field")) == (400, "invalid", field), body


def test_an_address_that_is_none(asking: Program) -> None:
    """It answers as a problem too."""
    for path in ("", "nothing", "entries/x", "cases/7", "cases/7/nothing"):
        response = asking.http.get(f"/v1/audit/{path}")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
