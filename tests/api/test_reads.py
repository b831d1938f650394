"""``GET /v1/consents/{id}/reads``: a client's own reads, each provable by itself."""

import base64
import json
from typing import Any

from sqlalchemy import select

from tests.support import seeds
from tests.support.actors import Company, Held, World, needed
from tests.support.consumer import Consumer
from vrm import accesslog
from vrm.accesslog.models import EventLookup
from vrm.accesslog.proving import verify_proof
from vrm.tlog import merkle


def held_and_read(world: World, times: int) -> tuple[Company, Consumer, Held, list[dict[str, Any]]]:
    """A company, one of its consents, and the answers it got under it, the last first."""
    company, mia = world.company(), world.consumer()
    asked = company.ask(needed("name"))
    held = company.take_back(asked, mia.grant(asked))
    answers = [company.read(held.access_token).json() for _ in range(times)]
    return company, mia, held, answers[::-1]


def test_an_answered_read_proves_itself(world: World) -> None:
    """With nothing but the answer and the log's public key: entry, leaf, proof, checkpoint."""
    company, _, held, (answer,) = held_and_read(world, 1)
    what = f"consents/{held.consent_id}/reads"
    (unsigned,) = company.own(what).json()["reads"]
    assert (unsigned["event_id"], unsigned["outcome"]) == (answer["event_id"], "answered")
    assert "proof" not in unsigned
    seeds.catch_up(world.house)
    page = company.own(what).json()
    (read,) = page["reads"]
    assert read["leaf_hash"] == answer["leaf_hash"] and read["keys"] == ["name"]
    leaf = merkle.leaf_hash(read["entry"].encode())
    assert base64.b64encode(leaf).decode() == read["leaf_hash"]
    proof = [base64.b64decode(each) for each in read["proof"]]
    root = base64.b64decode(page["checkpoint"].splitlines()[2])
    assert merkle.included(proof, read["leaf_index"], page["size"], leaf, root)
    assert json.loads(read["entry"])["client"] == company.client_id


def test_a_refused_read_tells_what_it_told_then(world: World) -> None:
    """After a revocation: the code the company got, and no entry, which would say more."""
    company, mia, held, _ = held_and_read(world, 0)
    mia.revoke(held.consent_id)
    company.read_many([held.consent_id])
    seeds.catch_up(world.house)
    (read,) = company.own(f"consents/{held.consent_id}/reads").json()["reads"]
    assert (read["outcome"], read["code"]) == ("refused", "consent_ended")
    assert "entry" not in read and "proof" not in read


def test_a_proof_file_for_each_answered_read(world: World) -> None:
    """It verifies by itself and opens the entry; once the person is gone it still verifies, with nothing to open."""
    company, mia, held, (answer,) = held_and_read(world, 1)
    what = f"reads/{answer['event_id']}/proof"
    waiting = company.own(what)
    assert (waiting.status_code, waiting.json()["code"]) == (404, "not_signed_yet")
    seeds.catch_up(world.house)
    keys = world.house.log_verifiers()
    proved = verify_proof(company.own(what).content, keys=keys)
    assert proved.faults == () and proved.opened is not None and proved.opened["event"] == answer["event_id"]
    assert proved.opened["consent"] == held.consent_id and "versions" not in proved.opened
    assert world.company().own(what).status_code == 404
    mia.revoke(held.consent_id)
    company.read_many([held.consent_id])
    seeds.catch_up(world.house)
    event = company.own(f"consents/{held.consent_id}/reads").json()["reads"][0]["event_id"]
    assert company.own(f"reads/{event}/proof").status_code == 404
    whose = select(EventLookup.consumer_id).where(EventLookup.event_id == answer["event_id"])
    world.house.database.write(lambda db: accesslog.forget(db, consumer_id=db.scalars(whose).one()))
    bare = verify_proof(company.own(what).content, keys=keys)
    assert (bare.faults, bare.opened, bare.said) == ((), None, proved.said)
    assert company.own(f"reads/{event}/proof").status_code == 404


def test_pages(world: World) -> None:
    """The newest first; following ``older`` gives each read once."""
    company, _, held, answers = held_and_read(world, 5)
    seeds.catch_up(world.house)
    seen, params = [], {"limit": "2"}
    while True:
        page = company.own(f"consents/{held.consent_id}/reads", **params).json()
        seen += [each["event_id"] for each in page["reads"]]
        if "older" not in page:
            break
        params["before"] = page["older"]
    assert seen == [each["event_id"] for each in answers]


def test_what_is_asked_wrongly_is_refused(world: World) -> None:
    """A slip in a name or a number must not look like a client that never read."""
    company, _, held, _ = held_and_read(world, 0)
    for wrong in ({"after": held.consent_id}, {"limit": "0"}, {"before": "1"}):
        response = company.own(f"consents/{held.consent_id}/reads", **wrong)
        assert (response.status_code, response.json()["code"]) == (400, "invalid")
