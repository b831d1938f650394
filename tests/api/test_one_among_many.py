"""One consent in trouble says nothing about the others, and no fault tells what it holds."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.actors import MIA, World, in_process, line, needed
from vrm import accesslog
from vrm.app import create_app
from vrm.catalogue import Catalogue
from vrm.web.api import disclosures

OWN_KEY = '[fields.guild_rank]\nlabel = "Guild rank"\nhelp = "x"\ngroup = "identity"\ntype = "text"\n'


def granted(company: Any, person: Any, *lines: dict[str, Any], **changes: Any) -> Any:
    asked = company.ask(*lines)
    return company.take_back(asked, person.grant(asked, **changes))


def test_a_person_without_a_key_is_refused_alone(world: World) -> None:
    """Whose key was destroyed is answered as ended; who stands beside them in the batch is read."""
    company, mia = world.company(), world.consumer()
    gone = world.consumer(email="gone@mail.example")
    held = [granted(company, person, needed("name")) for person in (gone, mia)]
    world.house.keys.destroy(gone.consumer_id)
    answer = company.read_many([each.consent_id for each in held])
    assert answer.status_code == 200, answer.text
    first, second = (json.loads(each) for each in answer.text.splitlines())
    assert first["refused"]["code"] == "consent_ended"
    assert second["profile"] == {"name": "Mia Tran"}


def test_a_key_the_operator_took_out_has_no_value(world: World, tmp_path: Path) -> None:
    """A consent for a key that left the operator's own catalogue still answers with its other lines."""
    own = tmp_path / "own.toml"
    own.write_text(OWN_KEY)
    richer = dataclasses.replace(world.house, catalogue=Catalogue.load((own,)))
    before = in_process(richer, create_app(richer))
    company, mia = before.company(), before.consumer(values={**MIA, "guild_rank": "Baron"})
    held = granted(company, mia, needed("guild_rank"), line("name"), take=["1"])
    assert company.read(held.access_token).json()["profile"]["guild_rank"] == "Baron"
    company.http = in_process(world.house, create_app(world.house)).http()
    body = company.read(held.access_token).json()
    assert body["profile"] == {"name": "Mia Tran"}
    assert body["omitted"] == [{"key": "guild_rank", "reason": "no_value"}]


def test_a_stream_that_breaks_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """What the server prints of a broken stream is where it broke, never what the fault said."""

    def broken_one() -> Any:
        raise RuntimeError("canary-in-a-message")

    with pytest.raises(disclosures.BrokenStream) as broken:
        list(disclosures._lines(broken_one() for _ in range(1)))
    assert broken.value.__cause__ is None
    assert broken.value.__suppress_context__
    assert "RuntimeError" in caplog.text
    assert "canary" not in caplog.text


def test_the_address_a_request_came_to_decides_nothing(world: World) -> None:
    """Behind a proxy that hands on another host over plain http, OAuth answers as ever."""
    company = world.company()
    params = {**company.proof(), "grant_type": "client_credentials"}
    headers = {"Host": "vrm.example", "DPoP": company.possession("POST", "/oauth/token")}
    answer = company.http.post("/oauth/token", data=params, headers=headers)
    assert answer.status_code == 200, answer.text


def test_a_damaged_value_is_refused_and_told(world: World) -> None:
    """A value whose bytes were changed in the store leaves in no form; the person sees the try."""
    company, mia = world.company(), world.consumer()
    held = granted(company, mia, needed("name"))
    with world.house.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE profile_values SET version = version + 7 WHERE field = 'name'")
    answer = company.read(held.access_token)
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert "Mia Tran" not in answer.text
    told = world.house.database.read(
        lambda db: accesslog.list_for_consumer(db, consumer_id=mia.consumer_id, limit=1)
    )
    assert told[0].entry["code"] == "unreadable"
